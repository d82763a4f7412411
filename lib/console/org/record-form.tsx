import { useQuery } from '@tanstack/preact-query';
import { useState } from 'preact/hooks';
import { ApiProblem } from '../api/client.ts';
import { useConsole } from '../api/context.ts';
import { useAction } from '../api/queries.ts';
import type { ObjectName } from '../api/shapes.ts';
import { ProblemBox } from '../parts/states.tsx';
import type { OrgCalls, OrgRecord } from './org-calls.ts';

/** The editable fields of a record, by object. */
export const FORM_FIELDS: Readonly<Record<ObjectName, readonly string[]>> = {
  Lead: ['FirstName', 'LastName', 'Company', 'Title', 'Email', 'Phone', 'City'],
  Contact: ['FirstName', 'LastName', 'Title', 'Email', 'Phone', 'MailingCity'],
};

function fieldsOf(object: string): readonly string[] {
  return new Map<string, readonly string[]>(Object.entries(FORM_FIELDS)).get(object) ?? [];
}

/** One record in an administrator's form. */
export function RecordForm({
  org,
  object,
  id,
}: {
  readonly org: OrgCalls;
  readonly object: string;
  readonly id: string;
}) {
  const { settings } = useConsole();
  const [edits, setEdits] = useState<Readonly<Record<string, string>>>({});
  const record = useQuery<OrgRecord, Error>({
    queryKey: ['org', 'record', object, id],
    queryFn: () => org.record(object, id),
    refetchInterval: settings.refreshSeconds * 1000,
    retry: false,
  });
  const save = useAction<void, void>(() => {
    const changed = Object.entries(edits).map(([field, text]) => [field, text === '' ? null : text]);
    return org.update(object, id, Object.fromEntries(changed));
  });
  const submit = (event: Event): void => {
    event.preventDefault();
    save.mutate(undefined, { onSuccess: () => setEdits({}) });
  };
  return (
    <form class="stack" onSubmit={submit} aria-label={`${object} in Salesforce`}>
      <h3>{record.data === undefined ? object : `${object} ${record.data.Name ?? ''}`}</h3>
      {record.error !== null && <p class="box bad">{`Salesforce does not answer: ${record.error.message}`}</p>}
      {fieldsOf(object).map((field) => (
        <label key={field}>
          {field}
          <input
            value={edits[field] ?? String(record.data?.[field] ?? '')}
            disabled={record.data === undefined}
            onInput={(event) => setEdits({ ...edits, [field]: event.currentTarget.value })}
          />
        </label>
      ))}
      <button type="submit" disabled={save.isPending || Object.keys(edits).length === 0}>
        Save in Salesforce
      </button>
      <div role="status">{save.isSuccess && Object.keys(edits).length === 0 && <p>Saved in Salesforce.</p>}</div>
      {save.error instanceof ApiProblem && <ProblemBox problem={save.error} />}
    </form>
  );
}
