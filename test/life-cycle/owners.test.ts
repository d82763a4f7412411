import { describe, expect, test } from 'vitest';
import { personView } from '../../lib/lambda/person-answers.ts';
import type { Person } from '../../lib/person/person.ts';
import type { AssignTo } from '../../lib/sync/assign-to.ts';
import { Life } from './life.ts';

const ADA = { Email: 'ada@example.com', LastName: 'Lovelace', Company: 'Engines' };

/** The org has one active assignment rule, which gives every Lead to the first queue: wherever it ran, one sees it. */
const OWNERS = {
  syncUser: 'Integration Lockstep',
  nora: 'Nora Lindqvist',
  marcus: 'Marcus Oyelaran',
  ruleQueue: 'Inbound Leads',
  otherQueue: 'Partner Leads',
} as const;

type Owner = keyof typeof OWNERS;

function idOf({ org }: Life, owner: Owner): string {
  const { store } = org.state;
  const rows = [...store.table('User').values(), ...store.table('Group').values()];
  return String(rows.find(({ Name }) => Name === OWNERS[owner])?.Id);
}

function ownerOf(life: Life, rowId: string): Owner | undefined {
  const id = life.row(rowId.startsWith('00Q') ? 'Lead' : 'Contact', rowId)?.OwnerId;
  return (Object.keys(OWNERS) as Owner[]).find((owner) => idOf(life, owner) === id);
}

/** Where a request does not say otherwise, Salesforce runs the rules: here nothing says so but the product itself. */
function lifeWithRules(): Life {
  const life = new Life();
  const handle = life.org.handle.bind(life.org);
  life.org.handle = (request) => {
    const { 'sforce-auto-assign': _, ...headers } = request.headers;
    return handle(request.path.endsWith('/composite') ? { ...request, headers } : request);
  };
  return life;
}

async function inStep(life: Life, owner: Owner = 'nora'): Promise<{ personId: string; lead: string }> {
  const lead = life.addLead({ ...ADA, OwnerId: idOf(life, owner) });
  await life.settle(1);
  return { personId: life.holder(lead).personId, lead };
}

const shownOwner = (person: Person) => personView(person).salesforce?.owner;

describe('who owns a record is pulled', () => {
  test.each([
    ['a user', 'nora', { type: 'User', name: 'Nora Lindqvist', email: 'nlind@org.example.com' }],
    ['a queue, which has no name and email', 'otherQueue', { type: 'Queue', name: null, email: null }],
  ] as const)('%s', async (_, owner, shown) => {
    const life = new Life();
    const { lead } = await inStep(life, owner);
    expect(shownOwner(life.holder(lead))).toEqual({ id: idOf(life, owner), ...shown });
  });

  test('of a Contact too', async () => {
    const life = new Life();
    const contact = life.addContact({ OwnerId: idOf(life, 'marcus') });
    await life.settle(1);
    expect(shownOwner(life.holder(contact))).toMatchObject({ type: 'User', name: 'Marcus Oyelaran' });
  });

  test('a new one is told, once', async () => {
    const life = new Life();
    const { lead, personId } = await inStep(life);
    life.change('Lead', lead, { OwnerId: idOf(life, 'ruleQueue') });
    await life.settle();
    life.change('Lead', lead, { OwnerId: idOf(life, 'marcus') });
    await life.settle();
    const told = life.persons.logOf(personId).filter(({ type }) => type === 'ownerChanged');
    expect(told.map(({ detail }) => detail)).toEqual([
      { from: idOf(life, 'nora'), to: idOf(life, 'ruleQueue') },
      { from: idOf(life, 'ruleQueue'), to: idOf(life, 'marcus') },
    ]);
    expect(shownOwner(life.holder(lead))).toMatchObject({ name: 'Marcus Oyelaran', email: 'moyel@org.example.com' });
  });
});

/** What is asked for, by the name of the owner that is named in it. */
function assigning(life: Life, to: 'nobody' | 'the rules' | Owner): AssignTo {
  if (to === 'nobody') return { kind: 'unchanged' };
  if (to === 'the rules') return { kind: 'assignmentRule' };
  return { kind: to.endsWith('Queue') ? 'queue' : 'user', ownerId: idOf(life, to) };
}

describe('sync person gives a Lead to whom it is told', () => {
  test.each([
    ['nobody', 'syncUser', 'nora'],
    ['the rules', 'ruleQueue', 'nora'],
    ['marcus', 'marcus', 'marcus'],
    ['otherQueue', 'otherQueue', 'otherQueue'],
  ] as const)('%s: a new one is then %s’s, one that is there %s’s', async (to, ofNew, ofKnown) => {
    const life = lifeWithRules();
    const known = await inStep(life);
    for (const edits of [{}, { Title: 'Countess' }]) {
      await life.edit(known.personId, edits);
      expect(await life.sync(known.personId, assigning(life, to))).toMatchObject({ kind: 'synced' });
      expect(ownerOf(life, known.lead)).toBe(ofKnown);
    }

    const { personId } = await life.create({ ...ADA, Email: 'grace@example.com' });
    expect(await life.sync(personId, assigning(life, to))).toMatchObject({ kind: 'synced', outcome: 'created' });
    const made = String((await life.survivor(personId)).salesforce?.id);
    expect(ownerOf(life, made)).toBe(ofNew);
    await life.settle();
    expect(shownOwner(life.holder(made))?.id).toBe(idOf(life, ofNew));
  });

  test('one that it finds by email is given too, and a Contact to a user', async () => {
    const life = lifeWithRules();
    await life.settle(1);
    const { personId } = await life.create(ADA);
    const contact = life.addContact({ Email: ADA.Email, OwnerId: idOf(life, 'nora') });
    expect(await life.sync(personId, assigning(life, 'marcus'))).toMatchObject({ kind: 'synced', outcome: 'linked' });
    expect(ownerOf(life, contact)).toBe('marcus');
  });
});

