import { useQuery } from '@tanstack/preact-query';
import { useConsole } from '../api/context.ts';
import { linkTo, type Route } from '../parts/route.ts';
import type { OrgCalls, OrgRecord } from './org-calls.ts';
import { FORM_FIELDS } from './record-form.tsx';

/** The records changed last; choosing a record opens the form beside the page. */
export function RecordList({ org, route }: { readonly org: OrgCalls; readonly route: Route }) {
  return (
    <>
      {Object.keys(FORM_FIELDS).map((object) => (
        <Latest key={object} org={org} object={object} route={route} />
      ))}
    </>
  );
}

function Latest({ org, object, route }: { readonly org: OrgCalls; readonly object: string; readonly route: Route }) {
  const { settings } = useConsole();
  const { data = [], error } = useQuery<readonly OrgRecord[], Error>({
    queryKey: ['org', 'latest', object],
    queryFn: () => org.latest(object),
    refetchInterval: settings.refreshSeconds * 1000,
    retry: false,
  });
  return (
    <>
      <h3>{`${object}s that changed last`}</h3>
      {error !== null && <p class="box bad">{`Salesforce does not answer: ${error.message}`}</p>}
      <ul>
        {data.map((record) => (
          <li key={record.Id}>
            <a href={linkTo(route.path, { ...route.query, record: `${object}.${record.Id}` })}>{record.Name}</a>
            {record.Title === null ? '' : `, ${record.Title}`}
          </li>
        ))}
      </ul>
    </>
  );
}
