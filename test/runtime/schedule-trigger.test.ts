import { ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { nextCronTime, parseCron } from '../sandbox/runtime/cron-expression.ts';
import { parseTiming, type Schedule, withGap } from '../sandbox/runtime/schedule-trigger.ts';
import { eventually, type Fixture, startFixture } from './fixtures/start-fixture.ts';

let fixture: Fixture;

beforeAll(async () => {
  fixture = await startFixture({ scheduleSeconds: 0.05 });
});
afterAll(() => fixture?.close());

// https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
describe('schedule expressions', () => {
  test.each([
    ['rate(1 minute)', 60],
    ['rate(5 minutes)', 300],
    ['rate(2 hours)', 7_200],
    ['rate(1 day)', 86_400],
  ])('%s', (expression, seconds) => {
    expect(parseTiming(expression)).toEqual({ kind: 'rate', seconds });
  });

  test.each(['rate(five minutes)', 'rate(5 weeks)', 'every(5 minutes)', 'cron(* * *)', 'at(noon)', ''])(
    '%j is refused',
    (expression) => {
      expect(() => parseTiming(expression)).toThrow();
    },
  );

  test('at() is one instant, in UTC', () => {
    expect(parseTiming('at(2026-11-22T10:00:00)')).toEqual({ kind: 'at', time: new Date('2026-11-22T10:00:00Z') });
  });
});

// https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#cron-based
describe('cron', () => {
  test.each([
    ['0 10 * * ? *', '2026-11-22T09:59:30Z', '2026-11-22T10:00:00Z'],
    ['0 10 * * ? *', '2026-11-22T10:00:00Z', '2026-11-23T10:00:00Z'],
    ['*/15 * * * ? *', '2026-11-22T10:01:00Z', '2026-11-22T10:15:00Z'],
    ['0/5 8-17 ? * MON-FRI *', '2026-11-22T12:00:00Z', '2026-11-23T08:00:00Z'],
    ['15 12 L * ? *', '2026-02-10T00:00:00Z', '2026-02-28T12:15:00Z'],
    ['0 0 1 JAN,JUL ? *', '2026-02-10T00:00:00Z', '2026-07-01T00:00:00Z'],
    ['0 0 29 2 ? *', '2026-03-01T00:00:00Z', '2028-02-29T00:00:00Z'],
    ['30 6 ? * 1 2027', '2026-11-22T00:00:00Z', '2027-01-03T06:30:00Z'],
  ])('%s after %s is %s', (text, after, next) => {
    expect(nextCronTime(parseCron(text), new Date(after))).toEqual(new Date(next));
  });

  test('a time that never comes again is none', () => {
    expect(nextCronTime(parseCron('0 0 1 1 ? 2020'), new Date('2026-11-22T00:00:00Z'))).toBeUndefined();
  });

  test.each(['0 10 * * ?', '60 * * * ? *', '0 24 * * ? *', '0 0 15W * ? *', '0 0 ? * 6#3 *', '0/0 * * * ? *'])(
    '%s is refused',
    (text) => {
      expect(() => parseCron(text)).toThrow('cron:');
    },
  );
});

describe('running schedules', () => {
  test('a rate fires at once and again after the gap, one invocation at a time', async () => {
    const events = await eventually(() => {
      const ticks = fixture.written('Tick', 'tick');
      return ticks.length >= 3 ? ticks : undefined;
    });
    expect(events[0]).toMatchObject({ from: 'rate' });
    expect(fixture.runtime.functions.find(({ logicalId }) => logicalId === 'Tick')?.counters.coldStarts).toBe(1);
  });

  // https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html
  test('context attributes in the input are filled in', async () => {
    const [event] = await eventually(() => {
      const ticks = fixture.written('Tick', 'tick');
      return ticks.length > 0 ? ticks : undefined;
    });
    expect((event as { at: string }).at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  });

  // https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-state.html
  test('a disabled schedule never fires', () => {
    expect(fixture.written('Tick', 'tick')).not.toContainEqual({ from: 'disabled' });
  });

  // https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
  test('an invocation that failed every try is told to the failure destination, with event and error', async () => {
    const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
    const client = new SQSClient({ endpoint: fixture.sqs.endpoint, region: 'us-east-1', credentials });
    try {
      const asked = { QueueUrl: fixture.runtime.queueUrl('Failed'), WaitTimeSeconds: 1 };
      const message = await eventually(async () => (await client.send(new ReceiveMessageCommand(asked))).Messages?.[0]);
      expect(JSON.parse(message.Body ?? '')).toMatchObject({
        version: '1.0',
        requestContext: {
          functionArn: 'arn:aws:lambda:us-east-1:000000000000:function:FixtureSync-Sulk:$LATEST',
          condition: 'RetriesExhausted',
          approximateInvokeCount: 1,
        },
        // Without an input of its own a target gets a notification.
        requestPayload: { source: 'aws.scheduler', 'detail-type': 'Scheduled Event', detail: '{}' },
        responsePayload: { errorType: 'Error', errorMessage: 'not today' },
      });
    } finally {
      client.destroy();
    }
  });

  test('the gap given at the start replaces only the most frequent rates', () => {
    const schedule = (expression: string): Schedule => ({
      arn: '',
      functionName: expression,
      timing: parseTiming(expression),
      input: undefined,
    });
    const all = ['rate(5 minutes)', 'rate(1 day)', 'cron(0 3 * * ? *)'].map(schedule);
    const changed = withGap(all, 2);
    expect(changed[0]?.timing).toEqual({ kind: 'rate', seconds: 2 });
    expect(changed.slice(1)).toEqual(all.slice(1));
    expect(withGap(all, undefined)).toEqual(all);
  });
});
