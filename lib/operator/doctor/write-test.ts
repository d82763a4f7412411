import { randomUUID } from 'node:crypto';
import type { SalesforceClient } from '../../salesforce/client.ts';
import { isRaw } from '../../salesforce/query-answer.ts';
import { createSalesforceRecords } from '../../salesforce/salesforce-records.ts';
import { queryPath, soqlText } from '../../salesforce/soql.ts';
import type { SubAnswer, Subrequest } from '../../salesforce/subrequest.ts';
import { PERSON_ID_FIELD } from '../../schema/catalogue.ts';
import { type Examination, type Finding, ok, problem } from './finding.ts';
import { recordsOf, statusAndCode } from './org-checks.ts';
import { type RecordedCall, recordingClient } from './recording-client.ts';

const COLUMNS = ['Id', 'SystemModstamp', 'IsDeleted', 'IsConverted', PERSON_ID_FIELD, 'Title'];
const CHECK = 'write test';
const HOUR_MS = 3_600_000;

/** The test Lead and the client in use. */
interface Trial {
  readonly client: SalesforceClient;
  readonly key: string;
  readonly id: string;
}

/**
 * Exercises the product's assumptions on a test Lead, and deletes the Lead. If the org's answers differ from the
 * simulated org's, the finding contains the text of a bug report.
 */
export function writeTest(client: SalesforceClient): Examination {
  return {
    name: CHECK,
    async run() {
      if (!(await mayDelete(client))) {
        const fix = 'give the sync user "Delete" on Leads for the time of the test';
        return [problem(CHECK, 'not begun: the sync user may not delete Leads, so the test Lead would stay', fix)];
      }
      const key = `doctor-${randomUUID().slice(0, 28)}`;
      const created = await insert(client, key);
      if (created.kind !== 'created') return [created.finding];
      const trial: Trial = { client, key, id: created.id };
      const findings = [ok('insert under the key', 'the Lead was created, and read in the same call')];
      try {
        for (const act of ACTS) findings.push(await act(trial));
      } finally {
        findings.push(await remove(trial));
      }
      return findings;
    },
  };
}

async function mayDelete(client: SalesforceClient): Promise<boolean> {
  const { answers } = await client.composite([{ method: 'GET', path: '/sobjects/Lead/describe' }], false);
  return isRaw(answers[0]?.body) && answers[0].body.deletable === true;
}

function leadOf(key: string) {
  return { LastName: 'Lockstep doctor', Company: 'Lockstep doctor', [PERSON_ID_FIELD]: key };
}

async function insert(
  client: SalesforceClient,
  key: string,
): Promise<
  { readonly kind: 'created'; readonly id: string } | { readonly kind: 'refused'; readonly finding: Finding }
> {
  const records = createSalesforceRecords(client);
  const answer = await records.createLead(key, leadOf(key), COLUMNS, { runAssignmentRules: false });
  if (answer.kind === 'created') return { kind: 'created', id: String(answer.record.Id) };
  const code = 'rejection' in answer ? `${answer.rejection.code}: ${answer.rejection.message}` : answer.kind;
  const fix = 'the org requires more fields of a Lead, or refuses the Lead: set defaults, or change the rule';
  return { kind: 'refused', finding: problem('insert under the key', `Salesforce refuses the Lead: ${code}`, fix) };
}

const ACTS: readonly ((trial: Trial) => Promise<Finding>)[] = [
  duplicateRefused,
  staleGuardRefused,
  freshGuardAccepted,
  badRecordAlone,
];

/** A second insert with the key is refused, and the Lead is found in the same call. */
async function duplicateRefused({ client, key }: Trial): Promise<Finding> {
  const recording = recordingClient(client);
  const records = createSalesforceRecords(recording.client);
  const { kind } = await records.createLead(key, leadOf(key), COLUMNS, { runAssignmentRules: false });
  const answered = statusAndCode(lastWrite(recording.calls));
  return verdict('duplicate refused', kind === 'exists', 'DUPLICATE_VALUE and the first Lead', answered);
}

