import { useAnswer } from '../api/queries.ts';
import type { FieldStatus, ObjectFields } from '../api/shapes.ts';
import { Page, Section, Table } from '../parts/page.tsx';
import { goTo, linkTo, type Route } from '../parts/route.ts';
import { Answered, Empty } from '../parts/states.tsx';
import { Decisions } from './fields/decisions.tsx';

const DIRECTIONS = {
  both: '↔ both ways',
  pull: '← from Salesforce',
  push: '→ to Salesforce',
  none: 'not at all',
} as const;

/** The fields with sync direction and reasons. */
export default function Fields({ route }: { readonly route: Route }) {
  const { q = '', direction = '' } = route.query;
  const fields = useAnswer<FieldStatus>('GET /sync/fields');
  return (
    <Page title="Fields" lead="As of the last cycle: each field of each object, which way it syncs, and why not.">
      {fields.body !== undefined && <Decisions objects={fields.body.objects} />}
      <form class="row" onSubmit={(event) => event.preventDefault()}>
        <label>
          Name contains
          <input
            type="search"
            value={q}
            onInput={(event) => goTo(linkTo(['fields'], { ...route.query, q: event.currentTarget.value }))}
          />
        </label>
        <label>
          Direction
          <select
            value={direction}
            onChange={(event) => goTo(linkTo(['fields'], { ...route.query, direction: event.currentTarget.value }))}
          >
            <option value="">all</option>
            {Object.entries(DIRECTIONS).map(([value, words]) => (
              <option key={value} value={value}>
                {words}
              </option>
            ))}
          </select>
        </label>
      </form>
      <Answered answer={fields} what="the fields">
        {({ objects }) =>
          Object.entries(objects).map(([object, known]) => (
            <Section key={object} title={object}>
              {known == null ? (
                <Empty>Not known before the first cycle.</Empty>
              ) : (
                <ObjectTable object={object} known={known} keep={matcher(q, direction)} />
              )}
            </Section>
          ))
        }
      </Answered>
    </Page>
  );
}

type FieldReport = ObjectFields['fields'][number];

function matcher(q: string, direction: string): (report: FieldReport) => boolean {
  const wanted = q.toLowerCase();
  return (report) =>
    (direction === '' || report.direction === direction) &&
    [report.field, report.apiName, report.label].some((name) => name?.toLowerCase().includes(wanted) === true);
}

function ObjectTable(props: {
  readonly object: string;
  readonly known: ObjectFields;
  readonly keep: (report: FieldReport) => boolean;
}) {
  const { object, known, keep } = props;
  const shown = known.fields.filter(keep);
  return (
    <>
      {known.missingPermissions.length > 0 && (
        <ul class="problems">
          {known.missingPermissions.map(({ apiName, access, without }) => (
            <li key={apiName + access}>{`The sync user lacks “${access}” on ${apiName}: ${without}.`}</li>
          ))}
        </ul>
      )}
      {shown.length === 0 ? (
        <Empty>No field has this name and direction.</Empty>
      ) : (
        <Table
          label={`Fields of ${object}`}
          heads={['Field', 'In Salesforce', 'Type', 'Syncs', 'Conflicts', 'Why not, or the last problem']}
        >
          {shown.map((report) => (
            <tr key={report.apiName}>
              <th scope="row">{report.field ?? report.apiName}</th>
              <td>{report.label === null ? report.apiName : `${report.label} (${report.apiName})`}</td>
              <td>{report.type ?? 'not visible'}</td>
              <td>{DIRECTIONS[report.direction]}</td>
              <td>{report.winner === null ? '' : report.winner === 'local' ? 'here wins' : 'Salesforce wins'}</td>
              <td class="why">
                {report.why}
                {report.lastProblem !== null && (
                  <a
                    href={linkTo(['person', report.lastProblem.personId])}
                  >{`${report.lastProblem.code}: ${report.lastProblem.message}`}</a>
                )}
              </td>
            </tr>
          ))}
        </Table>
      )}
    </>
  );
}
