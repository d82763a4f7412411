/** What started an invocation. */
export type Trigger = 'schedule' | 'queue' | 'api' | 'direct';

/** How an invocation ended. `throttled` means that it never began. */
export type Outcome = 'success' | 'handled-error' | 'timeout' | 'exit' | 'init-error' | 'throttled';

/** What the runtime tells about itself, one at a time, through the `log` that it is given. */
export type RuntimeEvent =
  /** A line that a function wrote. */
  | { readonly type: 'line'; readonly function: string; readonly stream: 'stdout' | 'stderr'; readonly line: string }
  | { readonly type: 'cold-start'; readonly function: string }
  | {
      readonly type: 'invocation';
      readonly function: string;
      readonly trigger: Trigger;
      readonly requestId: string;
      readonly outcome: Outcome;
      readonly durationMs: number;
      /** The JSON that the function answered, or Lambda's error object. */
      readonly payload: string;
    }
  /** A trigger could not do its part, for example because the queue engine did not answer; it tries again. */
  | { readonly type: 'trigger-error'; readonly function: string; readonly trigger: Trigger; readonly error: Error };

/** Receives the events of a runtime. */
export type RuntimeLog = (event: RuntimeEvent) => void;
