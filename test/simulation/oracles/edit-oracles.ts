import type { Winner } from '../../../lib/person/activity.ts';
import type { FieldValue } from '../../../lib/person/field-value.ts';
import type { Person } from '../../../lib/person/person.ts';
import { alike, FOLLOWED_FIELDS, remoteName, remoteValue } from '../fields.ts';
import { diedAfter, type LocalValue, type RowState } from '../ledger.ts';
import type { World } from '../world.ts';

/** A value that a field of a row had from an instant on. */
interface RemoteValue {
  readonly at: number;
  readonly value: FieldValue;
  readonly state: RowState;
}

/** One field of one person, on both sides, from the beginning. */
interface History {
  readonly person: Person;
  readonly field: string;
  readonly local: readonly LocalValue[];
  readonly remote: readonly RemoteValue[];
}

/** Invariant 4, both halves, for every field whose edits can be followed. */
export function checkEdits(world: World): void {
  const fields = FOLLOWED_FIELDS.filter((field) => !world.restrictedFields.has(field));
  for (const rowId of world.ledger.rows.keys()) {
    for (const field of fields) noRemoteEditIsOverwrittenUnseen(world, rowId, field);
  }
  for (const person of world.stores.all()) {
    const link = person.salesforce;
    if (link === null) continue;
    for (const field of fields) {
      if (remoteName(field, link.type) === null) continue;
      const local = world.ledger.valuesOf(person.personId, field);
      noLocalEditIsOverwrittenUnseen(world, { person, field, local, remote: valuesOfRows(world, person, field) });
    }
  }
}

/**
 * A push writes over a value of Salesforce only where our side knew that value when the edit was made, or the log tells
 * what was overwritten. Our side is whoever has stood for the row, before and after it became a part of another: a row
 * that is undeleted may begin a second life as another person.
 */
function noRemoteEditIsOverwrittenUnseen(world: World, rowId: string, field: string): void {
  const remote = valuesOfRow(world, rowId, field);
  remote.forEach((written, at) => {
    const lost = remote[at - 1];
    if (lost === undefined || written.state.push === null || lost.state.push !== null) return;
    const isRestored = remote.slice(at).some((each) => alike(each.value, lost.value));
    if (alike(lost.value, null) || isRestored || diedAfter(written.state.push)) return;
    const ours = [...world.ledger.personsOfRow(rowId)];
    if (ours.some((personId) => knows(world, personId, field, lost.value))) return;
    world.breaks(
      'no edit of Salesforce is lost',
      `${rowId}.${field} (${ours.join(', ')}): ${JSON.stringify(lost.value)} of ${clockOf(lost.at)} was overwritten by ` +
        `${JSON.stringify(written.value)} (${written.state.push.invocation.name}) at ${clockOf(written.at)}, and no conflict is told`,
    );
  });
}

/**
 * Known before, or meant on both sides; or told: as the loser of a conflict, or as what an edit replaced. The latter is
 * how a person that takes over another's waiting edit tells what its row held, in one write.
 */
function knows(world: World, personId: string, field: string, value: FieldValue): boolean {
  if (world.ledger.valuesOf(personId, field).some((each) => alike(each.value, value))) return true;
  if (tellsOf(world, personId, { field, remote: value })) return true;
  return (world.ledger.activities.get(personId) ?? []).some(
    (activity) =>
      activity.type === 'fieldsChanged' &&
      activity.detail.changes.some((change) => change.field === field && alike(change.from, value)),
  );
}

/**
 * What is pulled over an edit of ours was made in Salesforce when ours could be seen there, or won a told conflict; or
 * it stands on the row that took the place of the one that showed ours, whenever it was made.
 */
function noLocalEditIsOverwrittenUnseen(world: World, history: History): void {
  const { person, field, local, remote } = history;
  local.forEach((pulled, at) => {
    const lost = local[at - 1];
    if (lost === undefined || pulled.origin !== 'pull' || lost.origin !== 'edit' || lost.toBase) return;
    if (alike(lost.value, pulled.value)) return;
    const shown = remote.find((each) => alike(each.value, lost.value));
    const isSucceeded = shown !== undefined && pulled.rowId !== String(shown.state.row.Id);
    const later = remote.some((each) => alike(each.value, pulled.value) && shown !== undefined && each.at > shown.at);
    if (later || isSucceeded || tellsOf(world, person.personId, { field, local: lost.value, winner: 'remote' })) return;
    world.breaks(
      'no edit of ours is lost',
      `${person.personId}.${field}: ${JSON.stringify(lost.value)} of ${clockOf(lost.at)} was replaced by ${JSON.stringify(pulled.value)} ` +
        `at ${clockOf(pulled.at)}, ${shown === undefined ? 'never seen in Salesforce' : `seen in Salesforce at ${clockOf(shown.at)}`}`,
    );
  });
}

function tellsOf(
  world: World,
  personId: string,
  about: {
    readonly field: string;
    readonly local?: FieldValue;
    readonly remote?: FieldValue;
    readonly winner?: Winner;
  },
): boolean {
  return (world.ledger.activities.get(personId) ?? []).some(
    (activity) =>
      activity.type === 'conflict' &&
      activity.detail.field === about.field &&
      (about.winner === undefined || activity.detail.winner === about.winner) &&
      (about.local === undefined || alike(activity.detail.local, about.local)) &&
      (about.remote === undefined || alike(activity.detail.remote, about.remote)),
  );
}

/** The values of the field on every row that has been this person's. */
function valuesOfRows(world: World, { personId }: Person, field: string): RemoteValue[] {
  const rowIds = [...(world.ledger.links.get(personId) ?? [])];
  return rowIds.flatMap((id) => valuesOfRow(world, id, field)).sort((one, other) => one.at - other.at);
}

function valuesOfRow(world: World, rowId: string, field: string): RemoteValue[] {
  const values: RemoteValue[] = [];
  let last: FieldValue | undefined;
  for (const state of world.ledger.rows.get(rowId) ?? []) {
    const name = remoteName(field, state.object === 'Lead' ? 'Lead' : 'Contact');
    const value = name === null ? null : remoteValue(state.row, name);
    if (last === undefined || last !== value) values.push({ at: state.at, value, state });
    last = value;
  }
  return values;
}

function clockOf(at: number): string {
  return new Date(at).toISOString().slice(11, 19);
}
