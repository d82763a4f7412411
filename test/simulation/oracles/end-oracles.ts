import { awaitsPush, isPresent, type Person } from '../../../lib/person/person.ts';
import { isUnseen } from '../../../lib/person/unseen-row.ts';
import { whole } from '../../fakes/whole-value.ts';
import type { Row } from '../../sandbox/org/soql/source.ts';
import { alike, differences } from '../fields.ts';
import type { World } from '../world.ts';

/** What must hold once the faults are over and three polls have passed. */
export function checkAgreement(world: World): void {
  for (const person of world.stores.all()) {
    // A person that was joined into another keeps what it held.
    if (person.mergedInto !== null) continue;
    personAgreesWithRow(world, person);
    nothingWaits(world, person);
    parkedForWhatItHolds(world, person);
  }
  everyRowHasOnePerson(world);
}

/** Invariant 8: both sides hold the same, but for what Salesforce refused. */
function personAgreesWithRow(world: World, person: Person): void {
  const link = person.salesforce;
  // A tombstone stays as it was.
  if (link === null || person.deletedHere !== null) return;
  const row = currentRow(world, link.type, link.id);
  if (row === undefined) {
    if (!link.isDeleted) isToldUnseen(world, person, link.id);
    return;
  }
  if ((row.IsDeleted === true) !== link.isDeleted) {
    world.breaks(
      'both sides agree',
      `${person.personId}: deleted is ${String(row.IsDeleted)} there, ${link.isDeleted} here`,
    );
    return;
  }
  if (link.isDeleted) return;
  hasTheOwner(world, person, row);
  // What was refused stays here; and so does what was edited once the row was converted, until its Contact is found.
  const stays = person.rejection !== null || link.isConverted;
  const leftOut = new Set([...world.hiddenFields, ...(stays ? Object.keys(person.pending) : [])]);
  for (const field of differences(person.fields, row, link.type, leftOut)) {
    const there = JSON.stringify(row[field === 'City' && link.type === 'Contact' ? 'MailingCity' : field]);
    world.breaks(
      'both sides agree',
      `${person.personId}.${field}: ${JSON.stringify(person.fields[field])} here, ${there} there`,
    );
  }
}

/** What nobody sees may only be hidden: until somebody accepts that it is gone, the person says that it waits. */
function isToldUnseen(world: World, person: Person, rowId: string): void {
  if (isUnseen(person)) world.swarm.count('unseen');
  else world.breaks('both sides agree', `${person.personId}: ${rowId} is gone for good, and not here`);
}

function hasTheOwner(world: World, { personId, salesforce }: Person, row: Row): void {
  const owner = salesforce?.ownerId ?? null;
  if (owner === null || owner === row.OwnerId) return;
  world.breaks('both sides agree', `${personId}: the owner is ${owner} here, ${String(row.OwnerId)} there`);
}

/** Invariant 8: nothing that could go is left. */
function nothingWaits(world: World, person: Person): void {
  if (awaitsPush(person)) {
    world.breaks('nothing waits', `${person.personId} still has ${Object.keys(person.pending).join()} to push`);
  }
}

/** A person is parked for the values that were refused, not for newer ones. */
function parkedForWhatItHolds(world: World, person: Person): void {
  if (person.rejection === null || person.salesforce === null) return;
  const told = world.ledger.activities.get(person.personId)?.findLast(({ type }) => type === 'rejected');
  if (told?.type !== 'rejected') {
    world.breaks(
      'a rejection is told',
      `${person.personId} is parked by ${person.rejection.code}, and the log does not say so`,
    );
    return;
  }
  for (const [field, value] of Object.entries(told.detail.values)) {
    if (field in person.pending && !alike(person.fields[field] ?? null, whole(value))) {
      world.breaks(
        'parked for what it holds',
        `${person.personId}.${field}: ${JSON.stringify(value)} was refused, it holds ${JSON.stringify(person.fields[field])}`,
      );
    }
  }
}

