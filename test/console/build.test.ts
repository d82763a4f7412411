import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeAll, expect, it } from 'vitest';
import { buildConsole } from '../../lib/operator/build-console.ts';
import { contentSecurityPolicy, staticFile } from '../../lib/operator/static-files.ts';

/** Of everything that the page can load, compressed. Cloudscape with React would take about 600 KiB. */
const LIMIT_BYTES = 80 * 1024;

let folder: string;
beforeAll(async () => {
  folder = await buildConsole();
});

it('is light: every script and style together', () => {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const bytes = files.map(({ parentPath, name }) => gzipSync(readFileSync(join(parentPath, name))).length);
  expect(bytes.reduce((sum, size) => sum + size, 0)).toBeLessThan(LIMIT_BYTES);
});

it('is built once for one state of the sources', async () => {
  expect(await buildConsole()).toBe(folder);
});

it('has no script or style inside the page, so that the policy can forbid them', () => {
  const page = readFileSync(join(folder, 'index.html'), 'utf8');
  expect(page).not.toMatch(/<style|<script(?![^>]*\bsrc=)| style=| on\w+=/);
  expect(contentSecurityPolicy()).not.toContain('unsafe');
});

const LONG = `/${'x'.repeat(5000)}`;

it.each([
  '/../build.json',
  '/%2e%2e/package.json',
  '/..%2f..%2fpackage.json',
  '/assets',
  '/nothing.js',
  '/a%00b',
  LONG,
])('serves nothing for %s', async (path) => expect(await staticFile(folder, path)).toBeUndefined());

it('a file with a hash in its name is kept for good, the page is asked for each time', async () => {
  const [asset = ''] = readdirSync(join(folder, 'assets'));
  expect((await staticFile(folder, `/assets/${asset}`))?.headers['cache-control']).toContain('immutable');
  expect((await staticFile(folder, '/'))?.headers).toMatchObject({
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-cache',
    'content-security-policy': contentSecurityPolicy(),
  });
});
