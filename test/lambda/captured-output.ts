import { vi } from 'vitest';

/** What is written to the log while the work is done: each line, parsed where it is JSON. */
export async function outputOf(work: () => unknown): Promise<readonly unknown[]> {
  const written: string[] = [];
  const take = (chunk: unknown): boolean => {
    written.push(String(chunk));
    return true;
  };
  const spies = [process.stdout, process.stderr].map((stream) => vi.spyOn(stream, 'write').mockImplementation(take));
  const consoles = (['log', 'info', 'warn', 'error', 'debug'] as const).map((name) =>
    vi.spyOn(console, name).mockImplementation((...parts: unknown[]) => void written.push(parts.join(' '))),
  );
  try {
    await work();
  } finally {
    for (const spy of [...spies, ...consoles]) spy.mockRestore();
  }
  return written.flatMap((text) =>
    text
      .split('\n')
      .filter((line) => line !== '')
      .map(parsed),
  );
}

function parsed(line: string): unknown {
  return line.startsWith('{') ? JSON.parse(line) : line;
}
