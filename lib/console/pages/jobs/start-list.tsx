import { ApiProblem } from '../../api/client.ts';
import { useConsole } from '../../api/context.ts';
import { useAction } from '../../api/queries.ts';
import { Confirmed } from '../../parts/confirmed.tsx';
import { goTo, linkTo } from '../../parts/route.ts';
import { ProblemBox } from '../../parts/states.tsx';

/** Starts a job for all persons never in Salesforce, and opens the job. */
export function StartList() {
  const { api } = useConsole();
  const start = useAction<void, { readonly jobId: string }>(() =>
    api.call('POST /sync-persons', { status: 'localOnly' }),
  );
  return (
    <>
      <Confirmed
        label="Sync all who are only here …"
        title="Sync everybody who was never in Salesforce?"
        confirm="Begin the job"
        isBusy={start.isPending}
        onConfirm={() => start.mutate(undefined, { onSuccess: ({ jobId }) => goTo(linkTo(['job', jobId])) })}
      >
        <p>
          Each person is linked to the only record with the same email. For everybody else a new Lead is created. The
          job can be paused.
        </p>
      </Confirmed>
      {start.error instanceof ApiProblem && <ProblemBox problem={start.error} />}
    </>
  );
}
