import { createServer } from 'node:net';
import { describe, expect, test } from 'vitest';
import { type ChildOptions, runChild } from './run-child.ts';

const sandbox = new URL('../sandbox/main.ts', import.meta.url);
const demo = new URL('../sandbox/demo/main.ts', import.meta.url);

/** Reports the start of the process that synthesises the template, so that the interruption meets it. */
const TELL_SYNTHESIS = { NODE_DEBUG: 'child_process' };

describe('a sandbox that is interrupted while it starts', () => {
  test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('leaves nothing behind after %s', async (signal) => {
    const interrupt: ChildOptions['interrupt'] = { signal, when: (output) => /cdk\/app\.ts/.test(output) };
    const { code, output, left } = await runChild(demo, { environment: TELL_SYNTHESIS, interrupt });

    expect(output).not.toContain('\n1. ');
    expect(code).toBe(130);
    expect(left).toEqual([]);
  });
});

describe('a sandbox that cannot start', () => {
  test('says in one line that a port is taken, exits with 2 and leaves nothing behind', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const address = other.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    try {
      const { code, output, left } = await runChild(sandbox, { args: ['--port', '0', '--org-port', String(port)] });

      expect(output.trimEnd().split('\n').at(-1)).toBe(`port ${port} is taken: choose another with --org-port`);
      expect(code).toBe(2);
      expect(left).toEqual([]);
    } finally {
      other.close();
    }
  });

  test('ends what it had begun when the template cannot be synthesised', async () => {
    // The bundler starts programs by name.
    const environment = { PATH: '/nowhere' };
    const { code, output, left } = await runChild(demo, { environment });

    expect(output).toMatch(/cdk\/app\.ts ended with 1/);
    expect(code).toBe(1);
    expect(left).toEqual([]);
  });
});
