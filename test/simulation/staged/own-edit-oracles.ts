import type { Person } from '../../../lib/person/person.ts';
import { isUnseen } from '../../../lib/person/unseen-row.ts';
import { alike, remoteName, remoteValue, TRACED_FIELDS } from '../fields.ts';
import { isUnheard, type LocalValue } from '../ledger.ts';
import { LASTING_CODES } from '../refusals.ts';
import type { World } from '../world.ts';

/**
 * Where nobody in the org ever edited a field, our side has it to itself: no conflict is told, nothing comes from
 * Salesforce that was not ours, and the last edit stands. A push whose answer was lost is where that could go wrong.
 */
export function checkOwnEdits(world: World): void {
  for (const person of world.stores.all()) {
    if (person.salesforce === null) continue;
    for (const field of TRACED_FIELDS) {
      if (isEditedInOrg(world, person, field) || world.restrictedFields.has(field)) continue;
      noConflictIsMadeUp(world, person, field);
      lastEditStands(world, person, field);
    }
  }
}

function isEditedInOrg(world: World, { personId }: Person, field: string): boolean {
  return [...(world.ledger.links.get(personId) ?? [])].some((id) => {
    let last: unknown = null;
    return (world.ledger.rows.get(id) ?? []).some(({ object, row, push }) => {
      const name = remoteName(field, object === 'Lead' ? 'Lead' : 'Contact');
      const value = name === null ? null : remoteValue(row, name);
      const edited = push === null && value !== last;
      last = value;
      return edited;
    });
  });
}

function noConflictIsMadeUp(world: World, { personId }: Person, field: string): void {
  const told = (world.ledger.activities.get(personId) ?? []).find(
    (activity) => activity.type === 'conflict' && activity.detail.field === field,
  );
  if (told?.type !== 'conflict') return;
  const { local, remote } = told.detail;
  world.breaks(
    'no conflict is made up',
    `${personId}.${field}: ${JSON.stringify(remote)} was told to be an edit of Salesforce against ${JSON.stringify(local)}, ` +
      'and nobody there has edited it',
  );
}

function lastEditStands(world: World, { personId, fields }: Person, field: string): void {
  const values: readonly LocalValue[] = world.ledger.valuesOf(personId, field);
  const last = values.findLast(({ origin }) => origin === 'edit');
  if (last === undefined || alike(fields[field] ?? null, last.value)) return;
  world.breaks(
    'the last edit stands',
    `${personId}.${field} was edited here alone, last to ${JSON.stringify(last.value)}, and is ${JSON.stringify(fields[field])}`,
  );
}

/**
 * What waits behind a rejection was part of what was refused: an edit made since is still to be tried. Where the row
 * cannot be seen, everything waits.
 */
export function checkParked(world: World): void {
  for (const { personId, rejection, salesforce, pending } of world.stores.all()) {
    if (rejection === null || salesforce === null || isUnseen({ rejection })) continue;
    const told = world.ledger.activities.get(personId)?.findLast(({ type }) => type === 'rejected');
    if (told?.type !== 'rejected') continue;
    const { values } = told.detail;
    const untried = Object.keys(pending).filter((field) => !(field in values) && !world.restrictedFields.has(field));
    if (untried.length > 0) {
      world.breaks(
        'only what was refused is parked',
        `${personId}: ${untried.join()} was never tried, and waits behind ${rejection.code}`,
      );
    }
  }
}

/** What Salesforce refused is sent again only when something has changed on either side. */
export function checkNotTriedAgain(world: World): void {
  for (const person of world.stores.all()) {
    // The row that a merged person stood for is its survivor's, whose edits are what changes.
    const rowId = person.mergedInto === null ? person.salesforce?.id : undefined;
    const isLasting = (each: { readonly rowId: string; readonly code: string }) =>
      each.rowId === rowId && LASTING_CODES.has(each.code);
    const refused = world.ledger.pushes.filter((push) => push.refused.some(isLasting));
    refused.forEach((push, at) => {
      const before = refused[at - 1];
      const isBackground = push.invocation.name.startsWith('merge');
      if (rowId === undefined || before === undefined || !isBackground || isUnheard(before)) return;
      if (hasChanged(world, person, rowId, [before.invocation.startedAt, push.sentAt])) return;
      world.breaks(
        'what was refused is not tried again',
        `${person.personId}: ${push.invocation.name} sent what ${before.invocation.name} had been refused`,
      );
    });
  }
}

type Span = readonly [from: number, to: number];

function hasChanged(world: World, { personId }: Person, rowId: string, [from, to]: Span): boolean {
  const isBetween = ({ at }: { readonly at: number }) => from <= at && at <= to;
  const byField = [...(world.ledger.values.get(personId)?.values() ?? [])];
  return byField.some((values) => values.some(isBetween)) || (world.ledger.rows.get(rowId) ?? []).some(isBetween);
}
