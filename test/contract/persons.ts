import type { Activity } from '../../lib/person/activity.ts';
import { editPerson, logged, newPerson, personOfRow } from '../../lib/person/edit-person.ts';
import type { FieldValue } from '../../lib/person/field-value.ts';
import type { Person } from '../../lib/person/person.ts';
import { rejectPerson } from '../../lib/person/reject-person.ts';
import type { PersonStore } from '../../lib/sync/ports/person-store.ts';

/** Minutes after ten o'clock. */
export function at(minutes: number): string {
  return new Date(Date.UTC(2026, 10, 21, 10) + minutes * 60_000).toISOString();
}

/** A person made here. */
export function localPerson(personId: string, fields: Record<string, FieldValue> = {}): Person {
  return newPerson(personId, { LastName: 'Lovelace', ...fields }, at(0));
}

/** A person in step with the Lead of this number. */
export function leadPerson(lead: number, fields: Record<string, FieldValue> = {}): Person {
  const row = {
    type: 'Lead' as const,
    id: `00Q${String(lead).padStart(12, '0')}AAA`,
    systemModstamp: at(-10),
    isDeleted: false,
    masterRecordId: null,
    isConverted: false,
    convertedContactId: null,
    ownerId: '005000000000001AAA',
    personId: null,
    fields: { LastName: 'Lovelace', Company: 'Engines', Score__c: 12.5, DoNotCall: false, Title: null, ...fields },
  };
  return personOfRow(row, at(0));
}

export function edited(person: Person, edits: Record<string, FieldValue>, now = at(1)): Person {
  return editPerson(person, edits, {}, now);
}

export function rejectedAt(person: Person, now: string): Person {
  const fields = Object.keys(person.pending);
  return rejectPerson(person, { code: 'FIELD_CUSTOM_VALIDATION_EXCEPTION', message: 'no', fields }, {}, now);
}

/** The person as it stands in the store. */
export async function stored(store: PersonStore, person: Person): Promise<Person> {
  await store.create(person);
  const found = await store.get(person.personId);
  if (found === undefined) throw new Error(`${person.personId} was not stored`);
  return found;
}

/** The person after an update that had to succeed. */
export async function updated(store: PersonStore, before: Person, next: Person): Promise<Person> {
  const outcome = await store.update(before, next);
  if (outcome.kind !== 'written') throw new Error(`${before.personId}: ${outcome.kind}`);
  return outcome.person;
}

/** The person with this many activities appended, one update each. */
export async function withActivities(store: PersonStore, person: Person, count: number): Promise<Person> {
  let current = person;
  for (let minute = 1; minute <= count; minute += 1) {
    const detail = { type: 'Lead' as const, id: `00Q${minute}` };
    const next = logged(current, [{ type: 'linked', direction: 'pull', detail }], at(minute));
    current = await updated(store, current, next);
  }
  return current;
}

/** Every activity of a person, read in pages. */
export async function allActivities(store: PersonStore, person: Person, limit: number): Promise<Activity[]> {
  const found: Activity[] = [];
  let cursor: string | null = null;
  do {
    const page: Awaited<ReturnType<PersonStore['activities']>> = await store.activities(person, limit, cursor);
    found.push(...page.items);
    cursor = page.cursor;
  } while (cursor !== null);
  return found;
}

export async function collect<Item>(pages: AsyncIterable<readonly Item[]>): Promise<Item[]> {
  const found: Item[] = [];
  for await (const page of pages) found.push(...page);
  return found;
}
