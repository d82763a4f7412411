import { ApiProblem } from '../../api/client.ts';
import { useConsole } from '../../api/context.ts';
import { useAction } from '../../api/queries.ts';
import type { FieldStatus, ObjectFields } from '../../api/shapes.ts';
import { Confirmed } from '../../parts/confirmed.tsx';
import { Section } from '../../parts/page.tsx';
import { ProblemBox } from '../../parts/states.tsx';
import { localTime } from '../../words/format.ts';

type FieldReport = ObjectFields['fields'][number];
type Retyped = NonNullable<FieldReport['retyped']>;
type Gone = NonNullable<FieldReport['gone']>;

/** Fields that wait for a decision: a new type to accept, values of a hidden field to keep or to remove. */
export function Decisions({ objects }: { readonly objects: FieldStatus['objects'] }) {
  const { api } = useConsole();
  const decide = useAction<{ readonly line: string; readonly body: object }, unknown>(({ line, body }) =>
    api.call(line, body),
  );
  const open = Object.entries(objects).flatMap(([object, known]) =>
    (known?.fields ?? []).filter(isOpen).map((report) => ({ object, report })),
  );
  if (open.length === 0 && decide.isIdle) return null;
  return (
    <Section title="To decide">
      <ul class="decisions">
        {open.map(({ object, report: { field, apiName, retyped, gone } }) => {
          const name = `${object}.${field ?? apiName}`;
          const act = (line: string) => decide.mutate({ line, body: { object, field } });
          return (
            <li key={name}>
              {retyped !== null && <Accept name={name} retyped={retyped} isBusy={decide.isPending} act={act} />}
              {gone !== null && <Purge name={name} gone={gone} isBusy={decide.isPending} act={act} />}
            </li>
          );
        })}
      </ul>
      <div role="status">
        {decide.isSuccess && <p class="box good">Done. The next cycles read or remove the values.</p>}
      </div>
      {decide.error instanceof ApiProblem && <ProblemBox problem={decide.error} />}
    </Section>
  );
}

function isOpen({ retyped, gone }: FieldReport): boolean {
  return retyped !== null || (gone !== null && gone.purge !== 'done');
}

interface DecisionProps {
  readonly name: string;
  readonly isBusy: boolean;
  readonly act: (line: string) => void;
}

function Accept({ name, retyped: { from, to, since }, isBusy, act }: DecisionProps & { readonly retyped: Retyped }) {
  return (
    <>
      <p>
        {`${name}: the type changed from ${from} to ${to} (found ${localTime(since)}). `}
        The field does not sync until the new type is accepted. The values here are kept.
      </p>
      <Confirmed
        label={`Accept ${to} for ${name}`}
        title={`Accept the new type of ${name}?`}
        confirm="Accept the new type"
        isBusy={isBusy}
        onConfirm={() => act('POST /sync/fields/accept')}
      >
        <p>{`The next cycles read the field of every record as ${to}. Edits of the field that wait here are pushed.`}</p>
      </Confirmed>
    </>
  );
}

function Purge({ name, gone: { since, purge }, isBusy, act }: DecisionProps & { readonly gone: Gone }) {
  if (purge === 'running') return <p>{`${name}: the next cycles remove the values.`}</p>;
  return (
    <>
      <p>
        {`${name}: not visible to the sync user since ${localTime(since)}. `}
        The values here are kept and shown to nobody. They return when the field is visible again.
      </p>
      <Confirmed
        label={`Remove the values of ${name}`}
        title={`Remove all values of ${name}?`}
        confirm="Remove the values for good"
        isBusy={isBusy}
        onConfirm={() => act('POST /sync/fields/purge')}
      >
        <p>The values are removed from every person and every activity. This cannot be undone.</p>
      </Confirmed>
    </>
  );
}
