import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { FunctionDefinition } from './function-definition.ts';
import { type Invocation, type RuntimeApi, startRuntimeApi } from './runtime-api.ts';
import type { Outcome, RuntimeLog } from './runtime-event.ts';

/** What Lambda answers to the caller of an invocation. */
export interface InvocationResult {
  readonly outcome: Outcome;
  /** The function's JSON, or an error object with `errorType` and `errorMessage`. */
  readonly payload: string;
}

/** An invocation that has not been given its deadline yet: its time runs from the moment it is delivered. */
export type PendingInvocation = Omit<Invocation, 'deadlineMs'>;

const bootstrap = fileURLToPath(new URL('./bootstrap/bootstrap.ts', import.meta.url));

interface Task {
  readonly invocation: PendingInvocation;
  readonly settle: (result: InvocationResult) => void;
  timer: NodeJS.Timeout;
  /** What the runtime has answered; told once it is free again, so that nobody is given a process about to exit. */
  answer?: InvocationResult;
}

function errorPayload(errorType: string, errorMessage: string): string {
  return JSON.stringify({ errorType, errorMessage });
}

/** One child process that runs one function, one invocation at a time, until it fails fatally or is killed. */
export class ExecutionEnvironment {
  readonly #definition: FunctionDefinition;
  readonly #log: RuntimeLog;
  readonly #onEnd: () => void;
  #api: RuntimeApi | undefined;
  #child: ChildProcess | undefined;
  #task: Task | undefined;
  #deliver: ((invocation: Invocation) => void) | undefined;
  #initError: string | undefined;
  #ended = false;

  private constructor(definition: FunctionDefinition, log: RuntimeLog, onEnd: () => void) {
    this.#definition = definition;
    this.#log = log;
    this.#onEnd = onEnd;
  }

  /** Starts the process; the handler is loaded while the first invocation already waits. */
  static async start(
    definition: FunctionDefinition,
    log: RuntimeLog,
    onEnd: () => void,
  ): Promise<ExecutionEnvironment> {
    const environment = new ExecutionEnvironment(definition, log, onEnd);
    await environment.#start();
    return environment;
  }

  /** Resolves with the answer; never rejects, whatever the function does. */
  invoke(invocation: PendingInvocation): Promise<InvocationResult> {
    return new Promise((settle) => {
      const limitMs = (this.#definition.initLimitSeconds + this.#definition.timeoutSeconds) * 1000;
      const timer = setTimeout(() => this.#timeOut(limitMs), limitMs);
      this.#task = { invocation, settle, timer };
      if (this.#ended) this.#settleEnded('Runtime exited');
      else this.#deliverTask();
    });
  }

  kill(): void {
    this.#child?.kill('SIGKILL');
    this.#end();
  }

  async #start(): Promise<void> {
    this.#api = await startRuntimeApi({
      onNext: (deliver) => {
        this.#deliver = deliver;
        if (this.#task?.answer === undefined) this.#deliverTask();
        else this.#settle(this.#task.answer);
      },
      onResponse: (requestId, payload) => this.#answer(requestId, { outcome: 'success', payload }),
      onError: (requestId, payload) => this.#answer(requestId, { outcome: 'handled-error', payload }),
      onInitError: (payload) => {
        this.#initError = payload;
      },
    });
    this.#child = spawn(process.execPath, [bootstrap], {
      cwd: this.#definition.codeDirectory,
      env: { ...this.#definition.environment, AWS_LAMBDA_RUNTIME_API: this.#api.address },
      // Nothing is ever written to the first pipe: its end tells the child that this process is gone.
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    this.#child.stdin?.on('error', () => undefined);
    this.#child.once('error', () => this.#end());
    this.#child.once('exit', (code, signal) => {
      this.#settleEnded(signal === null ? `exit status ${code}` : `signal: ${signal}`);
      this.#end();
    });
    this.#forward('stdout', this.#child.stdout);
    this.#forward('stderr', this.#child.stderr);
  }

  #forward(stream: 'stdout' | 'stderr', source: Readable | null): void {
    if (source === null) return;
    const name = this.#definition.name;
    createInterface({ input: source }).on('line', (line) => this.#log({ type: 'line', function: name, stream, line }));
  }

  #deliverTask(): void {
    if (this.#task === undefined || this.#deliver === undefined) return;
    const limitMs = this.#definition.timeoutSeconds * 1000;
    clearTimeout(this.#task.timer);
    this.#task.timer = setTimeout(() => this.#timeOut(limitMs), limitMs);
    this.#deliver({ ...this.#task.invocation, deadlineMs: Date.now() + limitMs });
    this.#deliver = undefined;
  }

  #answer(requestId: string, result: InvocationResult): void {
    if (this.#task?.invocation.requestId === requestId) this.#task.answer ??= result;
  }

  #settle(result: InvocationResult): void {
    if (this.#task === undefined) return;
    const { settle, timer, answer } = this.#task;
    clearTimeout(timer);
    this.#task = undefined;
    settle(answer ?? result);
  }

  /** https://docs.aws.amazon.com/lambda/latest/dg/configuration-timeout.html */
  #timeOut(limitMs: number): void {
    const requestId = this.#task?.invocation.requestId ?? '';
    const message = `RequestId: ${requestId} Error: Task timed out after ${(limitMs / 1000).toFixed(2)} seconds`;
    this.#settle({ outcome: 'timeout', payload: errorPayload('Sandbox.Timedout', message) });
    this.kill();
  }

  #settleEnded(how: string): void {
    const requestId = this.#task?.invocation.requestId ?? '';
    const message = `RequestId: ${requestId} Error: Runtime exited with error: ${how}`;
    const result: InvocationResult =
      this.#initError === undefined
        ? { outcome: 'exit', payload: errorPayload('Runtime.ExitError', message) }
        : { outcome: 'init-error', payload: this.#initError };
    this.#settle(result);
  }

  #end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#settleEnded('signal: killed');
    this.#api?.close();
    this.#onEnd();
  }
}