/** Every living row is known, and is one person's. */
function everyRowHasOnePerson(world: World): void {
  const present = world.stores.all().filter((person) => isPresent(person) && person.salesforce !== null);
  // Whose person was deleted here is left alone.
  const tombstones = new Set(
    world.stores.all().flatMap((person) => (person.deletedHere === null ? [] : (person.salesforce?.id ?? []))),
  );
  const owners = Map.groupBy(present, ({ salesforce }) => salesforce?.id ?? '');
  for (const type of ['Lead', 'Contact'] as const) {
    for (const row of world.org.state.store.table(type).values()) {
      if (row.IsDeleted === true || row.IsConverted === true) continue;
      const own = (owners.get(String(row.Id)) ?? []).map(({ personId }) => personId);
      if (own.length === 0 && tombstones.has(String(row.Id))) continue;
      if (own.length !== 1)
        world.breaks('every row has one person', `${type} ${row.Id} is ${own.join(' and ') || 'nobody'}`);
    }
  }
}

/** Invariant 5: one Lead a person, unless the earlier one was deleted. */
export function checkCreatedLeads(world: World): void {
  for (const [personId, ids] of world.ledger.createdLeads) {
    const kept = ids.filter(
      (id) => !wasDeleted(world, id) && !contactsOf(world, id).some((each) => wasDeleted(world, each)),
    );
    if (kept.length > 1) world.breaks('one Lead a person', `${personId} has ${kept.join(' and ')}`);
  }
}

/**
 * However many create one email at once, one person comes of it; what it took over from rows later is another matter.
 */
export function checkEmails(world: World): void {
  // One that became a part of another keeps what it held; whoever asks for it comes to the other.
  const present = world.stores.all().filter(({ mergedInto }) => mergedInto === null);
  const emailAtFirst = ({ personId }: Person) => world.ledger.valuesOf(personId, 'Email')[0]?.value ?? null;
  // A person who took over another row's email has given up its own: whoever is made with that is another.
  const keepsEmail = (person: Person) => alike(person.fields.Email ?? null, emailAtFirst(person));
  const madeHere = present.filter((person) => !person.personId.startsWith('sf-') && keepsEmail(person));
  for (const [email, own] of Map.groupBy(madeHere, emailAtFirst)) {
    if (email === null || own.length < 2) continue;
    world.breaks('one person an email', `${String(email)} is ${own.map(({ personId }) => personId).join(' and ')}`);
  }
}

/** The Contact that a Lead was converted into. */
function contactsOf(world: World, leadId: string): readonly string[] {
  const found = (world.ledger.rows.get(leadId) ?? []).flatMap(({ row }) => row.ConvertedContactId ?? []);
  return [...new Set(found.map(String))];
}

function wasDeleted(world: World, id: string): boolean {
  return world.ledger.purged.has(id) || (world.ledger.rows.get(id) ?? []).some(({ row }) => row.IsDeleted === true);
}

export interface Quiet {
  readonly personWrites: number;
  readonly orgWrites: number;
  readonly calls: number;
  readonly messages: number;
}

export function countsNow(world: World): Quiet {
  const { recordsCreated, recordsUpdated } = world.org.state.stats;
  return {
    personWrites: world.ledger.personWrites,
    orgWrites: recordsCreated + recordsUpdated,
    calls: world.calls,
    messages: world.ledger.messagesSent,
  };
}

/** Invariant 8: five more polls change nothing, and cost one call each. */
export function checkSilence(world: World, before: Quiet, polls: number): void {
  const after = countsNow(world);
  const did = (name: keyof Quiet) => after[name] - before[name];
  if (did('personWrites') > 0) world.breaks('silence', `${did('personWrites')} writes of persons in quiet polls`);
  if (did('orgWrites') > 0) world.breaks('silence', `${did('orgWrites')} writes to Salesforce in quiet polls`);
  if (did('messages') > 0) world.breaks('silence', `${did('messages')} messages queued in quiet polls`);
  if (did('calls') > polls) world.breaks('silence', `${did('calls')} calls in ${polls} quiet polls`);
}

export function currentRow(world: World, type: string, id: string): Row | undefined {
  return world.org.state.store.table(type).get(id);
}
