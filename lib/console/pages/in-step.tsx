import { useAnswer } from '../api/queries.ts';
import type { CyclesPage, Status } from '../api/shapes.ts';
import { CycleChart } from '../parts/cycle-chart.tsx';
import { Page, Section } from '../parts/page.tsx';
import { linkTo } from '../parts/route.ts';
import { Answered, Empty } from '../parts/states.tsx';
import { count, counted, duration, localTime } from '../words/format.ts';
import { problemsOf } from '../words/problems.ts';
import { readingsOf } from '../words/reading.ts';
import { isFirstSync, verdictOf } from '../words/verdict.ts';

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
            <Reading status={body} />
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
      {isFirstSync(status) && <FirstSyncBar status={status} />}
    </div>
  );
}

function FirstSyncBar({ status: { firstSync } }: { readonly status: Status }) {
  const { mergedRows, expectedRows } = firstSync ?? { mergedRows: 0, expectedRows: null };
  const value = expectedRows === null ? {} : { value: mergedRows, max: Math.max(1, expectedRows) };
  return <progress aria-label="Progress of the first sync" {...value} />;
}

function Tiles({ status }: { readonly status: Status }) {
  const { apiUsage, backlog, lag, lastCycle, lastSuccessAt } = status;
  const pull = lag.pullSeconds;
  const push = lastCycle === null ? null : lag.pushSeconds;
  return (
    <dl class="tiles">
      <Tile name="Salesforce to here" value={pull === null ? 'not yet' : `${duration(pull)} behind`} />
      <Tile
        name="Here to Salesforce"
        value={push === null ? 'not yet' : push === 0 ? 'nothing waits' : `${duration(push)} behind`}
      />
      <Tile
        name="Waiting"
        value={`${count(backlog.lanes.fresh)} fresh, ${counted(backlog.lanes.backlog, 'message')} of backlog, ${counted(backlog.personsToPush, 'person', 'persons')} to push`}
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

function Reading({ status }: { readonly status: Status }) {
  const jobs = status.jobs.filter(({ endedAt }) => endedAt === null).length;
  return (
    <Section title="Reading Salesforce">
      <ul>
        {readingsOf(status).map(({ object, text, bar }) => (
          <li key={object}>
            {text} {bar !== undefined && <progress aria-label={`Query job of ${object}`} {...bar} />}
          </li>
        ))}
      </ul>
      {jobs > 0 && (
        <p>
          <a href={linkTo(['jobs'])}>{`${counted(jobs, 'job')} under way`}</a>
        </p>
      )}
    </Section>
  );
}
