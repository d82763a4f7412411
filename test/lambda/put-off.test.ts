import type { SQSRecord } from 'aws-lambda';
import { expect, test } from 'vitest';
import { retryOrPutOff } from '../../lib/lambda/put-off.ts';
import { ConfigError, TransientError } from '../../lib/sync/errors.ts';

const records = ['one', 'two'].map((messageId) => ({ messageId, body: `body of ${messageId}` }) as SQSRecord);

/** What was sent later. */
function queue() {
  const sent: [bodies: readonly string[], seconds: number][] = [];
  return { sent, send: async (bodies: readonly string[], seconds = 0) => void sent.push([bodies, seconds]) };
}

test('what only an operator can fix costs no message a try: a copy of it comes later', async () => {
  const later = queue();
  const error = new ConfigError('there is no secret');
  expect(await retryOrPutOff(later, records, async () => ({ retry: ['two'], error }))).toEqual({
    batchItemFailures: [],
  });
  expect(later.sent).toEqual([[['body of two'], 900]]);
});

test('where nothing could be merged for such a reason, all messages come later', async () => {
  const later = queue();
  const answer = await retryOrPutOff(later, records, async () => {
    throw new ConfigError('there is no secret');
  });
  expect(answer).toEqual({ batchItemFailures: [] });
  expect(later.sent).toEqual([[['body of one', 'body of two'], 900]]);
});

test('any other failure is one of the message’s tries', async () => {
  const later = queue();
  const error = new TransientError('Throttled', 'later');
  expect(await retryOrPutOff(later, records, async () => ({ retry: ['one'], error }))).toEqual({
    batchItemFailures: [{ itemIdentifier: 'one' }],
  });
  await expect(
    retryOrPutOff(later, records, async () => {
      throw error;
    }),
  ).rejects.toBe(error);
  expect(later.sent).toEqual([]);
});
