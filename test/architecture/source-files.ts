import { readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** One `import` or `export … from`: what it names, and whether it goes when the types are stripped. */
export interface Import {
  /** A path from the project's root, or a package's name as it is written. */
  readonly target: string;
  readonly isPackage: boolean;
  readonly typesOnly: boolean;
}

export interface SourceFile {
  /** From the project's root, with forward slashes. */
  readonly path: string;
  readonly text: string;
  readonly lines: number;
  readonly imports: readonly Import[];
}

// A statement starts its line and may span several; a dynamic import may stand anywhere.
const statement = /^(?:import|export)\s+(type\s)?[^'";]*?from\s+'([^']+)'/gm;
const bareStatement = /^import\s+'([^']+)'/gm;
const dynamic = /\bimport\(\s*'([^']+)'\s*\)/g;

function importsIn(path: string, text: string): readonly Import[] {
  const found = [
    ...text.matchAll(statement).map(([, type, specifier = '']) => ({ specifier, typesOnly: type !== undefined })),
    ...text.matchAll(bareStatement).map(([, specifier = '']) => ({ specifier, typesOnly: false })),
    ...text.matchAll(dynamic).map(([, specifier = '']) => ({ specifier, typesOnly: false })),
  ];
  return found.map(({ specifier, typesOnly }) => {
    const isPackage = !specifier.startsWith('.');
    const target = isPackage ? specifier : posix.join(posix.dirname(path), specifier);
    return { target, isPackage, typesOnly };
  });
}

function sourceFile(path: string): SourceFile {
  const text = readFileSync(`${root}${path}`, 'utf8');
  return { path, text, lines: text.trimEnd().split('\n').length, imports: importsIn(path, text) };
}

/** Every TypeScript file below a folder of the project. */
export function sourceFilesIn(folder: string): readonly SourceFile[] {
  const names = readdirSync(`${root}${folder}`, { recursive: true, encoding: 'utf8' });
  return names
    .map((name) => `${folder}/${name.replaceAll('\\', '/')}`)
    .filter((path) => /\.tsx?$/.test(path) && !path.includes('/node_modules/'))
    .toSorted()
    .map(sourceFile);
}

export const productFolders = ['functions', 'lib', 'cdk'] as const;

export const productFiles: readonly SourceFile[] = productFolders.flatMap(sourceFilesIn);
export const testFiles: readonly SourceFile[] = sourceFilesIn('test');

/** What stands at the top of the project, but for what git ignores and dot files. */
export function topLevelEntries(): readonly string[] {
  const patterns = readFileSync(`${root}.gitignore`, 'utf8').split('\n');
  const ignored = (name: string) =>
    patterns.some((pattern) => pattern === name || pattern === `${name}/` || isSuffixMatch(pattern, name));
  return readdirSync(root).filter((name) => !name.startsWith('.') && !ignored(name));
}

function isSuffixMatch(pattern: string, name: string): boolean {
  return pattern.startsWith('*') && name.endsWith(pattern.slice(1));
}
