import { describe, expect, it } from 'vitest';
import { TABLE_CALL } from '../../lib/dynamodb/create-dynamo-client.ts';
import { LONGEST_MS, TO_ANSWER_MS } from '../../lib/lambda/answer-deadline.ts';
import { CALLER_PATIENCE_SECONDS } from '../../lib/lambda/compose-salesforce.ts';
import { AGAIN_SECONDS, PUT_OFF_SECONDS } from '../../lib/lambda/merge-batch.ts';
import { SECRET_CALL } from '../../lib/lambda/salesforce-secret.ts';
import { parseSettings, SettingsError } from '../../lib/lambda/settings.ts';
import { LONGEST_REQUEST_SECONDS } from '../../lib/lambda/settings-mistakes.ts';
import { QUEUE_CALL } from '../../lib/sqs/create-sqs-client.ts';
import { FRESH_MESSAGE_MS, LASTING_MESSAGE_MS } from '../../lib/sync/change-message.ts';
import { TIME_TO_BEGIN_MS } from '../../lib/sync/lists/work-lists.ts';
import { TIME_TO_STOP_MS } from '../../lib/sync/ports/deadline.ts';
import { LONGEST_WORK_MS } from '../../lib/sync/push/lost-push.ts';
import { IN_FLIGHT_HORIZON_MS, LASTING_HORIZON_MS } from '../../lib/sync/state/in-flight.ts';
import { PATIENCE_MS } from '../../lib/sync/sync-person/under-lease.ts';
import { functionNamed, functionNames, resourcesOf, synthesised } from './synthesised.ts';

const { stateful, stateless } = synthesised();
const defaults = parseSettings({});

const timeOutMs = (name: Parameters<typeof functionNamed>[1]) =>
  1000 * Number(functionNamed(stateless, name).Properties.Timeout);

/**
 * How long a call of the AWS SDK takes at most: each of its tries, and the pauses between them, of which the first is 100
 * ms at most and each next one double.
 */
function patienceMs({
  maxAttempts,
  requestTimeout,
}: {
  readonly maxAttempts: number;
  readonly requestTimeout: number;
}) {
  return maxAttempts * requestTimeout + 100 * (2 ** (maxAttempts - 1) - 1);
}

const CALLS = { table: patienceMs(TABLE_CALL), queue: patienceMs(QUEUE_CALL), secret: patienceMs(SECRET_CALL) };
const salesforceMs = 1000 * defaults.salesforceTimeoutSeconds;

/** API Gateway: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html */
const GATEWAY_MS = 30_000;
/** Lambda: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const LONGEST_FUNCTION_MS = 900_000;
/** SQS: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html */
const LONGEST_DELAY_SECONDS = 900;
const LONGEST_INVISIBLE_SECONDS = 43_200;

describe('what somebody waits for', () => {
  it.each(['sync-person', 'persons', 'operate'] as const)(
    '%s answers before its own end, and before the gateway',
    (name) => {
      expect(timeOutMs(name)).toBeLessThan(GATEWAY_MS);
      expect(LONGEST_MS + TO_ANSWER_MS).toBeLessThanOrEqual(timeOutMs(name));
    },
  );

  it.each(['table', 'queue', 'secret'] as const)(
    'a call of the %s is given up with time left for another',
    (service) => {
      expect(2 * CALLS[service]).toBeLessThanOrEqual(LONGEST_MS);
    },
  );

  it('a sync by hand may wait for another one, and then for an answer of Salesforce', () => {
    expect(PATIENCE_MS + 1000 * CALLER_PATIENCE_SECONDS).toBeLessThan(LONGEST_MS);
  });
});

