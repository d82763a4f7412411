import type { Activity } from '../../../lib/person/activity.ts';
import type { FieldValue } from '../../../lib/person/field-value.ts';
import { baseValue, type Person, versionAfter } from '../../../lib/person/person.ts';
import { isForeign, remoteValues } from '../field-history.ts';
import { ADDED, alikeIn, differences, RENAMED } from '../fields.ts';
import type { World } from '../world.ts';
import { waitingEditsAreKept } from './life-oracles.ts';

/** What must hold of every write of a person, at once. */
export function checkWrite(world: World, before: Person | undefined, after: Person, added: readonly Activity[]): void {
  for (const oracle of [
    baseIsTruth,
    stampNeverGoesBack,
    versionCountsUp,
    activitiesHaveACause,
    winnerIsThePolicys,
    baseMovesTold,
    editsWaitForTheContact,
    waitingEditsAreKept,
  ]) {
    oracle(world, before, after, added);
  }
}

type Oracle = (world: World, before: Person | undefined, after: Person, added: readonly Activity[]) => void;

/** Invariant 1: the stored base is a state that the row really had at that stamp. */
const baseIsTruth: Oracle = (world, before, after) => {
  const link = after.salesforce;
  if (
    link === null ||
    // Nothing is pushed to a row that is gone: what a person holds then is for the row that took its place.
    link.isDeleted ||
    link.isConverted ||
    (before !== undefined && before.salesforce === link && samePending(before, after))
  )
    return;
  const states = (world.ledger.rows.get(link.id) ?? []).filter(({ stamp }) => stamp === link.systemModstamp);
  if (states.length === 0) {
    world.breaks('base is truth', `${after.personId}: ${link.id} never had the stamp ${link.systemModstamp}`);
    return;
  }
  const base = Object.fromEntries(Object.keys(after.fields).map((field) => [field, baseValue(after, field) ?? null]));
  const wrong = states.map(({ row }) => differences(base, row, link.type, unread(world, after)));
  const least = wrong.reduce((fewest, each) => (each.length < fewest.length ? each : fewest));
  if (least.length > 0) {
    const told = least.map((field) => `${field}=${JSON.stringify(base[field])}`).join(', ');
    world.breaks(
      'base is truth',
      `${after.personId} v${after.version}: ${link.id} at ${link.systemModstamp} never held ${told}`,
    );
  }
};

/** What was hidden, what is new in Salesforce and was not read of this row yet, and edits of which no base is known. */
function unread({ hiddenFields, ledger }: World, { personId, placeless, salesforce }: Person): ReadonlySet<string> {
  const added = [ADDED.name, RENAMED.name].filter((name) =>
    ledger.valuesOf(personId, name).every(({ origin, rowId }) => origin !== 'pull' || rowId !== salesforce?.id),
  );
  return new Set([...hiddenFields, ...added, ...placeless]);
}

/** Invariant 2: a person never goes back to an older state of its row. */
const stampNeverGoesBack: Oracle = (world, before, after) => {
  const [earlier, later] = [before?.salesforce, after.salesforce];
  if (earlier == null || later == null || earlier.id !== later.id) return;
  if (later.systemModstamp < earlier.systemModstamp) {
    const what = `${after.personId} went from ${earlier.systemModstamp} back to ${later.systemModstamp}`;
    world.breaks('no older state', what);
  }
};

const versionCountsUp: Oracle = (world, before, after) => {
  if (before === undefined) return;
  const isNext = after.revision === before.revision + 1 && after.version === versionAfter(before, after);
  const told = ({ version, revision }: Person) => `${version} (${revision})`;
  if (!isNext) world.breaks('versions count up', `${after.personId} went from ${told(before)} to ${told(after)}`);
};

/** Invariant 7, second half: an activity tells of something that this very write did. */
const activitiesHaveACause: Oracle = (world, _before, after, added) => {
  for (const activity of added) {
    if (activity.type === 'fieldsChanged') {
      const idle = activity.detail.changes.find(({ from, to }) => from === to);
      if (idle !== undefined)
        world.breaks('no activity without cause', `${after.personId}: ${idle.field} did not change`);
    }
  }
};

/** Where both sides changed a field, the one stands that the operator decided on; what we may not push gives way. */
const winnerIsThePolicys: Oracle = (world, _before, after, added) => {
  const { policy, restrictedFields } = world;
  const type = after.salesforce?.type;
  if (type === undefined) return;
  for (const activity of added) {
    if (activity.type !== 'conflict' || restrictedFields.has(activity.detail.field)) continue;
    const { field, winner } = activity.detail;
    const expected = policy.fields.conflictWinner[field] ?? policy.conflictWinner[type];
    // Edited here while a push was under way: what the row held behind that push is told, and the edit goes out.
    const isBehindPush = winner === 'local' && added.some(({ type }) => type === 'syncedToSalesforce');
    if (winner !== expected && !isBehindPush)
      world.breaks('the winner is the policy’s', `${after.personId}.${field}: ${winner} won, not ${expected}`);
  }
};

/**
 * Invariant 4: under an edit that waits base moves to what our own push has made of the row, or a conflict tells what
 * somebody in the org has put there.
 */
const baseMovesTold: Oracle = (world, before, after, added) => {
  if (before === undefined || !isOfOneRow(before, after)) return;
  for (const field of Object.keys(after.pending)) {
    if (world.hiddenFields.has(field) || before.placeless.includes(field)) continue;
    const [from, to] = [before, after].map((person) => baseValue(person, field) ?? null);
    if (alikeIn(field, from ?? null, to ?? null) || isOurs(world, before, field, to ?? null)) continue;
    if (added.some(({ type, detail }) => type === 'conflict' && detail.field === field)) continue;
    const what = `${JSON.stringify(from)} to ${JSON.stringify(to)}`;
    world.breaks('no edit of Salesforce is passed over', `${after.personId}.${field}: base went from ${what}, untold`);
  }
};

function isOfOneRow({ salesforce: earlier }: Person, { salesforce: later }: Person): boolean {
  return earlier !== null && later !== null && earlier.id === later.id;
}

/**
 * Whether a push of ours has put the value there, or may have: what a push without an answer sent cannot be told from the
 * same value of others.
 */
function isOurs(world: World, { salesforce, lease }: Person, field: string, value: FieldValue): boolean {
  if (lease !== null && field in lease.attempt && alikeIn(field, lease.attempt[field] ?? null, value)) return true;
  const made = remoteValues(world, salesforce?.id ?? '', field).filter((each) => alikeIn(field, each.value, value));
  return made.some((each) => !isForeign(field, each));
}

/** What waits when the Lead is seen converted waits for the Contact. */
const editsWaitForTheContact: Oracle = (world, before, after) => {
  if (before === undefined || !isOfOneRow(before, after)) return;
  if (before.salesforce?.isConverted === true || after.salesforce?.isConverted !== true) return;
  const gone = Object.keys(before.pending).find((field) => !(field in after.pending));
  if (gone !== undefined) world.breaks('edits wait for the Contact', `${after.personId}.${gone} waits no more`);
};

function samePending(before: Person, after: Person): boolean {
  return before.pending === after.pending && before.fields === after.fields;
}
