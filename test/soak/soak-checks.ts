import type { FieldValue } from '../../lib/person/field-value.ts';
import { whole } from '../fakes/whole-value.ts';
import type { PersonView } from '../sandbox/clients/person-api-client.ts';
import { alike, differences, FOLLOWED_FIELDS, remoteName, STORY_FIELDS } from '../simulation/fields.ts';
import { rowsOfDeleted } from './soak-deletions.ts';
import { type EndRow, type LogEntry, type SoakEnding, storyOf, wordsOf } from './soak-ending.ts';
import type { Edit, SoakLedger } from './soak-ledger.ts';
import type { Verdict } from './soak-verdict.ts';

/** Whether the row is one that people still work with. */
function isLiving(row: EndRow): boolean {
  return row.IsDeleted !== true && row.IsConverted !== true;
}

/** Every living row is exactly one person, unless that is deleted here, and the two agree. */
export function checkAgreement(ending: SoakEnding, ledger: SoakLedger): Verdict {
  const { rows, persons, logs } = ending;
  const given = rowsOfDeleted(ending.deleted, ledger);
  const broken: string[] = [];
  const linked = Map.groupBy(persons.values(), ({ salesforce }) => salesforce?.id ?? null);
  const living = [...rows.values()].filter(isLiving);
  for (const row of living) {
    const own = linked.get(row.Id) ?? [];
    const isGiven = own.length === 0 && given.has(row.Id);
    if (own.length !== 1 && !isGiven)
      broken.push(`${row.type} ${row.Id} is ${own.map(nameOf).join(' and ') || 'nobody'}`);
    for (const person of own) broken.push(...disagreements(person, row));
  }
  for (const person of persons.values())
    broken.push(...danglingLink(person, rows, ledger), ...untoldRejection(person, logs));
  const byEmail = Map.groupBy(madeHere(persons), ({ fields }) => fields.Email ?? null);
  for (const [email, own] of byEmail) {
    if (own.length > 1 && email !== null) broken.push(`${email} is ${own.map(nameOf).join(' and ')}`);
  }
  const parked = [...persons.values()].filter(({ sync }) => sync.status === 'rejected');
  const notes = [
    `${living.length} living rows, ${persons.size} persons, ${parked.length} of them parked by a rejection`,
  ];
  return { oracle: 'both sides agree', broken, notes };
}

function nameOf({ personId }: PersonView): string {
  return personId;
}

function madeHere(persons: SoakEnding['persons']): PersonView[] {
  return [...persons.values()].filter(({ personId }) => !personId.startsWith('sf-'));
}

function disagreements({ personId, fields, sync }: PersonView, row: EndRow): string[] {
  const isParked = sync.status === 'rejected';
  const waits = isParked ? [] : sync.pending.map((field) => `${personId}.${field} still waits`);
  const leftOut = new Set([...STORY_FIELDS, ...(isParked ? sync.pending : [])]);
  const wrong = differences(fields, row, row.type, leftOut).map((field) => {
    const there = row[remoteName(field, row.type) ?? field];
    return `${personId}.${field} is ${JSON.stringify(fields[field])} here, ${JSON.stringify(there)} in ${row.Id}`;
  });
  return [...waits, ...wrong];
}

function danglingLink(
  { personId, salesforce, sync }: PersonView,
  rows: SoakEnding['rows'],
  { purged }: SoakLedger,
): string[] {
  if (salesforce === null) return [];
  const row = rows.get(salesforce.id);
  if (row === undefined && purged.has(salesforce.id)) {
    // Until the list of deletions is asked for, once a day, nobody can tell the row from a hidden one.
    const isTold = salesforce.isDeleted || sync.rejection?.code === 'RECORD_NOT_VISIBLE';
    return isTold ? [] : [`${personId}: ${salesforce.id} is gone for good, and it does not know`];
  }
  if (row === undefined) return [`${personId} is linked to ${salesforce.id}, which there is not`];
  if ((row.IsDeleted === true) !== salesforce.isDeleted) {
    return [`${personId}: ${row.Id} is ${row.IsDeleted === true ? 'deleted' : 'there'}, and it does not know`];
  }
  return [];
}

function untoldRejection({ personId, sync }: PersonView, logs: SoakEnding['logs']): string[] {
  if (sync.rejection === null) return [];
  const { code } = sync.rejection;
  const told = (logs.get(personId) ?? []).some((entry) => entry.type === 'rejected' && entry.detail.code === code);
  return told ? [] : [`${personId} is parked by ${code}, and its log does not tell`];
}

