import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const source = join(root, 'lib/console');

/** Ignored by Git; every build has a folder named by a hash of the inputs. */
const builds = join(root, '.lockstep/console');

/**
 * Builds the console's page with Vite and returns the folder. An existing build of the same sources is reused.
 * Concurrent builds write separate folders, renamed at the end.
 */
export async function buildConsole(): Promise<string> {
  const name = fingerprint();
  const folder = join(builds, name);
  if (existsSync(folder)) return folder;
  const { build } = await import('vite');
  const unfinished = `${folder}.${process.pid}`;
  await build({
    root: source,
    configFile: false,
    base: './',
    logLevel: 'warn',
    oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
    resolve: { alias: { react: 'preact/compat', 'react-dom': 'preact/compat' } },
    build: { outDir: unfinished, emptyOutDir: true, target: 'es2023', modulePreload: { polyfill: false } },
  });
  finish(unfinished, folder);
  return folder;
}

/** A hash of the inputs: every source, and the versions of all packages. */
function fingerprint(): string {
  const hash = createHash('sha256');
  const files = readdirSync(source, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = files.map(({ parentPath, name }) => join(parentPath, name)).filter((path) => !path.endsWith('.md'));
  for (const path of [...paths.sort(), join(root, 'package-lock.json'), fileURLToPath(import.meta.url)]) {
    hash.update(path.slice(root.length)).update('\0').update(readFileSync(path)).update('\0');
  }
  return hash.digest('hex').slice(0, 16);
}

function finish(unfinished: string, folder: string): void {
  try {
    renameSync(unfinished, folder);
  } catch (error) {
    rmSync(unfinished, { recursive: true, force: true });
    // A concurrent process built the same sources.
    if (!existsSync(folder)) throw error;
  }
}
