import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually, type Fixture, startFixture } from './fixtures/start-fixture.ts';

let fixture: Fixture;

beforeAll(async () => {
  fixture = await startFixture();
});
afterAll(() => fixture?.close());

const invoke = (name: string, payload: unknown) => fixture.runtime.invoke(name, payload);
const act = (name: string) => invoke('Echo', { act: name });

function counters(logicalId: string) {
  const found = fixture.runtime.functions.find((candidate) => candidate.logicalId === logicalId);
  if (found === undefined) throw new Error(`there is no ${logicalId}`);
  return { ...found.counters };
}

// https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
describe('execution environments', () => {
  test('a first call is a cold start, and the next ones reuse its process', async () => {
    const before = counters('Echo');
    const first = JSON.parse((await invoke('Echo', { n: 1 })).payload) as { invocations: number; loadedAt: number };
    const second = JSON.parse((await invoke('Echo', { n: 2 })).payload) as { invocations: number; loadedAt: number };
    expect(second.invocations).toBe(first.invocations + 1);
    expect(second.loadedAt).toBe(first.loadedAt);
    expect(counters('Echo').coldStarts - before.coldStarts).toBe(1);
  });

  test('calls at the same time get a process each, up to the limit of the machine', async () => {
    const before = counters('Single').coldStarts;
    const results = await Promise.all([1, 2, 3].map(() => invoke('Batch', { Records: [] })));
    expect(results.map(({ outcome }) => outcome)).toEqual(['success', 'success', 'success']);
    expect(counters('Batch').coldStarts).toBe(3);
    expect(counters('Single').coldStarts).toBe(before);
  });

  test('the code that cannot be loaded is an init error with its type and message, at every call', async () => {
    for (const _ of [1, 2]) {
      const result = await invoke('Broken', {});
      expect(result.outcome).toBe('init-error');
      expect(JSON.parse(result.payload)).toMatchObject({
        errorType: 'RangeError',
        errorMessage: 'broken while loading',
      });
    }
    expect(counters('Broken').coldStarts).toBe(2);
  });

  test('a handler that is not exported is Runtime.HandlerNotFound', async () => {
    const result = await invoke('NoHandler', {});
    expect(JSON.parse(result.payload)).toMatchObject({
      errorType: 'Runtime.HandlerNotFound',
      errorMessage: 'index.missing is undefined or not exported',
    });
  });
});

describe('what a handler gets', () => {
  // https://docs.aws.amazon.com/lambda/latest/dg/nodejs-context.html
  test('the event, and a context with the request id, the names and the time left', async () => {
    const result = await invoke('Echo', { some: ['event'] });
    const { event, context } = JSON.parse(result.payload) as { event: unknown; context: Record<string, unknown> };
    expect(event).toEqual({ some: ['event'] });
    expect(context).toMatchObject({
      functionName: 'FixtureSync-Echo',
      functionVersion: '$LATEST',
      invokedFunctionArn: 'arn:aws:lambda:us-east-1:000000000000:function:FixtureSync-Echo',
      memoryLimitInMB: '128',
      logGroupName: '/aws/lambda/FixtureSync-Echo',
    });
    expect(context.awsRequestId).toMatch(/^[0-9a-f-]{36}$/);
    expect(context.remaining).toSatisfy((left: number) => left > 0 && left <= 5_000);
  });

  // https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
  test("the template's environment, Lambda's own variables and the endpoints, and nothing of this machine", async () => {
    const { payload } = await act('environment');
    const environment = JSON.parse(payload) as Record<string, string>;
    expect(environment).toMatchObject({
      TABLE: 'FixtureData-Things',
      TABLE_ARN: 'arn:aws:dynamodb:us-east-1:000000000000:table/FixtureData-Things',
      QUEUE_URL: `${fixture.sqs.endpoint}/000000000000/FixtureSync-Work`,
      JOINED: 'a-y',
      WHEN: 'local',
      NUMBER: '7',
      AWS_REGION: 'us-east-1',
      AWS_LAMBDA_FUNCTION_NAME: 'FixtureSync-Echo',
      AWS_ENDPOINT_URL_DYNAMODB: fixture.dynamodb.endpoint,
      AWS_ENDPOINT_URL_SQS: fixture.sqs.endpoint,
    });
    expect(environment).not.toHaveProperty('GONE');
    const allowed = /^(AWS_|LAMBDA_|_|LANG$|PATH$|TZ$|TABLE|QUEUE_URL$|JOINED$|WHEN$|NUMBER$)/;
    expect(Object.keys(environment).filter((name) => !allowed.test(name))).toEqual([]);
  });

  test('lines that it writes reach the log one by one', async () => {
    const result = await invoke('Echo', {});
    const { context } = JSON.parse(result.payload) as { context: { awsRequestId: string } };
    const line = `echo ${context.awsRequestId}`;
    await eventually(() => fixture.events.some((event) => event.type === 'line' && event.line === line) || undefined);
  });
});

