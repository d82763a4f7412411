import { ApiProblem } from '../api/client.ts';
import { useConsole } from '../api/context.ts';
import { useAction, useAnswer } from '../api/queries.ts';
import type { ListJob } from '../api/shapes.ts';
import { Page } from '../parts/page.tsx';
import { linkTo } from '../parts/route.ts';
import { Answered, ProblemBox } from '../parts/states.tsx';
import { count, counted, localTime } from '../words/format.ts';
import { doneOf, OUTCOMES } from '../words/list-job.ts';

/** One list of persons on the way into Salesforce. */
export default function Job({ jobId }: { readonly jobId: string }) {
  const job = useAnswer<ListJob>(`GET /sync/jobs/${encodeURIComponent(jobId)}`);
  return (
    <Page title="A list of persons">
      <Answered answer={job} what="the job">
        {(body) => (
          <>
            <Progress job={body} />
            <PauseOrResume job={body} />
            <dl class="tiles">
              {OUTCOMES.map(([name, words]) => (
                <div key={name}>
                  <dt>{words}</dt>
                  <dd>{count(body[name])}</dd>
                </div>
              ))}
            </dl>
            <p>
              <a href={linkTo(['refused'])}>Who is refused, and how to fix it</a>
            </p>
          </>
        )}
      </Answered>
      <p>
        <a href={linkTo(['jobs'])}>All jobs</a>
      </p>
    </Page>
  );
}

function Progress({ job }: { readonly job: ListJob }) {
  const { createdAt, state, total, calls, estimatedEndAt } = job;
  const end = estimatedEndAt === null ? '' : `, expected to end ${localTime(estimatedEndAt)}`;
  return (
    <div class={`verdict ${state === 'done' ? 'good' : 'busy'}`} role="status">
      <strong>{`${state}: ${count(doneOf(job))} of ${counted(total, 'person', 'persons')}`}</strong>
      <p>
        <progress aria-label="Progress of the list" value={doneOf(job)} max={Math.max(1, total)} />
      </p>
      <p>{`Begun ${localTime(createdAt)}, ${counted(calls, 'Salesforce call')}${end}.`}</p>
    </div>
  );
}

function PauseOrResume({ job: { jobId, state } }: { readonly job: ListJob }) {
  const { api } = useConsole();
  const act = useAction<'pause' | 'resume', ListJob>((what) =>
    api.call(`POST /sync/jobs/${encodeURIComponent(jobId)}/${what}`),
  );
  if (state === 'done') return null;
  const what = state === 'paused' ? 'resume' : 'pause';
  return (
    <>
      <button type="button" disabled={act.isPending} onClick={() => act.mutate(what)}>
        {what === 'pause' ? 'Pause' : 'Go on'}
      </button>
      {act.error instanceof ApiProblem && <ProblemBox problem={act.error} />}
    </>
  );
}