/** One change of a field as a log tells it. */
interface ToldChange {
  readonly field: string;
  readonly from: FieldValue;
  readonly to: FieldValue;
  readonly entry: LogEntry;
}

/** Who overwrites whom can only be asked of values that no two edits share. */
function changesOf(log: readonly LogEntry[], field: string): ToldChange[] {
  return log.flatMap((entry) =>
    entry.type === 'fieldsChanged'
      ? entry.detail.changes
          .filter((change) => change.field === field)
          .map(({ from, to }) => ({ field, from: whole(from), to: whole(to), entry }))
      : [],
  );
}

/** No accepted edit of marketing is lost, unless a later one of sales, or a told conflict, took its place. */
export function checkMarketingEdits(ending: SoakEnding, ledger: SoakLedger): Verdict {
  const broken: string[] = [];
  const passed = new Map<string, number>();
  const edits = ledger.edits.filter(({ side, answer }) => side === 'marketing' && answer !== 'maybe');
  const changes = allChanges(ending);
  for (const edit of edits) {
    const told = editTold(changes, edit.field, edit.value);
    if (edit.answer !== 'accepted') {
      if (told !== undefined) broken.push(`${wordsOf(edit)} was ${edit.answer}, and took place`);
      continue;
    }
    const untold = ending.deleted.has(edit.of) ? 'fine: its person is deleted here' : 'its log does not know it';
    const end = told === undefined ? untold : endOf(edit, told, ending, ledger);
    if (end.startsWith('fine: ')) passed.set(end.slice(6), (passed.get(end.slice(6)) ?? 0) + 1);
    else broken.push(`${wordsOf(edit)}: ${end}${storyOf(edit, ending, ledger)}`);
  }
  return { oracle: 'no edit of marketing is lost', broken, notes: told(passed) };
}

/** What became of an edit of marketing, from the entry on that tells of it. */
function endOf(edit: Edit, { entry }: ToldChange, ending: SoakEnding, ledger: SoakLedger): string {
  const log = ending.logs.get(entry.personId) ?? [];
  const next = changesOf(log, edit.field).find((change) => change.entry.seq > entry.seq);
  const after = log.filter(({ seq }) => seq > entry.seq);
  if (next === undefined) return lastOf(edit, entry.personId, after, ending);
  // What one step did bears one time.
  const between = after.filter(({ seq, at }) => seq <= next.entry.seq || at === next.entry.at);
  if (next.entry.direction === 'pull') return pulledOver(edit, next, between, ledger);
  return alike(next.from, edit.value) ? 'fine: edited again' : `became ${JSON.stringify(next.from)} untold`;
}

/** Of an edit that no log tells the end of. */
function lastOf({ field, value }: Edit, personId: string, after: readonly LogEntry[], { persons }: SoakEnding): string {
  const person = persons.get(personId);
  if (person === undefined) return 'fine: gave way when its person became a part of another';
  if (alike(person.fields[field] ?? null, value)) return 'fine: stands';
  if (after.some(({ type }) => type === 'merged')) return 'fine: gave way when another person became a part';
  return `nothing is told, and ${personId} holds ${JSON.stringify(person.fields[field])}`;
}

/** Of an edit in whose place a value of Salesforce was taken. */
function pulledOver(edit: Edit, { to }: ToldChange, between: readonly LogEntry[], ledger: SoakLedger): string {
  if (between.some(({ type }) => ['merged', 'converted', 'linked'].includes(type))) return 'fine: its row changed';
  const sales = ledger.find('sales', edit.field, to);
  if (sales === undefined) return `${JSON.stringify(to)} was pulled over it, which nobody entered`;
  if (sawBefore(sales, edit, ledger)) return 'fine: sales saw it and edited it';
  const settled = between.some(({ type, at }) => type === 'syncedToSalesforce' && isWithin(Date.parse(at), sales));
  if (settled) return 'fine: sales edited while it was being pushed';
  return `${wordsOf(sales)} was pulled over it, made on ${JSON.stringify(sales.saw)}`;
}

