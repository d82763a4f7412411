import { describe, expect, it } from 'vitest';
import { type Import, productFiles, type SourceFile, sourceFilesIn, testFiles } from './source-files.ts';

interface Rule {
  /** Folders and files of the project, beside the folder itself. */
  readonly imports: readonly string[];
  /** Those of them that may give types and nothing that runs. */
  readonly typesFrom?: readonly string[];
  /** Packages by name or by the start of it. */
  readonly packages: readonly string[];
}

const ports = ['lib/person', 'lib/schema', 'lib/sync'];

/** Who may import whom. An adapter has its own SDK and knows the ports, never another adapter. */
const rules: Readonly<Record<string, Rule>> = {
  'lib/person': { imports: [], packages: [] },
  'lib/schema': { imports: ['lib/person'], packages: [] },
  'lib/sync': { imports: ['lib/person', 'lib/schema'], packages: [] },
  'lib/salesforce': { imports: ports, packages: ['jsforce', 'node:'] },
  'lib/dynamodb': {
    imports: ports,
    packages: ['@aws-sdk/client-dynamodb', '@aws-sdk/lib-dynamodb', '@smithy/', 'node:'],
  },
  'lib/sqs': { imports: ports, packages: ['@aws-sdk/client-sqs', '@smithy/', 'node:'] },
  'lib/lambda': {
    imports: ['lib'],
    packages: ['@aws-sdk/', '@aws-lambda-powertools/', '@middy/', '@smithy/', 'aws-lambda', 'zod/', 'node:'],
  },
  'lib/console': {
    imports: [],
    typesFrom: ['lib/lambda/api'],
    packages: ['preact', '@tanstack/preact-query', 'oidc-client-ts', 'zod/mini'],
  },
  'lib/operator': {
    imports: ports.concat('lib/salesforce', 'lib/dynamodb', 'lib/sqs', 'lib/lambda'),
    packages: ['@aws-sdk/', '@smithy/', 'zod/', 'node:', 'csv-parse', 'vite'],
  },
  functions: {
    imports: ['lib/sync', 'lib/lambda'],
    typesFrom: ['lib/person'],
    packages: ['@middy/', 'aws-lambda', 'zod/mini'],
  },
  cdk: {
    imports: [
      'lib/lambda/settings.ts',
      'lib/lambda/environment.ts',
      'lib/lambda/metric-names.ts',
      'lib/lambda/api/routes.ts',
      'lib/salesforce/jsforce-shims/aliases.ts',
      'lib/operator/build-console.ts',
      'lib/operator/static-files.ts',
    ],
    packages: ['aws-cdk-lib', 'cdk-nag', 'constructs', 'zod/mini', 'node:'],
  },
};

/** The rooms of lib/sync, and which others each may use, beside the files of lib/sync itself, which use none. */
const rooms: Readonly<Record<string, readonly string[]>> = {
  state: [],
  ports: ['state'],
  context: ['state', 'ports'],
  poll: ['state', 'ports', 'context'],
  operate: ['state', 'ports', 'context'],
  rows: ['ports', 'context'],
  persons: ['ports', 'context', 'rows'],
  push: ['ports', 'context', 'rows'],
  merge: ['ports', 'context', 'rows', 'push', 'sync-person', 'lists'],
  'sync-person': ['ports', 'context', 'rows', 'push'],
  lists: ['state', 'ports', 'context', 'sync-person'],
};

const isWithin = (path: string, place: string) => path === place || path.startsWith(`${place}/`);

const isPackageNamed = (target: string, name: string) =>
  name.endsWith(':') || name.endsWith('/') ? target.startsWith(name) : isWithin(target, name);

function isAllowed(folder: string, rule: Rule, { target, isPackage, typesOnly }: Import): boolean {
  if (isPackage) return rule.packages.some((name) => isPackageNamed(target, name));
  const places = [folder, ...rule.imports, ...(typesOnly ? (rule.typesFrom ?? []) : [])];
  return places.some((place) => isWithin(target, place));
}

/** "file → import" for each import that is not allowed. */
function offences(files: readonly SourceFile[], allowed: (found: Import) => boolean): readonly string[] {
  return files.flatMap(({ path, imports }) =>
    imports.filter((found) => !allowed(found)).map(({ target }) => `${path} → ${target}`),
  );
}