describe('how an invocation ends', () => {
  // https://docs.aws.amazon.com/lambda/latest/dg/nodejs-exceptions.html
  test('what the handler throws comes back as errorType, errorMessage and trace', async () => {
    const result = await act('throw');
    expect(result.outcome).toBe('handled-error');
    const error = JSON.parse(result.payload) as { trace: string[] };
    expect(error).toMatchObject({ errorType: 'TypeError', errorMessage: 'thrown on purpose' });
    expect(error.trace[0]).toBe('TypeError: thrown on purpose');
  });

  test('a handler that returns nothing answers null', async () => {
    expect(await act('nothing')).toMatchObject({ outcome: 'success', payload: 'null' });
  });

  test('a result that is not JSON is an error of the runtime', async () => {
    expect(JSON.parse((await act('circular')).payload)).toMatchObject({ errorType: 'Runtime.JSONStringifyError' });
  });

  // https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
  test('an answer over 6 MB is Function.ResponseSizeTooLarge', async () => {
    const result = await act('large');
    expect(result.outcome).toBe('handled-error');
    expect(JSON.parse(result.payload)).toMatchObject({ errorType: 'Function.ResponseSizeTooLarge' });
  });

  test('a process that exits is Runtime.ExitError, and the next call starts another', async () => {
    const before = counters('Echo').coldStarts;
    const result = await act('exit');
    expect(result.outcome).toBe('exit');
    const { errorType, errorMessage } = JSON.parse(result.payload) as { errorType: string; errorMessage: string };
    expect(errorType).toBe('Runtime.ExitError');
    expect(errorMessage).toMatch(/^RequestId: [0-9a-f-]{36} Error: Runtime exited with error: exit status 3$/);
    expect((await invoke('Echo', {})).outcome).toBe('success');
    expect(counters('Echo').coldStarts).toBe(before + 1);
  });

  test('a rejection that nobody waits for fails its invocation and ends the process', async () => {
    const result = await act('reject');
    expect(result.outcome).toBe('exit');
    expect(JSON.parse(result.payload)).toMatchObject({ errorType: 'Runtime.ExitError' });
    expect((await invoke('Echo', {})).outcome).toBe('success');
  });

  // https://docs.aws.amazon.com/lambda/latest/dg/configuration-timeout.html
  test('a handler over its time is killed and answered for', async () => {
    const result = await invoke('Slow', {});
    expect(result.outcome).toBe('timeout');
    const { errorType, errorMessage } = JSON.parse(result.payload) as { errorType: string; errorMessage: string };
    expect(errorType).toBe('Sandbox.Timedout');
    expect(errorMessage).toMatch(/^RequestId: [0-9a-f-]{36} Error: Task timed out after 1\.00 seconds$/);
    expect(counters('Slow')).toMatchObject({ coldStarts: 1, invocations: 1, failures: 1 });
  });

  // https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html
  test('beyond the reserved concurrency an invocation is throttled and never begins', async () => {
    const running = invoke('Single', { milliseconds: 300 });
    const refused = await invoke('Single', {});
    expect(refused.outcome).toBe('throttled');
    expect(JSON.parse(refused.payload)).toMatchObject({ errorType: 'TooManyRequestsException' });
    expect((await running).outcome).toBe('success');
    expect(counters('Single')).toMatchObject({ invocations: 1, throttles: 1 });
  });
});

test('more invocations at once than processes wait for one', async () => {
  const narrow = await startFixture({ environmentLimit: 2 });
  try {
    const results = await Promise.all([1, 2, 3, 4, 5].map((n) => narrow.runtime.invoke('Echo', { n })));
    const seen = results.map(({ payload }) => (JSON.parse(payload) as { event: { n: number } }).event.n);
    expect(seen).toEqual([1, 2, 3, 4, 5]);
    expect(narrow.runtime.functions.find(({ logicalId }) => logicalId === 'Echo')?.counters.coldStarts).toBe(2);
  } finally {
    await narrow.close();
  }
});

test('a name that nothing or more than one function has is refused', async () => {
  await expect(invoke('Nobody', {})).rejects.toThrow('the assembly has nothing called Nobody');
  await expect(invoke('FixtureSync', {})).rejects.toThrow('the assembly has more than one called FixtureSync');
});