/** Whether sales had the value, or a later one of sales' own on it, before their eyes. */
function sawBefore(sales: Edit, edit: Edit, ledger: SoakLedger): boolean {
  for (let seen: Edit | undefined = sales; seen !== undefined; seen = ledger.find('sales', edit.field, seen.saw)) {
    if (alike(seen.saw, edit.value)) return true;
  }
  return false;
}

/** A settle is told up to this much later than its push was done. */
const SETTLE_MS = 1_500;

function isWithin(at: number, { requestedAt, answeredAt }: Edit): boolean {
  return at >= requestedAt && at <= answeredAt + SETTLE_MS;
}

/** No accepted edit of sales is overwritten by a push that did not know it, unless the log tells of the conflict. */
export function checkSalesEdits(ending: SoakEnding, ledger: SoakLedger, endedAt: number): Verdict {
  const broken: string[] = [];
  const passed = new Map<string, number>();
  const changes = allChanges(ending);
  const given = rowsOfDeleted(ending.deleted, ledger);
  const sales = ledger.edits.filter(({ side }) => side === 'sales');
  for (const edits of Map.groupBy(sales, ({ of, field }) => `${of} ${field}`).values()) {
    edits.forEach((edit, at) => {
      if (edit.answer !== 'accepted') return;
      const next = edits[at + 1];
      const row = ending.rows.get(edit.of);
      const seen = next === undefined ? row && (row[remoteName(edit.field, row.type) ?? ''] ?? null) : next.saw;
      const until = next?.requestedAt ?? endedAt;
      const fate = salesFate(edit, seen, { ending, ledger, changes, given, until });
      if (fate.startsWith('fine: ')) passed.set(fate.slice(6), (passed.get(fate.slice(6)) ?? 0) + 1);
      else broken.push(`${wordsOf(edit)}: ${fate}${storyOf(edit, ending, ledger)}`);
    });
  }
  return { oracle: 'no edit of sales is lost untold', broken, notes: told(passed) };
}

interface Whereabouts {
  readonly ending: SoakEnding;
  readonly ledger: SoakLedger;
  readonly changes: ReadonlyMap<string, readonly ToldChange[]>;
  /** Rows of persons who are deleted here. */
  readonly given: ReadonlySet<string>;
  readonly until: number;
}

/** What became of an edit of sales until its row was next looked at; `undefined`: nobody could look any more. */
function salesFate(edit: Edit, seen: FieldValue | undefined, where: Whereabouts): string {
  const { ending, ledger, changes, given, until } = where;
  if (given.has(edit.of)) return 'fine: its person is deleted here';
  if (seen === undefined) return ledger.purged.has(edit.of) ? 'fine: left with its row, for good' : 'its row is gone';
  if (alike(seen, edit.value)) return 'fine: stood until sales edited again, or to the end';
  if ((changes.get(valueKey(edit)) ?? []).length > 0) return 'fine: was known here when it was edited here';
  const conflicts = [...ending.logs.values()].flat().some((entry) => {
    return (
      entry.type === 'conflict' && entry.detail.field === edit.field && alike(whole(entry.detail.remote), edit.value)
    );
  });
  if (conflicts) return 'fine: lost a conflict that is told';
  const isUnanswered = ledger.mayHaveLostAnswer({ from: edit.requestedAt, to: until });
  if (isUnanswered && !wasSettled(edit, seen, where)) {
    return 'fine: overwritten when a push may have had no answer (the exemption that the README names)';
  }
  return `${JSON.stringify(seen)} took its place, and no conflict is told`;
}

/**
 * Whether the log tells that the first push after an edit of sales was answered: then it had read the row. That is
 * certain only of a value that was edited in after the edit of sales, when no earlier one waited or was lost.
 */
function wasSettled(edit: Edit, seen: FieldValue, { ending, ledger, changes, until }: Whereabouts): boolean {
  const { field, answeredAt } = edit;
  const log = ending.logs.get(editTold(changes, field, seen)?.entry.personId ?? '') ?? [];
  const pushes = log.filter((entry) => entry.type === 'syncedToSalesforce' && entry.detail.fields.includes(field));
  const first = pushes.find(({ at }) => Date.parse(at) >= answeredAt && Date.parse(at) <= until);
  if (first === undefined) return false;
  const pushed = changesOf(log, field).findLast(({ entry }) => entry.seq < first.seq);
  if (pushed?.entry.direction !== null || Date.parse(pushed.entry.at) < answeredAt) return false;
  const earlier = ledger.find('marketing', field, pushed.from) && editTold(changes, field, pushed.from);
  return earlier === undefined || pushes.some(({ seq }) => seq > earlier.entry.seq && seq < pushed.entry.seq);
}

