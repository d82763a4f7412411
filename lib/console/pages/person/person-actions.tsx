import { ApiProblem } from '../../api/client.ts';
import { useConsole } from '../../api/context.ts';
import { useAction } from '../../api/queries.ts';
import type { Person, Synced } from '../../api/shapes.ts';
import { ProblemBox } from '../../parts/states.tsx';
import { listed } from '../../words/format.ts';

/** The actions on a person, and their results. */
export function PersonActions({ person }: { readonly person: Person }) {
  const { api } = useConsole();
  const path = `/persons/${encodeURIComponent(person.personId)}`;
  const sync = useAction<object | undefined, Synced>((body) => api.call<Synced>(`POST ${path}/sync`, body));
  const retry = useAction<void, unknown>(() => api.call('POST /sync/rejections/retry', { personId: person.personId }));
  const isBusy = sync.isPending || retry.isPending;
  const canRetry = person.sync.status === 'rejected' && !(isProblem(retry.error) && retry.error.isMissingCall);
  return (
    <>
      <div class="row">
        <button type="button" class="main" disabled={isBusy} onClick={() => sync.mutate(undefined)}>
          {sync.isPending ? 'Syncing …' : 'Sync now'}
        </button>
        {person.sync.rejection?.code === 'RECORD_NOT_VISIBLE' && (
          <button type="button" disabled={isBusy} onClick={() => sync.mutate({ recordIsGone: true })}>
            The record is gone: sync without the record
          </button>
        )}
        {canRetry && (
          <button type="button" disabled={isBusy} onClick={() => retry.mutate()}>
            Retry with the next cycle
          </button>
        )}
      </div>
      <div role="status">
        {sync.data !== undefined && !sync.isPending && <p class="box good">{outcomeWords(sync.data)}</p>}
        {retry.isSuccess && <p class="box good">The next cycle pushes this person again.</p>}
      </div>
      <Problems errors={[sync.isPending ? null : sync.error, retry.error]} />
    </>
  );
}

function Problems({ errors }: { readonly errors: readonly (Error | null)[] }) {
  return errors.filter(isProblem).map((problem) => <ProblemBox key={problem.message} problem={problem} />);
}

function isProblem(error: Error | null): error is ApiProblem {
  return error instanceof ApiProblem;
}

const OUTCOMES = {
  created: 'A new Lead was created in Salesforce.',
  linked: 'A record in Salesforce is linked now.',
  updated: 'Both sides are in step now.',
  unchanged: 'Both sides were in step already.',
} as const;

function outcomeWords({ outcome, pushed, pulled, conflicts }: Synced): string {
  const parts = [
    OUTCOMES[outcome],
    ...(pushed.length > 0 ? [`Pushed: ${listed(pushed)}.`] : []),
    ...(pulled.length > 0 ? [`Pulled: ${listed(pulled)}.`] : []),
    ...(conflicts.length > 0 ? [`In conflict: ${listed(conflicts.map(({ field }) => field))}; see the timeline.`] : []),
  ];
  return parts.join(' ');
}
