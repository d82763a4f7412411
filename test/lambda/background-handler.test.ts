import type { Context } from 'aws-lambda';
import { expect, test } from 'vitest';
import { backgroundHandler } from '../../lib/lambda/background-handler.ts';
import { ConfigError, TransientError } from '../../lib/sync/errors.ts';
import { outputOf } from './captured-output.ts';

const CONTEXT = { awsRequestId: 'request-1' } as Context;

test('what is thrown is told without its message, and thrown again for the retry', async () => {
  const handler = backgroundHandler(async () => {
    throw new TransientError('Throttled', 'canary@example.com');
  });
  const output = await outputOf(() => expect(handler({}, CONTEXT)).rejects.toThrow(TransientError));
  expect(output).toMatchObject([
    { level: 'ERROR', requestId: 'request-1', error: { name: 'TransientError', code: 'Throttled' } },
  ]);
  expect(JSON.stringify(output)).not.toContain('canary');
});

test('a configuration that a human must mend is told in words, and counted', async () => {
  const handler = backgroundHandler(async () => {
    throw new ConfigError('there is no secret');
  });
  const output = await outputOf(() => expect(handler({}, CONTEXT)).rejects.toThrow(ConfigError));
  expect(output).toMatchObject([{ error: { message: 'there is no secret' } }, { ConfigErrors: 1 }]);
});

test('what is answered goes out as it is', async () => {
  expect(await backgroundHandler(async (event: number) => event + 1)(1, CONTEXT)).toBe(2);
});
