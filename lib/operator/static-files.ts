import { readFile } from 'node:fs/promises';
import { extname, join, normalize, sep } from 'node:path';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.json': 'application/json',
};

/** One file, ready to be served. */
export interface StaticFile {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/**
 * The sources allowed for a console page: its own origin only; `connect` adds the API and the OpenID provider of a
 * hosted console. https://developer.mozilla.org/en-US/docs/Web/HTTP/CSP
 */
export function contentSecurityPolicy(connect: readonly string[] = []): string {
  const sources = ["'self'", ...connect].join(' ');
  return `default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src ${sources}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;
}

/** Headers of every file of the console. */
export const SECURITY_HEADERS = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'content-security-policy': contentSecurityPolicy(),
} as const;

/** Errors of a path without a file. */
const MISSING: readonly string[] = ['ENOENT', 'EISDIR', 'ENOTDIR', 'ENAMETOOLONG'];

/** The file of a path in a folder; undefined if missing. A path never leads out of the folder. */
export async function staticFile(folder: string, path: string): Promise<StaticFile | undefined> {
  const name = path === '/' ? 'index.html' : decodeURIComponent(path).slice(1);
  const file = normalize(join(folder, name));
  if (!file.startsWith(folder + sep) || name.includes('\0')) return undefined;
  try {
    const body = await readFile(file);
    // Names in assets/ contain a hash of the content.
    const cached = path.startsWith('/assets/') ? 'max-age=31536000, immutable' : 'no-cache';
    const type = TYPES[extname(file)] ?? 'application/octet-stream';
    return { body, headers: { ...SECURITY_HEADERS, 'content-type': type, 'cache-control': cached } };
  } catch (error) {
    const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
    if (code !== undefined && MISSING.includes(code)) return undefined;
    throw error;
  }
}
