import { describe, expect, test } from 'vitest';
import { TransientError } from '../../lib/sync/errors.ts';
import { addMs } from '../../lib/sync/instants.ts';
import { readPersonSync } from '../../lib/sync/operate/read-person-sync.ts';
import type { Ports } from '../../lib/sync/ports/ports.ts';
import { TwoSides } from './two-sides.ts';

const EMAIL = 'ada@example.com';

/** One cause for which an edit does not reach Salesforce, and the rule that is to stand in the person's status. */
interface Cause {
  readonly name: string;
  readonly code: string;
  /** Of the field, where it says more than the rule. */
  readonly reason?: string;
  /** Before the edit. */
  readonly arrange?: (sides: TwoSides, id: string) => void;
  readonly after?: (sides: TwoSides, personId: string) => Promise<unknown>;
  readonly cycles?: false;
  readonly merges?: false;
  readonly scheduleOff?: true;
  readonly feed?: Partial<Ports['feed']>;
}

const CAUSES: readonly Cause[] = [
  {
    name: 'a rule of the org',
    code: 'FIELD_CUSTOM_VALIDATION_EXCEPTION',
    arrange: (sides) =>
      sides.control('validation-rules', { object: 'Lead', name: 'R', errorWhen: "Title = 'CTO'", message: 'No' }),
  },
  {
    name: 'a record out of sight',
    code: 'RECORD_NOT_VISIBLE',
    arrange: (sides, id) => sides.control('sharing', { object: 'Lead', id, visible: false }),
  },
  { name: 'a deleted record', code: 'RECORD_DELETED', arrange: (sides, id) => sides.remove('Lead', id) },
  {
    name: 'a record whose successor is out of sight',
    code: 'RECORD_REPLACED',
    arrange: (sides, leadId) => {
      const { contactId } = sides.control('convert', { leadId }) as { readonly contactId: string };
      sides.control('sharing', { object: 'Contact', id: contactId, visible: false });
    },
  },
  {
    name: 'a field that the sync user may not edit any more',
    code: 'INVALID_FIELD_FOR_INSERT_UPDATE',
    reason: 'the sync user may not edit it',
    arrange: (sides) => sides.control('field-access', { object: 'Lead', field: 'Title', read: true, edit: false }),
  },
  { name: 'a push of another worker', code: 'PUSH_UNDER_WAY', after: leaseToAnother },
  { name: 'a schedule that is off', code: 'SCHEDULE_OFF', cycles: false, scheduleOff: true },
  { name: 'cycles that fail', code: 'UNREACHABLE', feed: { open: unreachable }, merges: false },
  {
    name: 'a lock that lasts',
    code: 'UNABLE_TO_LOCK_ROW',
    arrange: (sides) =>
      sides.control('faults', {
        kind: 'recordError',
        object: 'Lead',
        statusCode: 'UNABLE_TO_LOCK_ROW',
        message: 'busy',
      }),
  },
  { name: 'a queue that is behind', code: 'BACKLOG', merges: false },
];

function unreachable(): never {
  throw new TransientError('UNREACHABLE', 'no answer');
}

async function leaseToAnother(sides: TwoSides, personId: string): Promise<void> {
  const now = sides.clock.now();
  const lease = { owner: 'another', expiresAt: addMs(now, 3_600_000), attempt: { Title: 'CTO' } };
  expect(await sides.persons.takeLease(sides.person(personId), lease, now)).toBe('taken');
}

async function waiting(cause: Cause) {
  const sides = new TwoSides();
  const { personId, salesforce } = await sides.linkedPerson({ Email: EMAIL });
  cause.arrange?.(sides, salesforce?.id ?? '');
  await sides.edit(personId, { Title: 'CTO' });
  await cause.after?.(sides, personId);
  const over = { feed: { ...sides.ports.feed, ...cause.feed } };
  for (let cycle = 0; cause.cycles !== false && cycle < 4; cycle += 1) {
    sides.clock.advance(300_000);
    await sides.poll(over);
    if (cause.merges !== false) await sides.merge();
  }
  const person = sides.person(personId);
  return { sides, person, state: await readPersonSync(sides.ports, person, cause.scheduleOff !== true) };
}

describe('an edit that waits for longer than three cycles says why', () => {
  test.each(CAUSES)('$name: $code', async (cause) => {
    const { person, state } = await waiting(cause);
    expect(Object.keys(person.pending)).toEqual(['Title']);
    expect(['pending', 'rejected']).toContain(state.status);
    expect(state.rule).toMatchObject({ code: cause.code, message: expect.stringMatching(/\S/) });
    expect(state.waiting).toEqual([{ field: 'Title', reason: expect.stringContaining(cause.reason ?? cause.code) }]);
    expect(state.nextTry?.why).toMatch(/\S/);
  });
});

test('a person without a record says what would make one', async () => {
  const sides = new TwoSides();
  const person = await sides.create({ Email: EMAIL, LastName: 'Lovelace', Company: 'C' });
  const state = await readPersonSync(sides.ports, person, true);
  expect(state).toMatchObject({ status: 'localOnly', rule: { code: 'NO_RECORD' } });
  expect(state.waiting.map(({ field }) => field).sort()).toEqual(['Company', 'Email', 'LastName']);
});

test('a person in step says that nothing waits, and when its last push was taken', async () => {
  const sides = new TwoSides();
  const { personId } = await sides.linkedPerson({ Email: EMAIL });
  await sides.edit(personId, { Title: 'CTO' });
  await sides.cycle();
  const state = await readPersonSync(sides.ports, sides.person(personId), true);
  expect(state).toMatchObject({ status: 'synced', waiting: [], nextTry: null, rule: null, lastTry: { code: null } });
});

test('a field that is refused waits alone', async () => {
  const sides = new TwoSides();
  const { personId } = await sides.linkedPerson({ Email: EMAIL });
  const rule = { object: 'Lead', name: 'R', errorWhen: "Title = 'CTO'", message: 'No', field: 'Title' };
  sides.control('validation-rules', rule);
  await sides.edit(personId, { Title: 'CTO' });
  await sides.cycle();
  const person = { ...sides.person(personId), pending: { Title: null, Phone: null } };
  const { waiting: fields } = await readPersonSync(sides.ports, person, true);
  expect(fields.map(({ field, reason }) => [field, reason])).toEqual([
    ['Phone', 'The next cycle pushes it'],
    ['Title', 'FIELD_CUSTOM_VALIDATION_EXCEPTION: No'],
  ]);
});