/** The change by which somebody edited a value in here. */
function editTold(changes: Whereabouts['changes'], field: string, value: FieldValue): ToldChange | undefined {
  return changes.get(valueKey({ field, value }))?.find(({ entry, to }) => entry.direction === null && alike(to, value));
}

/** Every told change, by field and by both of its values. */
function allChanges({ logs }: SoakEnding): ReadonlyMap<string, readonly ToldChange[]> {
  const changes = FOLLOWED_FIELDS.flatMap((field) => [...logs.values()].flatMap((log) => changesOf(log, field)));
  const found = new Map<string, ToldChange[]>();
  const add = (key: string, change: ToldChange) => found.set(key, [...(found.get(key) ?? []), change]);
  // Where a change leads to comes first: an edit is told by the entry that it made.
  for (const change of changes) add(valueKey({ field: change.field, value: change.to }), change);
  for (const change of changes) add(valueKey({ field: change.field, value: change.from }), change);
  return found;
}

function valueKey({ field, value }: { readonly field: string; readonly value: FieldValue }): string {
  return `${field}=${String(value)}`;
}

function told(passed: ReadonlyMap<string, number>): string[] {
  return [...passed].map(([how, count]) => `${count} ${how}`);
}

/** At most one Lead is made for each person made here, unless people took the earlier one out. */
export function checkCreatedLeads({ rows, persons }: SoakEnding, ledger: SoakLedger): Verdict {
  const broken: string[] = [];
  const leads = [...rows.values()].filter(({ type, Person_Id__c }) => type === 'Lead' && Person_Id__c != null);
  for (const [personId, own] of Map.groupBy(leads, (row) => String(row.Person_Id__c))) {
    const kept = own.filter(({ Id }) => !ledger.takenOut.has(Id));
    const living = own.filter(isLiving);
    if (kept.length > 1 || living.length > 1) broken.push(`${personId} has ${own.map(({ Id }) => Id).join(' and ')}`);
    const answers = ledger.creations.get(personId) ?? 0;
    const made = own.length + [...ledger.purged.values()].filter((key) => key === personId).length;
    if (answers > made) broken.push(`${personId}: ${answers} syncs told of a creation, of ${made} Leads`);
  }
  const notes = [`${madeHere(persons).length} persons made here, ${leads.length} Leads that bear a person's id`];
  return { oracle: 'one Lead a person', broken, notes };
}

/** Each log counts up by one, tells nothing twice, and no rejection twice in a row. */
export function checkActivities({ logs }: SoakEnding): Verdict {
  const broken: string[] = [];
  let entries = 0;
  let rejections = 0;
  for (const [personId, log] of logs) {
    entries += log.length;
    log.forEach((entry, at) => {
      if (entry.seq !== at) broken.push(`${personId}: entry ${at} is numbered ${entry.seq}`);
      if (entry.type === 'fieldsChanged' && entry.detail.changes.some(({ from, to }) => from === to)) {
        broken.push(`${entry.activityId} tells of a change that is none`);
      }
      if (entry.type !== 'rejected') return;
      rejections += 1;
      const before = log[at - 1];
      if (before?.type === 'rejected' && JSON.stringify(before.detail) === JSON.stringify(entry.detail)) {
        broken.push(`${entry.activityId}: ${entry.detail.code} is told twice in a row`);
      }
    });
  }
  return { oracle: 'the logs are whole', broken, notes: [`${entries} entries, ${rejections} rejections among them`] };
}

/** What must stand still once all is quiet. */
export interface Stillness {
  readonly orgWrites: number;
  readonly persons: SoakEnding['persons'];
}

export function checkSilence(before: Stillness, after: Stillness): Verdict {
  const broken: string[] = [];
  const orgWrites = after.orgWrites - before.orgWrites;
  if (orgWrites > 0) broken.push(`${orgWrites} writes to Salesforce`);
  for (const [personId, { version, updatedAt }] of after.persons) {
    const was = before.persons.get(personId);
    if (was?.version === version && was.updatedAt === updatedAt) continue;
    broken.push(`${personId} went from version ${was?.version ?? 'none'} to ${version}`);
  }
  return { oracle: 'silence', broken, notes: ['over 5 more cycles'] };
}
