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
  for (const person of world.persons.all()) {
    const link = person.salesforce;
    if (link === null) continue;
    for (const field of FOLLOWED_FIELDS) {
      const name = remoteName(field, link.type);
      if (name === null || world.restrictedFields.has(field)) continue;
      const local = world.ledger.valuesOf(person.personId, field);
      const history = { person, field, local, remote: remoteValues(world, person.personId, field) };
      noRemoteEditIsOverwrittenUnseen(world, history);
      noLocalEditIsOverwrittenUnseen(world, history);
    }
  }
}

/**
 * A push writes over a value of Salesforce only where our side knew that value when the edit was made, or the log tells
 * of the conflict.
 */
function noRemoteEditIsOverwrittenUnseen(world: World, history: History): void {
  const { person, field, local, remote } = history;
  remote.forEach((written, at) => {
    const lost = remote[at - 1];
    if (lost === undefined || written.state.push === null || lost.state.push !== null) return;
    if (lost.state.row.Id !== written.state.row.Id) return;
    if (alike(lost.value, null)) return;
    const edit = local.findLast(
      (each) => each.at <= written.at && each.origin === 'edit' && alike(each.value, written.value),
    );
    const known = local.some((each) => alike(each.value, lost.value) && each.at <= (edit?.at ?? written.at));
    if (known || tellsOf(world, person, { field, remote: lost.value }) || diedAfter(written.state.push)) return;
    world.breaks(
      'no edit of Salesforce is lost',
      `${person.personId}.${field}: ${JSON.stringify(lost.value)} of ${clockOf(lost.at)} was overwritten by ${JSON.stringify(written.value)} ` +
        `(${written.state.push.invocation.name}) at ${clockOf(written.at)}, and no conflict is told`,
    );
  });
}

/** What is pulled over an edit of ours was made in Salesforce when ours could be seen there, or won a told conflict. */
function noLocalEditIsOverwrittenUnseen(world: World, history: History): void {
  const { person, field, local, remote } = history;
  local.forEach((pulled, at) => {
    const lost = local[at - 1];
    if (lost === undefined || pulled.origin !== 'pull' || lost.origin !== 'edit' || lost.toBase) return;
    if (alike(lost.value, pulled.value)) return;
    const shown = remote.find((each, place) => alike(each.value, lost.value) && !isOver(remote, place, lost.at));
    const later = remote.some((each) => alike(each.value, pulled.value) && shown !== undefined && each.at > shown.at);
    if (later || tellsOf(world, person, { field, local: lost.value, winner: 'remote' })) return;
    world.breaks(
      'no edit of ours is lost',
      `${person.personId}.${field}: ${JSON.stringify(lost.value)} of ${clockOf(lost.at)} was replaced by ${JSON.stringify(pulled.value)} ` +
        `at ${clockOf(pulled.at)}, ${shown === undefined ? 'never seen in Salesforce' : `seen in Salesforce at ${clockOf(shown.at)}`}`,
    );
  });
}

function tellsOf(
  world: World,
  { personId }: Person,
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

/** Whether the row had gone on to another value by that instant. */
function isOver(remote: readonly RemoteValue[], place: number, at: number): boolean {
  const next = remote[place + 1];
  return next !== undefined && next.at <= at;
}

/** The values of the field on every row that has been this person's. */
function remoteValues(world: World, personId: string, field: string): RemoteValue[] {
  const values: RemoteValue[] = [];
  for (const id of world.ledger.links.get(personId) ?? []) {
    let last: FieldValue | undefined;
    for (const state of world.ledger.rows.get(id) ?? []) {
      const name = remoteName(field, state.object === 'Lead' ? 'Lead' : 'Contact');
      const value = name === null ? null : remoteValue(state.row, name);
      if (last === undefined || last !== value) values.push({ at: state.at, value, state });
      last = value;
    }
  }
  return values.sort((one, other) => one.at - other.at);
}

function clockOf(at: number): string {
  return new Date(at).toISOString().slice(11, 19);
}
