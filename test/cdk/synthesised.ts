import { fileURLToPath } from 'node:url';
import { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { buildApp } from '../../cdk/build-app.ts';
import { stageNames } from '../../cdk/stage-names.ts';
import type { FunctionName } from '../../lib/lambda/environment.ts';
import { parseSettings } from '../../lib/lambda/settings.ts';

export interface Synthesised {
  readonly stateful: Template;
  readonly stateless: Template;
}

/** Stands for the built page, which a template names by its hash alone. */
export const consoleFolder = fileURLToPath(new URL('../../lib/console/public', import.meta.url));

/** Both templates for the settings given, without the functions' code. */
export function synthesised(settings: unknown = {}): Synthesised {
  const key = JSON.stringify(settings);
  const known = KNOWN.get(key) ?? synthesise(settings);
  KNOWN.set(key, known);
  return known;
}

/** A synthesis takes seconds: one for each settings. */
const KNOWN = new Map<string, Synthesised>();

function synthesise(settings: unknown): Synthesised {
  const parsed = parseSettings(settings);
  const { dataStack, syncStack } = stageNames(parsed);
  const app = buildApp(parsed, { bundling: false, consoleFolder });
  const template = (id: string) => Template.fromStack(stackNamed(app.node.tryFindChild(id)));
  return { stateful: template(dataStack), stateless: template(syncStack) };
}

function stackNamed(child: unknown): Stack {
  if (Stack.isStack(child)) return child;
  throw new Error('there is no such stack');
}

export interface Statement {
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
}

export interface Resource {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
}

/** The resources of one type by logical id. */
export function resourcesOf(template: Template, type: string): Readonly<Record<string, Resource>> {
  // The assertions library types what it read from JSON as `any`.
  return template.findResources(type) as Readonly<Record<string, Resource>>;
}

const NAMES = {
  poll: true,
  merge: true,
  'sync-person': true,
  persons: true,
  operate: true,
} as const satisfies Readonly<Record<FunctionName, true>>;

export const functionNames = Object.keys(NAMES) as readonly FunctionName[];

/** The logical id and properties of a function. */
export function functionNamed(template: Template, name: FunctionName): { readonly id: string } & Resource {
  const functions = Object.entries(resourcesOf(template, 'AWS::Lambda::Function'));
  const found = functions.filter(([, { Properties }]) => {
    const { Variables = {} } = (Properties.Environment ?? {}) as {
      readonly Variables?: Readonly<Record<string, unknown>>;
    };
    return Variables.POWERTOOLS_SERVICE_NAME === name;
  });
  const [entry] = found;
  if (entry === undefined || found.length > 1) throw new Error(`${found.length} functions are ${name}`);
  return { id: entry[0], ...entry[1] };
}

/** Every statement of the policies of a function's role. */
export function statementsOf(template: Template, name: FunctionName): readonly Statement[] {
  const role = functionNamed(template, name).Properties.Role as { readonly 'Fn::GetAtt': readonly [string, string] };
  const policies = Object.values(resourcesOf(template, 'AWS::IAM::Policy'));
  return policies
    .filter(({ Properties }) => JSON.stringify(Properties.Roles).includes(`"${role['Fn::GetAtt'][0]}"`))
    .flatMap(({ Properties }) => (Properties.PolicyDocument as { readonly Statement: readonly Statement[] }).Statement);
}

export function actionsOf(statements: readonly Statement[]): readonly string[] {
  return statements.flatMap(({ Action }) => Action);
}
