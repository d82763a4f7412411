import { type SendMessageBatchCommandInput, SQSClient } from '@aws-sdk/client-sqs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { batched, SqsChangeQueue } from '../../lib/sqs/sqs-change-queue.ts';
import { ConfigError, TransientError } from '../../lib/sync/errors.ts';

type Answer = (input: SendMessageBatchCommandInput, call: number) => unknown;

const allSent = ({ Entries = [] }: SendMessageBatchCommandInput) => ({
  Successful: Entries.map(({ Id }) => ({ Id })),
  Failed: [],
});

/** A queue whose calls are answered here, and the entries of each call. */
function queueAnsweredBy(answer: Answer) {
  const client = new SQSClient({ region: 'us-east-1', credentials: { accessKeyId: 'x', secretAccessKey: 'x' } });
  const calls: string[][] = [];
  let inFlight = 0;
  let mostInFlight = 0;
  client.middlewareStack.add(
    () => async (args) => {
      const input = args.input as SendMessageBatchCommandInput;
      calls.push((input.Entries ?? []).map((entry) => entry.MessageBody ?? ''));
      inFlight += 1;
      mostInFlight = Math.max(mostInFlight, inFlight);
      await new Promise((resolve) => setImmediate(resolve));
      inFlight -= 1;
      const output = answer(input, calls.length);
      if (output instanceof Error) throw output;
      return { output: { $metadata: {}, ...(output as object) }, response: {} };
    },
    { step: 'initialize' },
  );
  const queue = new SqsChangeQueue(client, { queueUrl: 'https://sqs/1/changes', pauseMs: () => 0 });
  return { queue, calls, mostInFlight: () => mostInFlight };
}

const named = (name: string, more: object = {}) => Object.assign(new Error(name), { name, ...more });

test('messages that were received are shown again ten a request; one that stays hidden is an error', async () => {
  const handles = Array.from({ length: 12 }, (_, at) => `handle ${at}`);
  const asked: unknown[] = [];
  const { queue, calls } = queueAnsweredBy(({ Entries = [] }) => {
    asked.push(...Entries);
    return {};
  });
  await queue.showAgain(handles, 2);
  expect(asked).toMatchObject(handles.map((ReceiptHandle) => ({ ReceiptHandle, VisibilityTimeout: 2 })));
  expect(calls).toHaveLength(2);
  const failing = queueAnsweredBy(() => ({ Failed: [{ Id: '0', Code: 'ReceiptHandleIsInvalid' }] }));
  await expect(failing.queue.showAgain(['one'], 2)).rejects.toThrow(TransientError);
});

describe('batches', () => {
  test('keep order, ten messages and 256 KB', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 65_000 }), { maxLength: 60 }), (sizes) => {
        const bodies = sizes.map((size) => 'x'.repeat(size));
        const batches = batched(bodies);
        expect(batches.flat()).toEqual(bodies);
        for (const batch of batches) {
          expect(batch.length).toBeLessThanOrEqual(10);
          expect(batch.join('').length).toBeLessThanOrEqual(262_144);
        }
      }),
      { numRuns: 50 },
    );
  });

  test('are as few as the limits allow for bodies of one size', () => {
    expect(batched(Array.from({ length: 1000 }, () => 'x'.repeat(1000)))).toHaveLength(100);
    expect(batched(Array.from({ length: 8 }, () => 'x'.repeat(65_536)))).toHaveLength(2);
  });
});

describe('a send', () => {
  test('has at most four batches in flight', async () => {
    const { queue, calls, mostInFlight } = queueAnsweredBy(allSent);
    await queue.send(Array.from({ length: 95 }, (_, at) => String(at)));
    expect(calls).toHaveLength(10);
    expect(mostInFlight()).toBe(4);
  });

  test('sends again only what a batch left out', async () => {
    const { queue, calls } = queueAnsweredBy((input, call) => {
      if (call > 1) return allSent(input);
      return { Successful: [{ Id: '0' }], Failed: [{ Id: '1', Code: 'InternalError', SenderFault: false }] };
    });
    await queue.send(['a', 'b']);
    expect(calls).toEqual([['a', 'b'], ['b']]);
  });

  test('gives up what keeps failing as a transient error', async () => {
    const { queue, calls } = queueAnsweredBy(() => ({
      Failed: [{ Id: '0', Code: 'InternalError', SenderFault: false }],
    }));
    await expect(queue.send(['a', 'b'])).rejects.toMatchObject({ name: 'TransientError', code: 'InternalError' });
    expect(calls).toEqual([['a', 'b'], ['a'], ['a'], ['a'], ['a']]);
  });

  test('says what SQS will never take', async () => {
    const failed = { Id: '0', Code: 'InvalidMessageContents', SenderFault: true, Message: 'no' };
    const { queue, calls } = queueAnsweredBy(() => ({ Failed: [failed] }));
    await expect(queue.send(['a'])).rejects.toThrow('InvalidMessageContents');
    expect(calls).toHaveLength(1);
  });

  test('translates the errors of a call', async () => {
    const cases: [Error, unknown][] = [
      [named('RequestThrottled'), TransientError],
      [named('Error', { code: 'ECONNRESET' }), TransientError],
      [named('Odd', { $metadata: { httpStatusCode: 503 } }), TransientError],
      [named('QueueDoesNotExist', { $metadata: { httpStatusCode: 400 } }), ConfigError],
      [named('AccessDeniedException'), ConfigError],
    ];
    for (const [error, type] of cases) {
      const sent = queueAnsweredBy(() => error).queue.send(['a']);
      await expect(sent).rejects.toBeInstanceOf(type);
      await expect(sent).rejects.toMatchObject({ cause: error });
    }
    const unknown = named('Odd');
    await expect(queueAnsweredBy(() => unknown).queue.send(['a'])).rejects.toBe(unknown);
  });
});
