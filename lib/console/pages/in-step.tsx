import { useAnswer } from '../api/queries.ts';
import type { CyclesPage, Status } from '../api/shapes.ts';
import { CycleChart } from '../parts/cycle-chart.tsx';
import { Page, Section } from '../parts/page.tsx';
import { linkTo } from '../parts/route.ts';
import { Answered, Empty } from '../parts/states.tsx';
import { count, counted, duration, listed, localTime } from '../words/format.ts';
import { problemsOf } from '../words/problems.ts';
import { lagOf, verdictOf } from '../words/verdict.ts';

const SHOWN_CYCLES = 40;

/** Whether both sides are in step, at a glance. */
export default function InStep() {
  const status = useAnswer<Status>('GET /sync/status');
  const cycles = useAnswer<CyclesPage>(`GET /sync/cycles?limit=${SHOWN_CYCLES}`);
  return (
    <Page title="In step?">
      <Answered answer={status} what="where the sync stands">
        {(body) => (
          <>
            <Verdict status={body} />
            <Tiles status={body} />
            <Problems status={body} />
          </>
        )}
      </Answered>
      <Section title="The last cycles">
        <Answered answer={cycles} what="the cycles">
          {(page) =>
            page.cycles.length === 0 ? (
              <Empty>No cycle has ended yet. The first one appears here by itself.</Empty>
            ) : (
              <>
                <CycleChart cycles={page.cycles} />
                <p>
                  <a href={linkTo(['cycles'])}>All cycles of seven days, in numbers</a>
                </p>
              </>
            )
          }
        </Answered>
      </Section>
      <Answered answer={status} what="the jobs">
        {(body) => <Jobs status={body} />}
      </Answered>
    </Page>
  );
}

const TONES = { inStep: 'good', catchingUp: 'busy', stopped: 'bad', notStarted: 'busy' } as const;

function Verdict({ status }: { readonly status: Status }) {
  const { state, title, detail } = verdictOf(status, Date.now());
  return (
    <div class={`verdict ${TONES[state]}`} role="status">
      <strong>{title}</strong>
      <p>{detail}</p>
    </div>
  );
}

function Tiles({ status }: { readonly status: Status }) {
  const { pull, push } = lagOf(status, Date.now());
  const { apiUsage, backlog, lastSuccessAt } = status;
  return (
    <dl class="tiles">
      <Tile name="Salesforce to here" value={pull === null ? 'not yet' : `${duration(pull)} behind`} />
      <Tile
        name="Here to Salesforce"
        value={push === null ? 'not yet' : push === 0 ? 'nothing waits' : `${duration(push)} behind`}
      />
      <Tile
        name="Waiting"
        value={`${counted(backlog.messages, 'message')}, ${counted(backlog.personsToPush, 'person', 'persons')} to push`}
      />
      <Tile name="Last success" value={lastSuccessAt === null ? 'none yet' : localTime(lastSuccessAt)} />
      {apiUsage !== null && (
        <div>
          <dt id="api-use">Salesforce calls today</dt>
          <dd>
            {count(apiUsage.used)} of {count(apiUsage.max)}
            <meter
              aria-labelledby="api-use"
              min={0}
              max={apiUsage.max}
              high={apiUsage.max * 0.8}
              value={apiUsage.used}
            />
          </dd>
        </div>
      )}
    </dl>
  );
}

function Tile({ name, value }: { readonly name: string; readonly value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

function Problems({ status }: { readonly status: Status }) {
  const problems = problemsOf(status);
  if (problems.length === 0) return null;
  return (
    <Section title="Problems">
      <ul class="problems">
        {problems.map((problem) => (
          <li key={problem}>{problem}</li>
        ))}
      </ul>
      <p>
        <a href={linkTo(['fields'])}>What syncs, field by field</a>
      </p>
    </Section>
  );
}

const REASONS = { newFields: 'reads new fields', formulas: 'reads formulas again' } as const;

function Jobs({ status }: { readonly status: Status }) {
  const running = status.jobs.filter(({ endedAt }) => endedAt === null);
  if (running.length === 0) return null;
  return (
    <Section title="Jobs">
      <ul>
        {running.map((job) => (
          <li key={job.object + job.startedAt}>
            {`${job.object}: ${REASONS[job.reason]} (${listed(job.fields)}): `}
            <progress aria-label={`Job of ${job.object}`} value={job.rows} max={job.expectedRows ?? undefined} />{' '}
            {`${count(job.rows)}${job.expectedRows === null ? '' : ` of ${count(job.expectedRows)}`} records`}
          </li>
        ))}
      </ul>
    </Section>
  );
}
