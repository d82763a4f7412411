import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** One resource of a template, its properties still holding intrinsic functions. */
export interface Resource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
  readonly Metadata?: Readonly<Record<string, unknown>>;
  readonly Condition?: string;
}

/** The parts of a CloudFormation template that matter here. */
export interface Template {
  readonly Resources: Readonly<Record<string, Resource>>;
  readonly Outputs?: Readonly<
    Record<string, { readonly Value: unknown; readonly Export?: { readonly Name: unknown } }>
  >;
  readonly Parameters?: Readonly<Record<string, { readonly Type: string; readonly Default?: unknown }>>;
  readonly Conditions?: Readonly<Record<string, unknown>>;
  readonly Mappings?: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, unknown>>>>>>;
}

/** One stack of the assembly. */
export interface Stack {
  readonly name: string;
  readonly template: Template;
}

/** A synthesised CDK app. */
export interface Assembly {
  readonly directory: string;
  readonly stacks: readonly Stack[];
  /** The object key under which an asset would be uploaded, and where it lies on this machine. */
  readonly assets: ReadonlyMap<string, string>;
}

interface Artifact {
  readonly type: string;
  readonly properties?: {
    readonly templateFile?: string;
    readonly stackName?: string;
    readonly file?: string;
    readonly directoryName?: string;
  };
}

interface AssetManifest {
  readonly files?: Readonly<
    Record<
      string,
      {
        readonly source: { readonly path?: string };
        readonly destinations: Readonly<Record<string, { readonly objectKey: string }>>;
      }
    >
  >;
}

function readJson<T>(file: string): T {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as T;
  } catch (error) {
    throw new Error(`${file} cannot be read as JSON`, { cause: error });
  }
}

function readAssets(directory: string, file: string): [string, string][] {
  const { files = {} } = readJson<AssetManifest>(join(directory, file));
  return Object.values(files).flatMap(({ source, destinations }) =>
    source.path === undefined
      ? []
      : Object.values(destinations).map(({ objectKey }): [string, string] => [
          objectKey,
          resolve(directory, source.path ?? ''),
        ]),
  );
}

/** What each type of artifact adds; the others (metadata trees, feature reports) matter to nobody here. */
const artifactReaders: Readonly<
  Record<string, (directory: string, id: string, artifact: Artifact) => Partial<Assembly>>
> = {
  'aws:cloudformation:stack': (directory, id, { properties }) => ({
    stacks: [
      {
        name: properties?.stackName ?? id,
        template: readJson<Template>(join(directory, properties?.templateFile ?? `${id}.template.json`)),
      },
    ],
  }),
  'cdk:asset-manifest': (directory, id, { properties }) => ({
    assets: new Map(readAssets(directory, properties?.file ?? `${id}.assets.json`)),
  }),
  'cdk:cloud-assembly': (directory, id, { properties }) =>
    loadAssembly(join(directory, properties?.directoryName ?? `assembly-${id}`)),
};

/**
 * Reads a cloud assembly as `cdk synth` writes it, nested stages included.
 * https://docs.aws.amazon.com/cdk/v2/guide/configure-synth.html
 */
export function loadAssembly(directory: string): Assembly {
  const manifest = join(directory, 'manifest.json');
  if (!existsSync(manifest)) throw new Error(`${directory} is no cloud assembly: it has no manifest.json`);
  const { artifacts = {} } = readJson<{ artifacts?: Record<string, Artifact> }>(manifest);
  const parts = Object.entries(artifacts).map(([id, artifact]) =>
    artifactReaders[artifact.type]?.(directory, id, artifact),
  );
  return {
    directory: resolve(directory),
    stacks: parts.flatMap((part) => part?.stacks ?? []),
    assets: new Map(parts.flatMap((part) => [...(part?.assets ?? [])])),
  };
}
