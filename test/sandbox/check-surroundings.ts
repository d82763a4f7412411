import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { createServer } from 'node:net';
import { UsageError } from '../../lib/operator/command-line.ts';
import { fetchPatiently } from './fetch-patiently.ts';

/** An endpoint that an environment variable names has to answer, with whatever status, before anything starts. */
export async function checkEndpoint(variable: string, url: string | undefined): Promise<void> {
  if (url === undefined) return;
  const answer = await fetchPatiently(url).catch(() => {
    throw new UsageError(`nothing answers at ${url}: check ${variable}`);
  });
  await answer.body?.cancel();
}

/** A port is tried before the long part of the start; who takes it in between is still told by the server itself. */
export async function checkPort(option: string, port: number): Promise<void> {
  const server = createServer().listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch (error) {
    throw portError(option, port, error);
  } finally {
    server.close();
  }
}

/** The one line for a port that cannot be used; any other error as it is. */
export function portError(option: string, port: number, error: unknown): unknown {
  const codes = [error, error instanceof Error ? error.cause : undefined].map(codeOf);
  if (codes.includes('EADDRINUSE')) return new UsageError(`port ${port} is taken: choose another with ${option}`);
  if (codes.includes('EACCES')) return new UsageError(`port ${port} may not be used: choose another with ${option}`);
  return error;
}

/** Makes the folder where there is none. */
export async function makeFolder(option: string, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true }).catch((error: unknown) => {
    throw new UsageError(`${option} ${folder} cannot be used as a folder (${codeOf(error)})`);
  });
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
}
