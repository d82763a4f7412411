import { execFileSync, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { Program } from '../integration/program.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const pages = execFileSync('git', ['ls-files', '-co', '--exclude-standard', '*.md'], { cwd: root, encoding: 'utf8' })
  .trim()
  .split('\n');
const textOf = (page: string) => readFileSync(join(root, page), 'utf8');
const readme = textOf('README.md');
const { scripts } = JSON.parse(textOf('package.json')) as { scripts: Readonly<Record<string, string>> };

/** The lines of the code blocks that hold commands. */
const blocks = [...readme.matchAll(/^```\n([\s\S]*?)^```$/gm)].map(([, block = '']) => block.trim().split('\n'));

describe('README.md', () => {
  it('is a landing page: 200 lines at most, no table wider than 120 characters', () => {
    const lines = readme.trimEnd().split('\n');
    expect(lines.length).toBeLessThanOrEqual(200);
    expect(lines.filter((line) => line.startsWith('|') && line.length > 120)).toEqual([]);
  });
});

describe.each(pages)('%s', (page) => {
  it('links to files and headings that exist', () => {
    const links = [...withoutCode(textOf(page)).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link);
    const inside = links.filter((link) => !/^[a-z]+:/.test(link));
    expect(inside.filter((link) => !leadsSomewhere(page, link))).toEqual([]);
  });

  it('names npm scripts that exist', () => {
    const named = [...textOf(page).matchAll(/npm run ([a-z][a-z:-]*)/g)].map(([, name = '']) => name);
    expect(named.filter((name) => scripts[name] === undefined)).toEqual([]);
  });
});

function leadsSomewhere(page: string, link: string): boolean {
  const [path = '', anchor] = link.split('#');
  const target = path === '' ? page : normalize(join(dirname(page), path));
  if (!existsSync(join(root, target))) return false;
  if (anchor === undefined || statSync(join(root, target)).isDirectory()) return true;
  return headingsOf(textOf(target)).includes(anchor);
}

function headingsOf(text: string): readonly string[] {
  return [...withoutCode(text).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{Letter}\p{Number}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

function withoutCode(text: string): string {
  return text
    .replaceAll(/^ *```[\s\S]*?^ *```$/gm, '')
    .replaceAll(/`[^`\n]*`/g, (code) => code.replaceAll(/[[\]()]/g, ''));
}

describe('the commands of README.md', { timeout: 600_000 }, () => {
  let program: Program;
  let api = '';
  let orgUrl = '';
  beforeAll(async () => {
    const orgPort = await freePort();
    program = new Program('sandbox', ['--port', '0', '--org-port', String(orgPort), '--cycle', '3600']);
    [, api = ''] = await program.told(/^API +(\S+)$/m);
    [, orgUrl = ''] = await program.told(/^org +(\S+) /m);
    await program.told(/^ready$/m);
    await program.told(/cycle 1:/);
  }, 600_000);
  afterAll(() => program.dispose());

  test('npm start prints what the page shows, in that order', () => {
    const shown = blocks.find((lines) => lines[0]?.startsWith('console '));
    const shapes = shown?.map((line) => line.replace(/\s.*$/, '')) ?? [];
    expect(shapes).toEqual(['console', 'API', 'org', 'DynamoDB', 'SQS', 'a', 'ready', '14:03:05']);
    const printed = program.stdout.split('\n').map((line) => line.replace(/\s.*$/, ''));
    const places = shapes.slice(0, -1).map((shape) => printed.indexOf(shape));
    expect(places).toEqual(places.toSorted((one, other) => one - other));
    expect(places).not.toContain(-1);
    expect(program.stdout).toMatch(/^\d\d:\d\d:\d\d \S+ cycle 1: ↓ 27 Leads, 13 Contacts pulled {2}↑ 0 pushed \(/m);
  });

  const calls = blocks.find((lines) => lines[0]?.startsWith('PERSON=')) ?? [];
  test('there are calls to try', () => expect(calls.length).toBeGreaterThan(5));

  const hasCurl = spawnSync('curl', ['--version']).status === 0;
  test.skipIf(!hasCurl)('the calls of the page make a conflict, which the answer and the log name', () => {
    const [page = '', org = ''] = [api, orgUrl].map((url) => url.replace('http://', ''));
    const script = calls.join('\n').replaceAll('localhost:4500', page).replaceAll('localhost:4501', org);
    const failing = 'curl() { command curl --fail-with-body "$@"; }';
    const { stdout, status } = spawnSync('sh', ['-e', '-c', `${failing}\n${script}`], { encoding: 'utf8' });
    expect({ status, stdout }).toMatchObject({ status: 0 });
    const conflict = '{"field":"Title","local":"CTO","remote":"CFO","winner":"local"}';
    expect(stdout).toContain(`"conflicts":[${conflict}]`);
    expect(stdout).toMatch(/"type":"conflict"/);
  });
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}