describe('what runs in the background', () => {
  it('stores what the last call of Salesforce answered before the function ends', () => {
    expect(salesforceMs + CALLS.table).toBeLessThanOrEqual(TIME_TO_STOP_MS);
    expect(() => parseSettings({ salesforceTimeoutSeconds: defaults.salesforceTimeoutSeconds + 1 })).toThrow(
      SettingsError,
    );
  });

  it.each(['poll', 'merge'] as const)('%s works for as long as it stops ahead of its end, at least', (name) => {
    expect(timeOutMs(name)).toBeGreaterThanOrEqual(2 * TIME_TO_STOP_MS);
    expect(timeOutMs(name)).toBeLessThanOrEqual(LONGEST_FUNCTION_MS);
  });

  it('the merge begins a part of a list where two calls of Salesforce fit before its end', () => {
    expect(2 * salesforceMs).toBeLessThan(TIME_TO_BEGIN_MS);
    expect(TIME_TO_BEGIN_MS).toBeLessThan(timeOutMs('merge'));
  });
});

describe('the queue', () => {
  const [queue] = Object.values(resourcesOf(stateful, 'AWS::SQS::Queue')).filter(
    ({ Properties }) => Properties.RedrivePolicy !== undefined,
  );
  const mappings = Object.values(resourcesOf(stateless, 'AWS::Lambda::EventSourceMapping'));

  // https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
  it('hides a batch for six runs of the merge and the time in which the batch fills', () => {
    for (const { Properties } of mappings) {
      const window = Number(Properties.MaximumBatchingWindowInSeconds);
      expect(Number(queue?.Properties.VisibilityTimeout)).toBeGreaterThanOrEqual(
        6 * (timeOutMs('merge') / 1000) + window,
      );
    }
    expect(mappings.length).toBeGreaterThan(0);
  });

  it('shows a message again, or sends its copy, within what SQS allows', () => {
    expect(PUT_OFF_SECONDS).toBeLessThanOrEqual(LONGEST_DELAY_SECONDS);
    expect(Math.max(...AGAIN_SECONDS)).toBeLessThanOrEqual(LONGEST_INVISIBLE_SECONDS);
  });

  it('keeps a message for longer than all its tries take', () => {
    const tries =
      AGAIN_SECONDS.reduce((sum, seconds) => sum + seconds, 0) + (AGAIN_SECONDS.length * timeOutMs('merge')) / 1000;
    expect(Number(queue?.Properties.MessageRetentionPeriod)).toBeGreaterThan(10 * tries);
  });

  it('has delivered a fresh message, and the merge has ended, before the feed forgets what is under way', () => {
    const clocksDiffer = 2 * 5 * 60_000;
    expect(IN_FLIGHT_HORIZON_MS).toBeGreaterThan(FRESH_MESSAGE_MS + timeOutMs('merge') + clocksDiffer);
    expect(LASTING_HORIZON_MS).toBeGreaterThan(LASTING_MESSAGE_MS + timeOutMs('merge') + clocksDiffer);
  });
});

describe('leases outlive what they guard', () => {
  it('of a cycle: the poll function', () => {
    expect(1000 * defaults.cycleLeaseSeconds).toBeGreaterThan(timeOutMs('poll'));
  });

  it('of a push: a request that Salesforce may still be working on', () => {
    expect(1000 * defaults.pushLeaseSeconds).toBeGreaterThanOrEqual(1000 * LONGEST_REQUEST_SECONDS + salesforceMs);
  });

  it('of a push whose worker is gone: every function that pushes', () => {
    for (const name of functionNames.filter((each) => each !== 'poll')) {
      expect(LONGEST_WORK_MS).toBeGreaterThan(timeOutMs(name));
    }
  });
});

it('a cycle that takes all its time is no missing one to the alarm', () => {
  const [alarm] = Object.values(resourcesOf(stateless, 'AWS::CloudWatch::Alarm')).filter(({ Properties }) =>
    String(Properties.AlarmDescription).includes('NoCycle'),
  );
  const [, period] = /"Period":(\d+)/.exec(JSON.stringify(alarm?.Properties)) ?? [];
  const silence = 1000 * Number(period) * Number(alarm?.Properties.EvaluationPeriods);
  expect(silence).toBeGreaterThan(timeOutMs('poll'));
});
