import { inspect } from 'node:util';
import type { Context } from 'aws-lambda';
import { expect, test } from 'vitest';
import { backgroundHandler } from '../../lib/lambda/background-handler.ts';
import { ConfigError, TransientError } from '../../lib/sync/errors.ts';
import { outputOf } from './captured-output.ts';

const CONTEXT = { awsRequestId: 'request-1' } as Context;

test('what is thrown is told without its message; another error is thrown for the retry, which the runtime may print', async () => {
  const thrown = new TransientError('Throttled', 'canary@example.com', { cause: 'canary' });
  const handler = backgroundHandler(() => Promise.reject(thrown));
  let printed = '';
  const output = await outputOf(async () => {
    const error: unknown = await handler({}, CONTEXT).then(
      () => undefined,
      (failure: unknown) => failure,
    );
    expect(error).toBeInstanceOf(Error);
    printed = inspect(error, { depth: 9, showHidden: true });
  });
  expect(printed).toContain('TransientError');
  expect(printed).not.toContain('canary');
  expect(output).toMatchObject([
    { level: 'ERROR', requestId: 'request-1', error: { name: 'TransientError', code: 'Throttled' } },
  ]);
  expect(JSON.stringify(output)).not.toContain('canary');
});

test('a configuration that a human must mend is told in words, and counted', async () => {
  const handler = backgroundHandler(async () => {
    throw new ConfigError('there is no secret');
  });
  const output = await outputOf(() => expect(handler({}, CONTEXT)).rejects.toThrow('ConfigError'));
  expect(output).toMatchObject([{ error: { message: 'there is no secret' } }, { ConfigErrors: 1 }]);
});

test('what is answered goes out as it is', async () => {
  expect(await backgroundHandler(async (event: number) => event + 1)(1, CONTEXT)).toBe(2);
});
