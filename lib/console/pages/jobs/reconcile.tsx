import { ApiProblem } from '../../api/client.ts';
import { useConsole } from '../../api/context.ts';
import { useAction } from '../../api/queries.ts';
import type { Status } from '../../api/shapes.ts';
import { Confirmed } from '../../parts/confirmed.tsx';
import { Section } from '../../parts/page.tsx';
import { ProblemBox } from '../../parts/states.tsx';
import { count, localTime } from '../../words/format.ts';

type Reconciliations = Status['reconciliation'];

/** The running and the last reconciliation, and a button for the next. */
export function Reconcile({ reconciliation: { running, last } }: { readonly reconciliation: Reconciliations }) {
  const { api } = useConsole();
  const ask = useAction<boolean, unknown>((acceptMissing) =>
    api.call('POST /sync/reconcile', acceptMissing ? { acceptMissing } : undefined),
  );
  return (
    <Section title="Comparison of every person with its record">
      {running !== null && <p>{`Runs since ${localTime(running.startedAt)}: ${countsOf(running)}.`}</p>}
      {last === null ? <p>None has ended yet.</p> : <p>{lastWords(last)}</p>}
      <div class="row">
        <button type="button" disabled={ask.isPending} onClick={() => ask.mutate(false)}>
          Compare all now
        </button>
        {last?.held === true && (
          <Confirmed
            label="The missing records were deleted …"
            title={`Were ${count(last.missing)} records deleted in Salesforce?`}
            confirm="The records were deleted"
            isBusy={ask.isPending}
            onConfirm={() => ask.mutate(true)}
          >
            <p>
              The next comparison takes every missing record for deleted. A record that the sync user may not see is
              missing, too: confirm only what somebody has checked in Salesforce.
            </p>
          </Confirmed>
        )}
      </div>
      <div role="status">{ask.isSuccess && <p class="box good">The next cycle begins the comparison.</p>}</div>
      {ask.error instanceof ApiProblem && <ProblemBox problem={ask.error} />}
    </Section>
  );
}

function lastWords(last: NonNullable<Reconciliations['last']>): string {
  const held = last.held ? ' It was held: too many records are missing.' : '';
  return `The last ended ${localTime(last.endedAt)}: ${countsOf(last)}.${held}`;
}

function countsOf({ persons, missing, changed, different }: NonNullable<Reconciliations['running']>): string {
  const parts = [`${count(persons)} persons compared`, `${count(missing)} records missing`];
  return [...parts, `${count(changed)} changed meanwhile`, `${count(different)} with other values`].join(', ');
}
