import { useMemo } from 'preact/hooks';
import { useAnswer } from '../api/queries.ts';
import type { Person } from '../api/shapes.ts';
import { linkTo, type Route } from '../parts/route.ts';
import { orgCalls } from './org-calls.ts';
import { OrgTools } from './org-tools.tsx';
import { RecordForm } from './record-form.tsx';
import { RecordList } from './record-list.tsx';

interface RecordName {
  readonly object: string;
  readonly id: string;
}

/** The simulated Salesforce org beside the pages: edits records, and changes the org's behaviour. */
export default function OrgPane({ route, path }: { readonly route: Route; readonly path: string }) {
  const org = useMemo(() => orgCalls(path), [path]);
  const [place, personId] = route.path;
  const line = place === 'person' && personId !== undefined ? `GET /persons/${encodeURIComponent(personId)}` : null;
  const person = useAnswer<Person>(line);
  const record = recordOf(route, line === null ? undefined : person.body);
  return (
    <aside aria-label="Simulated Salesforce org">
      <h2>Salesforce (simulated)</h2>
      <p class="muted">Play the sales side: the next cycle brings saved changes to the person.</p>
      {record === undefined ? (
        <RecordList org={org} route={route} />
      ) : (
        <>
          {line === null && (
            <p>
              <a href={linkTo(['persons'], { salesforceId: record.id })}>Show the person of this record</a>
            </p>
          )}
          <RecordForm key={record.id} org={org} object={record.object} id={record.id} />
        </>
      )}
      <OrgTools org={org} object={record?.object ?? 'Lead'} />
    </aside>
  );
}

/** The record of the page's person, or the record chosen in the list. */
function recordOf(route: Route, person: Person | undefined): RecordName | undefined {
  if (person?.salesforce != null) return { object: person.salesforce.type, id: person.salesforce.id };
  const [object, id] = route.query.record?.split('.') ?? [];
  return object === undefined || id === undefined ? undefined : { object, id };
}
