import { build } from 'esbuild';
import { expect, test } from 'vitest';
import { JSFORCE_ALIASES } from '../../lib/salesforce/jsforce-shims/aliases.ts';

const FILES = ['client', 'salesforce-change-feed', 'salesforce-records'];

test('Salesforce costs a bundle less than 700 KiB, for jsforce comes without undici, metadata and SOAP', async () => {
  const contents = FILES.map((file) => `export * from './lib/salesforce/${file}.ts';`).join('\n');
  const { metafile, outputFiles } = await build({
    stdin: { contents, resolveDir: process.cwd() },
    bundle: true,
    minify: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    alias: { ...JSFORCE_ALIASES },
    metafile: true,
    write: false,
  });
  expect(outputFiles[0]?.contents.length).toBeLessThan(700 * 1024);
  const packages = Object.keys(metafile.inputs);
  for (const unwanted of ['/undici/', '/form-data/', '/faye/', 'jsforce/lib/api/']) {
    expect(packages.filter((path) => path.includes(unwanted))).toEqual([]);
  }
});
