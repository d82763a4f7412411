import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';

const CANARY = 'tweety@example.com';

/** As Lambda's own runtime does it: an error that escapes is printed with its message and all that it carries. */
const RUNTIME = `
  for (const event of ['uncaughtException', 'unhandledRejection']) {
    process.on(event, (error) => {
      console.error('printed by the runtime', String(error), JSON.stringify(error));
      process.exit(129);
    });
  }
`;

const ESCAPES: readonly [string, string][] = [
  ['is thrown in a callback', 'setTimeout(() => { throw error; })'],
  ['rejects a promise that nobody waits for', 'void Promise.reject(error)'],
  ['is no error', `void Promise.reject('${CANARY}')`],
];

function run(handlers: string, escapes: string) {
  const module = new URL(`../../lib/lambda/${handlers}.ts`, import.meta.url).href;
  const script = `
    ${RUNTIME}
    const { backgroundHandler, apiHandler } = await import('${module}');
    (backgroundHandler ?? apiHandler)({});
    const error = Object.assign(new TypeError('${CANARY}', { cause: '${CANARY}' }), { record: '${CANARY}' });
    ${escapes};
    setTimeout(() => console.log('still here'), 60_000);
  `;
  const env = { ...process.env, AWS_LAMBDA_RUNTIME_API: '127.0.0.1:1' };
  const { stdout, stderr, status } = spawnSync(process.execPath, ['--input-type=module', '--eval', script], {
    env,
    encoding: 'utf8',
  });
  return { output: stdout + stderr, status };
}

test.each(
  ['background-handler', 'http-api'].flatMap((handlers) =>
    ESCAPES.map(([how, escapes]) => ({ handlers, how, escapes }) as const),
  ),
)(
  'an error that escapes the handlers of $handlers and $how ends the process, and is told without a value',
  ({ handlers, escapes }) => {
    const { output, status } = run(handlers, escapes);
    expect(status).toBe(1);
    expect(output).toContain('"message":"unhandled"');
    expect(output).not.toContain(CANARY);
    expect(output).not.toContain('printed by the runtime');
  },
);