describe('imports', () => {
  it.each(Object.entries(rules))('%s imports only what it may', (folder, rule) => {
    const files = productFiles.filter(({ path }) => isWithin(path, folder));
    expect(offences(files, (found) => isAllowed(folder, rule, found))).toEqual([]);
  });

  it.each(Object.entries(rooms))('lib/sync/%s uses only the rooms named for it', (room, below) => {
    const files = sourceFilesIn(`lib/sync/${room}`);
    expect(files.length).toBeGreaterThan(0);
    const isOtherRoom = ({ target }: Import) =>
      Object.keys(rooms).some((other) => ![room, ...below].includes(other) && isWithin(target, `lib/sync/${other}`));
    expect(offences(files, (found) => !isOtherRoom(found))).toEqual([]);
  });

  it('the files of lib/sync itself use none of its rooms, and every room has its line', () => {
    const files = sourceFilesIn('lib/sync');
    const roomOf = (path: string) => /^lib\/sync\/([^/]+)\//.exec(path)?.[1];
    const shared = files.filter(({ path }) => roomOf(path) === undefined);
    expect(offences(shared, ({ target }) => roomOf(target) === undefined)).toEqual([]);
    expect(new Set(files.flatMap(({ path }) => roomOf(path) ?? []))).toEqual(new Set(Object.keys(rooms)));
  });

  it('no two folders import each other, by types neither, by whatever way round', () => {
    const folderOf = (path: string) => path.slice(0, path.lastIndexOf('/'));
    const imported = Map.groupBy(productFiles, ({ path }) => folderOf(path));
    const next = (folder: string) =>
      new Set(
        (imported.get(folder) ?? []).flatMap(({ imports }) =>
          imports.flatMap(({ target, isPackage }) => (isPackage ? [] : folderOf(target))),
        ),
      );
    const reachable = (from: string) => {
      const found = new Set<string>();
      for (let open = [...next(from)]; open.length > 0; ) {
        const folder = open.pop() ?? '';
        if (folder === from || found.has(folder)) continue;
        found.add(folder);
        open = [...open, ...next(folder)];
      }
      return found;
    };
    const inCircles = [...imported.keys()].filter((folder) =>
      [...reachable(folder)].some((other) => next(other).has(folder)),
    );
    expect(inCircles).toEqual([]);
  });

  it('no folder of lib is without a rule', () => {
    const ruled = Object.keys(rules);
    const unruled = productFiles.filter(({ path }) => !ruled.some((folder) => isWithin(path, folder)));
    expect(unruled.map(({ path }) => path)).toEqual([]);
  });

  it('nothing outside test/ imports from test/', () => {
    expect(offences(productFiles, ({ target }) => !isWithin(target, 'test'))).toEqual([]);
  });

  it('the simulated org knows nothing of the product', () => {
    const org = sourceFilesIn('test/sandbox/org');
    expect(org.length).toBeGreaterThan(0);
    expect(offences(org, ({ target, isPackage }) => isPackage || isWithin(target, 'test/sandbox/org'))).toEqual([]);
  });

  it('relative imports name existing files with their ending', () => {
    const known = new Set([...productFiles, ...testFiles].map(({ path }) => path));
    const files = [...productFiles, ...testFiles];
    const isKnown = ({ target, isPackage }: Import) => isPackage || known.has(target) || /\.(json|css)$/.test(target);
    expect(offences(files, isKnown)).toEqual([]);
  });
});

describe('the pure folders', () => {
  const pure = productFiles.filter(({ path }) => ports.some((folder) => isWithin(path, folder)));
  const impurities: Readonly<Record<string, RegExp>> = {
    'the time': /\bDate\.now\b|\bnew Date\(\s*\)/,
    randomness: /\bMath\.random\b|\brandomUUID\b|\bgetRandomValues\b/,
    timers: /\b(?:setTimeout|setInterval|setImmediate|queueMicrotask)\b/,
    'the network': /\bfetch\(/,
    'the environment': /\bprocess\./,
  };

  it.each(Object.entries(impurities))('do not reach for %s', (_, pattern) => {
    expect(pure.filter(({ text }) => pattern.test(withoutComments(text))).map(({ path }) => path)).toEqual([]);
  });
});

function withoutComments(text: string): string {
  return text.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/(^|\s)\/\/.*$/gm, '');
}

describe('the reader of imports', () => {
  it('finds every kind of import there is', () => {
    const [file] = sourceFilesIn('test/architecture').filter(({ path }) => path.endsWith('imports.test.ts'));
    expect(file?.imports).toEqual([
      { target: 'vitest', isPackage: true, typesOnly: false },
      { target: 'test/architecture/source-files.ts', isPackage: false, typesOnly: false },
    ]);
  });
});

it('no product code makes a special case of the simulated org: only the console of the sandbox calls it', () => {
  const marks = /_org\/|simulated\.my\.salesforce\.com|@org\.example\.com|sandbox\/org/;
  const files = productFiles.filter(({ text }) => marks.test(text)).map(({ path }) => path);
  expect(files).toEqual(['lib/console/org/org-calls.ts']);
});
