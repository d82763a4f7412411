/**
 * The process of one execution environment: loads the handler, then takes invocations from the Lambda Runtime API one
 * after another. What escapes a handler ends the process, as it does under Amazon's own runtime client for Node.js 24.
 * https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
 */
import { Agent, type IncomingMessage, request } from 'node:http';
import { type Handler, loadHandler, runtimeError } from './load-handler.ts';

const environment = process.env as Record<string, string>;
const runtimeApi = `http://${environment.AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime`;
const agent = new Agent({ keepAlive: true, maxSockets: 2 });

interface Reply {
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

function call(method: 'GET' | 'POST', path: string, body?: string): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const sent = request(`${runtimeApi}${path}`, { method, agent }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => resolve({ headers: response.headers, body: Buffer.concat(chunks).toString('utf8') }));
      response.on('error', reject);
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

function errorObject(thrown: unknown): string {
  const error = thrown instanceof Error ? thrown : runtimeError('string', String(thrown));
  return JSON.stringify({
    errorType: error.name,
    errorMessage: error.message,
    trace: thrown instanceof Error ? (error.stack ?? '').split('\n') : [],
  });
}

function report(kind: 'Invoke' | 'Init', requestId: string, body: string): void {
  process.stdout.write(`${new Date().toISOString()}\t${requestId}\tERROR\t${kind} Error\t${body}\n`);
}

/** https://docs.aws.amazon.com/lambda/latest/dg/nodejs-context.html */
function contextOf(headers: Reply['headers']): object {
  const deadline = Number(headers['lambda-runtime-deadline-ms']);
  return {
    awsRequestId: headers['lambda-runtime-aws-request-id'],
    invokedFunctionArn: headers['lambda-runtime-invoked-function-arn'],
    functionName: environment.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: environment.AWS_LAMBDA_FUNCTION_VERSION,
    memoryLimitInMB: environment.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: environment.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: environment.AWS_LAMBDA_LOG_STREAM_NAME,
    xRayTraceId: headers['lambda-runtime-trace-id'],
    getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
  };
}

function serialised(result: unknown): string {
  try {
    return JSON.stringify(result) ?? 'null';
  } catch (error) {
    throw runtimeError('Runtime.JSONStringifyError', 'Unable to stringify response body', error);
  }
}

async function serveOne(handler: Handler): Promise<void> {
  const { headers, body } = await call('GET', '/invocation/next');
  const requestId = String(headers['lambda-runtime-aws-request-id']);
  environment._X_AMZN_TRACE_ID = String(headers['lambda-runtime-trace-id']);
  let path = 'response';
  let answer: string;
  try {
    answer = serialised(await handler(JSON.parse(body), contextOf(headers)));
  } catch (error) {
    path = 'error';
    answer = errorObject(error);
    report('Invoke', requestId, answer);
  }
  await call('POST', `/invocation/${requestId}/${path}`, answer);
}

async function main(): Promise<void> {
  // The environment belongs to the runtime that started it: it leaves an interrupt to that, and ends with it.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
  process.stdin.on('close', () => process.exit(0)).resume();

  let handler: Handler;
  try {
    handler = await loadHandler(environment.LAMBDA_TASK_ROOT ?? '', environment._HANDLER ?? '');
  } catch (error) {
    const body = errorObject(error);
    report('Init', '', body);
    await call('POST', '/init/error', body);
    process.exit(1);
  }
  for (;;) await serveOne(handler);
}

await main();
