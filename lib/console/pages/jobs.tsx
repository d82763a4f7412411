import { useAnswer } from '../api/queries.ts';
import type { ListJobsPage, Status } from '../api/shapes.ts';
import { Page, Section, Table, Time } from '../parts/page.tsx';
import { Pager } from '../parts/pager.tsx';
import { linkTo, type Route } from '../parts/route.ts';
import { Answered, Empty } from '../parts/states.tsx';
import { count, counted, listed, localTime } from '../words/format.ts';
import { doneOf } from '../words/list-job.ts';
import { Reconcile } from './jobs/reconcile.tsx';
import { StartList } from './jobs/start-list.tsx';

/** Work beside the cycles: lists of persons, fields read from every record, comparisons of all records. */
export default function Jobs({ route }: { readonly route: Route }) {
  const { cursor } = route.query;
  const after = cursor === undefined ? '' : `&cursor=${encodeURIComponent(cursor)}`;
  const lists = useAnswer<ListJobsPage>(`GET /sync/jobs?limit=20${after}`);
  const status = useAnswer<Status>('GET /sync/status');
  return (
    <Page title="Jobs" lead="Work beside the cycles, and how far each job is.">
      <Section title="Lists of persons">
        <StartList />
        <Answered answer={lists} what="the lists">
          {(page) => (
            <>
              {page.jobs.length === 0 ? (
                <Empty>No list was synced within the last 30 days.</Empty>
              ) : (
                <Lists jobs={page.jobs} />
              )}
              <Pager route={route} cursor={page.cursor} />
            </>
          )}
        </Answered>
      </Section>
      <Answered answer={status} what="the other jobs">
        {(body) => (
          <>
            <FieldJobs status={body} />
            <Reconcile reconciliation={body.reconciliation} />
          </>
        )}
      </Answered>
    </Page>
  );
}

function Lists({ jobs }: { readonly jobs: ListJobsPage['jobs'] }) {
  return (
    <Table label="Lists of the last 30 days" heads={['Begun', 'State', 'Done', 'Persons', 'Refused or failed']}>
      {jobs.map((job) => (
        <tr key={job.jobId}>
          <th scope="row">
            <a href={linkTo(['job', job.jobId])}>
              <Time at={job.createdAt}>{localTime(job.createdAt)}</Time>
            </a>
          </th>
          <td>{job.state}</td>
          <td>{count(doneOf(job))}</td>
          <td>{count(job.total)}</td>
          <td>{count(job.rejected + job.ambiguous + job.failed)}</td>
        </tr>
      ))}
    </Table>
  );
}

const REASONS = { newFields: 'reads new fields', formulas: 'reads formulas again' } as const;

function FieldJobs({ status: { jobs } }: { readonly status: Status }) {
  return (
    <Section title="Fields read from every record">
      {jobs.length === 0 ? (
        <Empty>No such job yet. A new field or a formula starts one.</Empty>
      ) : (
        <ul>
          {jobs.map((job) => (
            <li key={job.object + job.startedAt}>
              {`${job.object}: ${REASONS[job.reason]} (${listed(job.fields)}): `}
              <progress aria-label={`Job of ${job.object}`} value={job.rows} max={job.expectedRows ?? undefined} />
              {` ${count(job.rows)}${job.expectedRows === null ? '' : ` of ${count(job.expectedRows)}`} records`}
              {`, ${counted(job.calls, 'Salesforce call')}`}
              {job.endedAt !== null && `, ended ${localTime(job.endedAt)}`}
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}
