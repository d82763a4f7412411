import { readFileSync } from 'node:fs';
import { satisfies } from 'semver';
import { expect, it } from 'vitest';

interface Locked {
  readonly version?: string;
  readonly engines?: { readonly node?: string };
}

const lock = JSON.parse(readFileSync(new URL('../../package-lock.json', import.meta.url), 'utf8')) as {
  readonly packages: Readonly<Record<string, Locked>>;
};

/** The Node that npm scripts and npx run: the one that is installed as a package. */
const node = lock.packages['node_modules/node']?.version ?? '';

// `.npmrc` silences npm's own comparison with the Node on the machine, so the comparison is made here.
it('every installed package supports the Node that the project runs', () => {
  const unsupported = Object.entries(lock.packages).filter(([, { engines }]) => {
    return engines?.node !== undefined && !satisfies(node, engines.node);
  });
  expect(unsupported.map(([path, { engines }]) => `${path} needs Node ${engines?.node}`)).toEqual([]);
});

it('this test runs with that Node', () => {
  expect(process.versions.node).toBe(node);
});