/** A PATCH with a guard older than the record is refused with 412, inside a composite request. */
async function staleGuardRefused(trial: Trial): Promise<Finding> {
  const answer = await guardedPatch(trial, new Date((await trial.client.now()) - HOUR_MS), 'stale');
  return verdict('stale guarded update refused', answer?.status === 412, 'HTTP 412', statusAndCode(answer));
}

/** A PATCH with the record's own stamp as guard is carried out. */
async function freshGuardAccepted(trial: Trial): Promise<Finding> {
  const [row] = await query(trial, 'query');
  const answer = await guardedPatch(trial, new Date(String(row?.SystemModstamp)), 'fresh');
  const [after] = await query(trial, 'query');
  const done = answer?.status === 204 && after?.Title === 'fresh';
  return verdict('guarded update carried out', done, 'HTTP 204', statusAndCode(answer));
}

async function guardedPatch({ client, id }: Trial, since: Date, title: string): Promise<SubAnswer | undefined> {
  const headers = { 'If-Unmodified-Since': since.toUTCString() };
  const patch: Subrequest = { method: 'PATCH', path: `/sobjects/Lead/${id}`, headers, body: { Title: title } };
  return (await client.composite([patch], true)).answers[0];
}

/** In a collection with one bad record, the good record is saved. */
async function badRecordAlone({ client, id }: Trial): Promise<Finding> {
  const attributes = { type: 'Lead' };
  const records = [
    { attributes, Id: id, Title: 'collection' },
    { attributes, Id: id, Email: 'not an email address' },
  ];
  const request: Subrequest = { method: 'PATCH', path: '/composite/sobjects', body: { allOrNone: false, records } };
  const [answer] = (await client.composite([request], true)).answers;
  const list: readonly unknown[] = Array.isArray(answer?.body) ? answer.body : [];
  const saved = list.map((each) => isRaw(each) && each.success === true);
  const alone = saved.length === 2 && saved[0] === true && saved[1] === false;
  return verdict(
    'one bad record fails alone',
    alone,
    'one saved, one refused',
    `${statusAndCode(answer)}, saved: ${saved.join()}`,
  );
}

async function remove(trial: Trial): Promise<Finding> {
  const { client, id } = trial;
  const { outcome } = await createSalesforceRecords(client).remove('Lead', id, COLUMNS);
  const [row] = await query(trial, 'queryAll');
  if (outcome.kind !== 'written') {
    return problem(
      'test Lead deleted',
      `Salesforce refuses to delete it: ${outcome.kind}`,
      `delete Lead ${id} by hand`,
    );
  }
  const seen = row?.IsDeleted === true;
  if (!seen) return differs('deleted record seen by queryAll', 'IsDeleted true', 'no such record');
  return ok('test Lead deleted', 'and seen as deleted by queryAll; the REST API has no undelete to try');
}

async function query({ client, key }: Trial, resource: 'query' | 'queryAll') {
  const soql = `SELECT ${COLUMNS.join(', ')} FROM Lead WHERE ${PERSON_ID_FIELD} = ${soqlText(key)}`;
  const { answers } = await client.composite([{ method: 'GET', path: queryPath(resource, soql) }], false);
  return recordsOf(answers[0]);
}

function lastWrite(calls: readonly RecordedCall[]): SubAnswer | undefined {
  return calls.findLast(({ request }) => request.method === 'POST' && request.path === '/sobjects/Lead')?.answer;
}

function verdict(check: string, holds: boolean, expected: string, actual: string): Finding {
  return holds ? ok(check, actual) : differs(check, expected, actual);
}

function differs(check: string, expected: string, actual: string): Finding {
  return problem(check, `differs: expected ${expected}, Salesforce answered ${actual}`, 'report this line as a bug');
}
