import type { SQSRecord } from 'aws-lambda';
import { describe, expect, test } from 'vitest';
import { MAX_DELIVERIES } from '../../lib/lambda/environment.ts';
import { mergeBatch } from '../../lib/lambda/merge-batch.ts';
import { ConfigError, QuotaExceededError, TransientError } from '../../lib/sync/errors.ts';

/** Messages by their names, each delivered as often as told. */
function records(deliveries: Readonly<Record<string, number>>): SQSRecord[] {
  return Object.entries(deliveries).map(([messageId, count]) => {
    const attributes = { ApproximateReceiveCount: String(count) };
    return {
      messageId,
      receiptHandle: `handle of ${messageId}`,
      body: `body of ${messageId}`,
      attributes,
    } as SQSRecord;
  });
}

/** What becomes of a batch of which these messages fail. */
async function end(
  deliveries: Readonly<Record<string, number>>,
  failing: { readonly retry: readonly string[]; readonly suspects?: readonly string[]; readonly error?: unknown },
) {
  const copied: [bodies: readonly string[], seconds: number][] = [];
  const shown: [handles: readonly string[], seconds: number][] = [];
  const merged: string[] = [];
  const queue = {
    send: async (bodies: readonly string[], seconds: number) => void copied.push([bodies, seconds]),
    showAgain: async (handles: readonly string[], seconds: number) => void shown.push([handles, seconds]),
  };
  const answer = await mergeBatch({ queue, logError: () => undefined }, records(deliveries), async (some) => {
    merged.push(...some.map(({ messageId }) => messageId));
    return { suspects: [], error: null, ...failing };
  });
  return { copied, shown, merged, failures: answer.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier) };
}

describe('a message that was not merged', () => {
  test('for want of time comes again within seconds', async () => {
    const { failures, shown, copied } = await end({ one: 1, two: 1 }, { retry: ['two'] });
    expect(failures).toEqual(['two']);
    expect(shown).toEqual([[['handle of two'], 2]]);
    expect(copied).toEqual([]);
  });

  test('by an outage or for want of time is replaced by a copy before its deliveries are used up', async () => {
    const deliveries = { one: MAX_DELIVERIES - 2 };
    for (const error of [null, new TransientError('Throttled', 'later')]) {
      const { failures, copied } = await end(deliveries, { retry: ['one'], error });
      expect(failures).toEqual([]);
      expect(copied).toEqual([[['body of one'], 300]]);
    }
  });

  test('by an error that may last uses up its deliveries', async () => {
    const failing = { retry: ['one'], suspects: ['one'], error: new Error('poison') };
    for (let delivery = 1; delivery <= MAX_DELIVERIES; delivery += 1) {
      expect(await end({ one: delivery }, failing)).toMatchObject({ failures: ['one'], copied: [] });
    }
  });

  test('for want of calls waits minutes, not seconds', async () => {
    const { shown } = await end({ one: 1 }, { retry: ['one'], error: new QuotaExceededError('used up') });
    expect(shown).toEqual([[['handle of one'], 300]]);
  });

  test('for a reason that only an operator can fix costs it no delivery: a copy comes later', async () => {
    const { failures, copied } = await end(
      { one: 1, two: 1 },
      { retry: ['two'], error: new ConfigError('there is no secret') },
    );
    expect(failures).toEqual([]);
    expect(copied).toEqual([[['body of two'], 900]]);
  });
});

test('a message that may be what ends the function is merged by itself; the others are kept from its fate', async () => {
  const deliveries = { one: 1, two: MAX_DELIVERIES - 1, three: MAX_DELIVERIES - 2, four: MAX_DELIVERIES };
  const { merged, failures, copied } = await end(deliveries, { retry: [] });
  expect(merged).toEqual(['two']);
  expect(failures).toEqual(['one']);
  expect(copied).toEqual([[['body of three', 'body of four'], 300]]);
});

describe('where the merge itself fails', () => {
  const throwing = (error: unknown) => {
    const copied: string[] = [];
    const queue = {
      send: async (bodies: readonly string[]) => void copied.push(...bodies),
      showAgain: async () => undefined,
    };
    const ended = mergeBatch({ queue, logError: () => undefined }, records({ one: 1 }), async () => {
      throw error;
    });
    return { ended, copied };
  };

  test('by an outage, all messages come again soon', async () => {
    const { ended } = throwing(new TransientError('Throttled', 'later'));
    expect(await ended).toEqual({ batchItemFailures: [{ itemIdentifier: 'one' }] });
  });

  test('for a reason that only an operator can fix, copies of all messages come later', async () => {
    const { ended, copied } = throwing(new ConfigError('there is no secret'));
    expect(await ended).toEqual({ batchItemFailures: [] });
    expect(copied).toEqual(['body of one']);
  });

  test('by a fault of the program, the invocation fails', async () => {
    const error = new TypeError('not a function');
    await expect(throwing(error).ended).rejects.toBe(error);
  });
});

test('where messages cannot be shown earlier, they come again by themselves, and that is told', async () => {
  const told: string[] = [];
  const queue = {
    send: async () => undefined,
    showAgain: async () => {
      throw new TransientError('Throttled', 'later');
    },
  };
  const answer = await mergeBatch(
    { queue, logError: (message) => told.push(message) },
    records({ one: 1 }),
    async () => {
      return { retry: ['one'], suspects: [], error: null };
    },
  );
  expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: 'one' }] });
  expect(told).toEqual(['messages come again late']);
});
