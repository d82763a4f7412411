import type { Person } from '../../lib/person/person.ts';
import { PASSING, REFUSALS, type RefusalName } from './refusals.ts';
import type { World } from './world.ts';

/** Forbids titles that begin with "bad", or allows them again. */
export function setRule(world: World, on: boolean): void {
  for (const object of ['Lead', 'Contact']) {
    const rule = {
      object,
      name: 'no_bad_titles',
      errorWhen: "Title LIKE 'bad%'",
      message: 'A bad title',
      field: 'Title',
    };
    if (on) world.asAdmin('POST', '/_org/validation-rules', rule);
    else world.asAdmin('DELETE', '/_org/validation-rules', { object, name: rule.name });
  }
  world.swarm.count('validationRule');
}

/** From now on every save of the records with this email is refused. */
export function refuseRecord(world: World, email: string, naming: RefusalName): void {
  world.refusedRecords = [...world.refusedRecords, { email, naming }];
  refuseSaves(world, email, naming);
  world.swarm.count(naming in PASSING ? 'refusedForNow' : 'recordRefused');
}

/** Nothing is refused any more but what is refused for good. */
export function mendRefusals(world: World): void {
  const passing = world.refusedRecords.filter(({ naming }) => naming in PASSING);
  if (passing.length === 0) return;
  world.asAdmin('DELETE', '/_org/faults');
  world.refusedRecords = world.refusedRecords.filter((each) => !passing.includes(each));
  for (const { email, naming } of world.refusedRecords) refuseSaves(world, email, naming);
  world.swarm.count('refusalMended');
}

function refuseSaves(world: World, email: string, naming: RefusalName): void {
  const refusal = { ...REFUSALS, ...PASSING }[naming];
  for (const object of ['Lead', 'Contact']) {
    world.asAdmin('POST', '/_org/faults', { kind: 'recordError', object, when: `Email = '${email}'`, ...refusal });
  }
}

/** What the sync user may do with Phone. */
export function setAccess(world: World, on: boolean): void {
  const { swarm } = world;
  const hides = swarm.enabled.has('fieldHidden');
  world.restrictedFields.add('Phone');
  world.mayEditPhone = on;
  if (hides) world.hiddenFields.add('Phone');
  const access = { field: 'Phone', read: on || !hides, edit: on };
  for (const object of ['Lead', 'Contact']) world.asAdmin('POST', '/_org/field-access', { object, ...access });
  swarm.count(hides ? 'fieldHidden' : 'fieldReadOnly');
}

/** Whether the sync user sees the person's row: sharing, of which no stamp tells. */
export function share(world: World, { salesforce }: Person, visible: boolean): void {
  if (salesforce === null) return;
  const { type, id, isDeleted } = salesforce;
  // What is known to be deleted is not looked for any more: brought back out of sight, nothing would tell of it.
  if (!visible && (isDeleted || world.org.state.store.find(id)?.row.IsDeleted === true)) return;
  const { status } = world.asAdmin('POST', '/_org/sharing', { object: type, id, visible });
  if (status !== 200) return;
  world.hiddenRows.add(id);
  world.swarm.count(visible ? 'shownAgain' : 'rowHidden');
}

/** Every row comes back into sight. */
export function showAll(world: World): void {
  for (const id of world.hiddenRows) world.org.state.sharing.setVisible(id, true);
}

/** Automation of the org puts what is saved into capitals. */
export function addAutomation(world: World): void {
  world.swarm.count('automationRewrites');
  const [lead, contact] = [{ City: { upper: 'City' } }, { MailingCity: { upper: 'MailingCity' } }];
  world.asAdmin('POST', '/_org/triggers', { object: 'Lead', name: 'capitals', set: lead });
  world.asAdmin('POST', '/_org/triggers', { object: 'Contact', name: 'capitals', set: contact });
}

/** Somebody's transaction saves the row, and commits so many seconds later, under the stamp of now. */
export function openTransaction(
  world: World,
  { type, id, fields }: { readonly type: string; readonly id: string; readonly fields: object },
  seconds: number,
): void {
  const wish = { commitAfterSeconds: seconds, updates: [{ object: type, id, fields }] };
  const { status } = world.asAdmin('POST', '/_org/transaction', wish);
  if (status !== 200) return;
  world.swarm.count('longTransaction');
  world.timeline.after(seconds * 1000 + 1, () => {
    world.org.state.transactions.commitDue(world.org.clock.now());
  });
}