describe('a Contact and a queue is refused, and nothing is written', () => {
  async function waitingPerson(life: Life, how: string): Promise<string> {
    if (how === 'found by its email') {
      await life.settle(1);
      const { personId } = await life.create({ ...ADA, Title: 'Countess' });
      life.addContact({ Email: ADA.Email });
      return personId;
    }
    const { lead, personId } = await inStep(life);
    await life.edit(personId, { Title: 'Countess' });
    const contact = life.convert(lead);
    if (how === 'known') {
      await life.settle(1);
      life.change('Contact', contact, { Title: 'Baroness' });
      await life.edit(personId, { Title: 'Countess again' });
    }
    return personId;
  }

  test.each([
    ['known', 0],
    ['found by its email', 1],
  ] as const)('a Contact that is %s: %i calls', async (how, calls) => {
    const life = new Life();
    const personId = await waitingPerson(life, how);
    const before = { ...life.org.state.stats, calls: life.client.usage().calls };
    expect(await life.sync(personId, assigning(life, 'ruleQueue'))).toEqual({ kind: 'contactNotAssignable' });
    expect(life.client.usage().calls - before.calls).toBe(calls);
    expect(life.org.state.stats.recordsUpdated).toBe(before.recordsUpdated);
    const person = await life.survivor(personId);
    expect([person.lease, String(person.fields.Title)]).toEqual([null, expect.stringMatching(/^Countess/)]);
    expect(await life.sync(personId)).toMatchObject({ kind: 'synced' });
  });

  test('nor is one that the Lead has become in the meantime', async () => {
    const life = new Life();
    const personId = await waitingPerson(life, 'unseen');
    const before = life.org.state.stats.recordsUpdated;
    expect(await life.sync(personId, assigning(life, 'ruleQueue'))).toEqual({ kind: 'contactNotAssignable' });
    expect(life.org.state.stats.recordsUpdated).toBe(before);
  });
});

test('the background gives no record to anybody else', async () => {
  const life = lifeWithRules();
  const { lead, personId } = await inStep(life);
  const contact = life.addContact({ Email: 'grace@example.com', OwnerId: idOf(life, 'nora') });
  await life.settle(1);
  await life.edit(personId, { Title: 'Countess' });
  await life.edit(life.holder(contact).personId, { Title: 'Admiral' });
  await life.settle();
  expect([life.row('Lead', lead)?.Title, life.row('Contact', contact)?.Title]).toEqual(['Countess', 'Admiral']);
  expect([ownerOf(life, lead), ownerOf(life, contact)]).toEqual(['nora', 'nora']);
});

describe('where the sync user may not see the email of users', () => {
  /** `Owner` of a Contact is a user, of a Lead a user or a group. */
  function hide(life: Life): void {
    for (const object of ['User', 'Group']) {
      life.admin('POST', '/_org/field-access', { object, field: 'Email', read: false, edit: false });
    }
  }

  async function callsOf(life: Life, act: () => Promise<unknown>): Promise<number> {
    const before = life.client.usage().calls;
    await act();
    return life.client.usage().calls - before;
  }

  test('all else is pulled and pushed, for one call more, once', async () => {
    const life = new Life();
    await life.settle(1);
    const usual = await callsOf(life, () => life.settle(1));
    hide(life);
    const rows = [
      life.addLead({ ...ADA, OwnerId: idOf(life, 'nora') }),
      life.addContact({ Email: 'grace@example.com', OwnerId: idOf(life, 'nora') }),
    ];
    expect(await callsOf(life, () => life.settle(1))).toBe(usual + 1);
    for (const row of rows) {
      expect(shownOwner(life.holder(row))).toMatchObject({ name: 'Nora Lindqvist', email: null });
      await life.edit(life.holder(row).personId, { Title: 'Countess' });
      expect(await life.sync(life.holder(row).personId)).toMatchObject({ kind: 'synced', pushed: ['Title'] });
    }
    expect(await callsOf(life, () => life.settle(1))).toBe(usual);
  });

  test('a person is found, and a Lead made, once, though its reading is refused after the write', async () => {
    const life = new Life();
    await life.settle(1);
    const { personId } = await life.create(ADA);
    life.beforeNextWrite(() => {
      hide(life);
    });
    expect(await life.sync(personId)).toMatchObject({ kind: 'synced', outcome: 'created' });
    expect(life.org.state.stats.recordsCreated).toBe(1);

    const other = await life.create({ ...ADA, Email: 'grace@example.com' });
    const contact = life.addContact({ Email: 'grace@example.com' });
    expect(await life.sync(other.personId)).toMatchObject({ kind: 'synced', outcome: 'linked' });
    expect((await life.survivor(other.personId)).salesforce?.id).toBe(contact);
  });
});
