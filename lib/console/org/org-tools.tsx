import { useState } from 'preact/hooks';
import { ApiProblem } from '../api/client.ts';
import { useAction } from '../api/queries.ts';
import { ProblemBox } from '../parts/states.tsx';
import type { OrgCalls } from './org-calls.ts';

const OUTAGE_SECONDS = 60;
const HOUR_SECONDS = 3600;

/** Administrative changes and failures of the org. */
export function OrgTools({ org, object }: { readonly org: OrgCalls; readonly object: string }) {
  const [status, setStatus] = useState('');
  const act = useAction<{ readonly work: () => Promise<unknown>; readonly done: string }, unknown>(({ work }) =>
    work(),
  );
  const run = (work: () => Promise<unknown>, done: string): void => {
    setStatus('');
    act.mutate({ work, done }, { onSuccess: () => setStatus(done) });
  };
  return (
    <>
      <h3>The sandbox</h3>
      <div class="row">
        <button type="button" disabled={act.isPending} onClick={() => run(() => org.cycle(), 'The cycle has ended.')}>
          Run a cycle now
        </button>
        <button
          type="button"
          disabled={act.isPending}
          onClick={() => run(() => org.breakFor(OUTAGE_SECONDS), 'Salesforce answers 503 for a minute.')}
        >
          Break Salesforce for a minute
        </button>
        <button
          type="button"
          disabled={act.isPending}
          onClick={() =>
            run(
              () => org.control('POST clock', { advanceSeconds: HOUR_SECONDS }),
              'The clock of the org is an hour later.',
            )
          }
        >
          Move its clock by an hour
        </button>
      </div>
      <FieldAccess object={object} run={run} org={org} />
      <ValidationRule object={object} run={run} org={org} />
      <div role="status">{status !== '' && <p class="box good">{status}</p>}</div>
      {act.error instanceof ApiProblem && <ProblemBox problem={act.error} />}
    </>
  );
}

interface ToolProps {
  readonly org: OrgCalls;
  readonly object: string;
  readonly run: (work: () => Promise<unknown>, done: string) => void;
}

function FieldAccess({ org, object, run }: ToolProps) {
  const [field, setField] = useState('Title');
  const set = (isVisible: boolean) => {
    const access = { object, field, read: isVisible, edit: isVisible };
    run(
      () => org.control('POST field-access', access),
      `The sync user ${isVisible ? 'sees' : 'no longer sees'} ${object}.${field}.`,
    );
  };
  return (
    <details>
      <summary>Hide a field</summary>
      <div class="stack">
        <label>
          {`Field of ${object}`}
          <input value={field} onInput={(event) => setField(event.currentTarget.value)} />
        </label>
        <div class="row">
          <button type="button" onClick={() => set(false)}>
            Hide it
          </button>
          <button type="button" onClick={() => set(true)}>
            Show it again
          </button>
        </div>
      </div>
    </details>
  );
}

const RULE = 'ConsoleRule';

function ValidationRule({ org, object, run }: ToolProps) {
  const [errorWhen, setErrorWhen] = useState("Title = 'Boss'");
  const [message, setMessage] = useState('Nobody is a boss here');
  const add = (event: Event): void => {
    event.preventDefault();
    const rule = { object, name: RULE, errorWhen, message, field: 'Title' };
    run(() => org.control('POST validation-rules', rule), 'The rule is active.');
  };
  return (
    <details>
      <summary>Add a validation rule</summary>
      <form class="stack" onSubmit={add}>
        <label>
          {`A ${object} is refused when`}
          <input value={errorWhen} onInput={(event) => setErrorWhen(event.currentTarget.value)} />
        </label>
        <label>
          Message
          <input value={message} onInput={(event) => setMessage(event.currentTarget.value)} />
        </label>
        <div class="row">
          <button type="submit">Add the rule</button>
          <button
            type="button"
            onClick={() =>
              run(() => org.control('DELETE validation-rules', { object, name: RULE }), 'The rule is gone.')
            }
          >
            Remove the rule
          </button>
        </div>
      </form>
    </details>
  );
}
