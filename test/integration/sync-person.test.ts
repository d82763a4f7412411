import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { PersonView, SyncAnswer } from '../sandbox/clients/person-api-client.ts';
import { differences } from './compare-sides.ts';
import { eventually, type RunningSandbox, runSandbox } from './running-sandbox.ts';

interface StandardRecords {
  readonly sales: readonly { readonly id: string }[];
  readonly queues: readonly { readonly id: string }[];
}

let sides: RunningSandbox;
let standard: StandardRecords;
let count = 0;

// A poll that stays far behind leaves the first word on a new row to sync person.
beforeAll(async () => {
  sides = await runSandbox({ seedRecords: 3, lagSeconds: 6 });
  standard = (await sides.admin.control('GET standard-records')) as StandardRecords;
});
afterEach(() => sides.admin.control('DELETE faults'));
afterAll(() => sides?.close());

function someone(): { readonly Email: string; readonly LastName: string; readonly Company: string } {
  count += 1;
  return { Email: `someone${count}@example.com`, LastName: `Someone ${count}`, Company: 'Example' };
}

const leadsOf = (email: string) => sides.admin.query(`SELECT Id, OwnerId FROM Lead WHERE Email = '${email}'`);

function done(answer: SyncAnswer): Extract<SyncAnswer, { kind: 'synced' }> {
  if (answer.kind !== 'synced') throw new Error(JSON.stringify(answer));
  return answer;
}

/** A person who is in step with a Lead of its own. */
async function inStep(): Promise<PersonView & { readonly salesforce: { readonly id: string } }> {
  const { person } = done(await sides.api.syncPerson(someone()));
  if (person.salesforce === null) throw new Error('not linked');
  return { ...person, salesforce: person.salesforce };
}

async function typesOf(personId: string): Promise<string[]> {
  return (await sides.api.activities(personId)).map(({ type }) => type).reverse();
}

/** Waits until what was edited has come to the org by itself. */
async function travelled(id: string, title: string): Promise<void> {
  await eventually(async () => (await sides.admin.record('Lead', id)).Title === title);
}

describe('many at once with one new email', () => {
  test('twenty syncs make one person and one Lead', async () => {
    const fields = someone();
    const answers = await Promise.all(Array.from({ length: 20 }, () => sides.api.syncPerson(fields)));
    const outcomes = answers.map((answer) => (answer.kind === 'synced' ? answer.outcome : answer.type));
    expect(outcomes.filter((outcome) => outcome === 'created')).toHaveLength(1);
    const others = outcomes.filter((outcome) => !['created', 'unchanged', '/problems/busy'].includes(outcome));
    expect(others).toEqual([]);
    expect(await leadsOf(fields.Email)).toHaveLength(1);
    const persons = await sides.api.personsWithEmail(fields.Email);
    expect(persons).toHaveLength(1);
    const types = await typesOf(persons[0]?.personId ?? '');
    expect(types.filter((type) => type === 'created' || type === 'syncedToSalesforce')).toHaveLength(2);
  });

  test('twenty creates make one person', async () => {
    const fields = someone();
    const statuses = await Promise.all(
      Array.from({ length: 20 }, async () => (await sides.api.send('POST /persons', { fields })).status),
    );
    expect(statuses.filter((status) => status === 201)).toHaveLength(1);
    expect(statuses.filter((status) => status === 200)).toHaveLength(19);
    expect(await sides.api.personsWithEmail(fields.Email)).toHaveLength(1);
  });
});

describe('what a sync comes to', () => {
  test('a new person gets a Lead; once more there is nothing to do', async () => {
    const fields = someone();
    const created = done(await sides.api.syncPerson(fields));
    expect(created).toMatchObject({ outcome: 'created', conflicts: [] });
    expect(created.pushed.toSorted()).toEqual(['Company', 'Email', 'LastName']);
    expect(created.person.sync).toMatchObject({ status: 'synced', pending: [], rejection: null });
    const [lead] = await leadsOf(fields.Email);
    expect(created.person.salesforce).toMatchObject({ type: 'Lead', id: lead?.Id, isDeleted: false });
    const again = done(await sides.api.sync(created.person.personId));
    expect(again).toMatchObject({ outcome: 'unchanged', pushed: [], pulled: [], conflicts: [] });
  });

  test('edits on both sides meet', async () => {
    const { personId, salesforce } = await inStep();
    await sides.api.edit(personId, { Title: 'Here' });
    await sides.admin.update('Lead', salesforce.id, { Phone: '+49 555 011' });
    const answer = done(await sides.api.sync(personId));
    expect(answer).toMatchObject({ outcome: 'updated', pushed: ['Title'], pulled: ['Phone'], conflicts: [] });
    expect(answer.person.fields).toMatchObject({ Title: 'Here', Phone: '+49 555 011' });
    expect(await sides.admin.record('Lead', salesforce.id)).toMatchObject({ Title: 'Here', Phone: '+49 555 011' });
  });

  test('the same field edited on both sides is a conflict, which the log tells once', async () => {
    const { personId, salesforce } = await inStep();
    await sides.api.edit(personId, { Title: 'Here' });
    await sides.admin.update('Lead', salesforce.id, { Title: 'There' });
    const conflict = { field: 'Title', local: 'Here', remote: 'There', winner: 'local' };
    expect(done(await sides.api.sync(personId))).toMatchObject({ outcome: 'updated', conflicts: [conflict] });
    expect((await sides.admin.record('Lead', salesforce.id)).Title).toBe('Here');
    const told = (await sides.api.activities(personId)).filter(({ type }) => type === 'conflict');
    expect(told.map(({ detail }) => detail)).toEqual([conflict]);
  });

  test('a Lead or Contact with the email is taken over', async () => {
    for (const type of ['Lead', 'Contact'] as const) {
      const { Company, ...fields } = someone();
      const { personId } = await sides.api.create({ ...fields, Company, Title: 'Here' });
      const id = await sides.admin.create(type, {
        ...fields,
        ...(type === 'Lead' && { Company }),
        Phone: '+49 555 012',
      });
      const answer = done(await sides.api.sync(personId));
      expect(answer).toMatchObject({ outcome: 'linked', pushed: ['Title'], person: { salesforce: { type, id } } });
      expect(answer.person.fields.Phone).toBe('+49 555 012');
      expect((await sides.admin.record(type, id)).Title).toBe('Here');
      expect(await typesOf(personId)).toContain('linked');
    }
  });

  test('a deleted Lead is made anew', async () => {
    const { personId, salesforce } = await inStep();
    await sides.admin.delete('Lead', salesforce.id);
    const answer = done(await sides.api.sync(personId));
    expect(answer.outcome).toBe('created');
    expect(answer.person.salesforce?.id).not.toBe(salesforce.id);
    expect(await typesOf(personId)).toEqual(
      expect.arrayContaining(['created', 'deletedInSalesforce', 'syncedToSalesforce']),
    );
  });
});

describe('owners', () => {
  const ownerOf = async (id: string) => (await sides.admin.record('Lead', id)).OwnerId;

  test('a user or a queue gets the Lead, new or not', async () => {
    const [user, queue] = [standard.sales[0]?.id ?? '', standard.queues[0]?.id ?? ''];
    const { person } = done(await sides.api.syncPerson(someone(), { ownerId: user }));
    expect(await ownerOf(person.salesforce?.id ?? '')).toBe(user);
    await sides.api.edit(person.personId, { Title: 'Here' });
    done(await sides.api.sync(person.personId, { queueId: queue }));
    expect(await ownerOf(person.salesforce?.id ?? '')).toBe(queue);
  });

  test('the assignment rules choose the owner only where they are asked for', async () => {
    const asked = done(await sides.api.syncPerson({ ...someone(), Country: 'Germany' }, { assignmentRule: true }));
    expect(await ownerOf(asked.person.salesforce?.id ?? '')).toBe(standard.sales[0]?.id);
    const plain = done(await sides.api.syncPerson({ ...someone(), Country: 'Germany' }));
    expect(await ownerOf(plain.person.salesforce?.id ?? '')).not.toBe(standard.sales[0]?.id);
  });

  test('a Contact goes to no queue, and its edits are kept', async () => {
    const { Company: _, ...fields } = someone();
    const id = await sides.admin.create('Contact', fields);
    const { personId } = await sides.api.create({ ...fields, Title: 'Kept' });
    const answer = await sides.api.sync(personId, { queueId: standard.queues[0]?.id ?? '' });
    expect(answer).toMatchObject({ kind: 'problem', status: 409, type: '/problems/contact-not-assignable' });
    expect((await sides.admin.record('Contact', id)).Title).toBe(null);
    expect(done(await sides.api.sync(personId))).toMatchObject({ outcome: 'linked', pushed: ['Title'] });
  });
});

describe('what keeps a sync from being done', () => {
  test('several Leads with the email: they are named, and none is made', async () => {
    const fields = someone();
    const { personId } = await sides.api.create(fields);
    const ids = [await sides.admin.create('Lead', fields), await sides.admin.create('Lead', fields)];
    const answer = await sides.api.send(`POST /persons/${personId}/sync`);
    expect(answer).toMatchObject({ status: 409, body: { type: '/problems/ambiguous-match' } });
    const { candidates } = answer.body as { candidates: { type: string; id: string }[] };
    expect(candidates.map(({ id }) => id).sort()).toEqual(ids.sort());
    expect(await leadsOf(fields.Email)).toHaveLength(2);
    // No longer two rows with one email, for the comparison at the end.
    await sides.admin.update('Lead', ids[1] ?? '', { Email: someone().Email });
  });

  test('a record out of sight: it is named, no Lead is made, until somebody confirms that it is gone', async () => {
    const { personId, fields: known, salesforce } = await inStep();
    const fields = { Email: known.Email };
    await sides.admin.control('POST sharing', { object: 'Lead', id: salesforce.id, visible: false });
    const record = { type: 'Lead', id: salesforce.id };
    const refused = { status: 409, body: { type: '/problems/record-not-visible', record } };
    expect(await sides.api.send(`POST /persons/${personId}/sync`)).toMatchObject(refused);
    expect(await sides.api.send('POST /sync-person', { fields })).toMatchObject(refused);
    expect(await leadsOf(String(fields.Email))).toHaveLength(1);
    // The record carries the person's id: it was no more than hidden, and stays the only one.
    const confirmed = await sides.api.send(`POST /persons/${personId}/sync`, { recordIsGone: true });
    expect(confirmed).toMatchObject({ status: 422, body: { rejection: { code: 'DUPLICATE_VALUE' } } });
    await sides.admin.control('POST sharing', { object: 'Lead', id: salesforce.id, visible: true });
    expect(done(await sides.api.sync(personId)).person.salesforce).toMatchObject({ ...record, isDeleted: false });
    expect(await leadsOf(String(fields.Email))).toHaveLength(1);
  });

  test('a rule of the org: told in the answer, once in the log, in the list of the rejected, until it is mended', async () => {
    const { personId, salesforce } = await inStep();
    const rule = { object: 'Lead', name: 'NoBadTitle', errorWhen: "Title = 'Bad'", message: 'Not bad', field: 'Title' };
    await sides.admin.control('POST validation-rules', rule);
    await sides.api.edit(personId, { Title: 'Bad', Phone: '+49 555 013' });
    const rejection = { code: 'FIELD_CUSTOM_VALIDATION_EXCEPTION', message: 'Not bad', fields: ['Title'] };
    for (const _ of [1, 2]) {
      const answer = await sides.api.sync(personId);
      expect(answer).toMatchObject({ status: 422, type: '/problems/salesforce-rejected', rejection });
    }
    const told = (await sides.api.activities(personId)).filter(({ type }) => type === 'rejected');
    expect(told).toHaveLength(1);
    expect(told[0]?.detail).toMatchObject({ ...rejection, values: { Title: 'Bad' } });
    // What was not refused did not wait for what was.
    expect((await sides.admin.record('Lead', salesforce.id)).Phone).toBe('+49 555 013');
    expect((await sides.api.person(personId)).sync).toMatchObject({ status: 'rejected', rejection });
    await eventually(async () => (await sides.api.rejections()).some((person) => person.personId === personId));
    const ofCode = (code: string) => sides.api.send(`GET /sync/rejections?code=${code}`);
    expect((await ofCode(rejection.code)).body).toMatchObject({ persons: [{ personId }] });
    expect((await ofCode('STRING_TOO_LONG')).body).toMatchObject({ persons: [] });
    const summary = await sides.api.send('GET /sync/rejections/summary');
    expect(summary.body).toMatchObject({ codes: [{ code: rejection.code, count: 1 }], complete: true });
    expect((await sides.api.send(`GET /persons/${personId}/sync`)).body).toMatchObject({
      status: 'rejected',
      waiting: [{ field: 'Title', reason: `${rejection.code}: Not bad` }],
      lastTry: { code: rejection.code, message: 'Not bad' },
      rule: { code: rejection.code },
    });
    // The org changes its rule, and somebody has what it refused tried again.
    await sides.admin.control('DELETE validation-rules', { object: 'Lead', name: rule.name });
    expect((await sides.api.send('POST /sync/rejections/retry', { code: rejection.code })).status).toBe(202);
    await travelled(salesforce.id, 'Bad');
    await sides.api.edit(personId, { Title: 'Good' });
    await travelled(salesforce.id, 'Good');
    const holdingBack = async () =>
      ((await sides.api.send(`GET /persons/${personId}/sync`)).body as { rule: unknown }).rule;
    await eventually(async () => (await holdingBack()) === null);
    await eventually(async () => (await sides.api.rejections()).length === 0);
  });

  test('another sync of the person that takes long: busy, and the edit travels', async () => {
    const { personId, salesforce } = await inStep();
    await sides.api.edit(personId, { Title: 'First' });
    await sides.admin.control('POST faults', { kind: 'slow', milliseconds: 7_500, match: 'composite' });
    const [first, second] = await Promise.all([sides.api.sync(personId), sides.api.sync(personId)]);
    await sides.admin.control('DELETE faults');
    const busy = [first, second].filter((answer) => answer.kind === 'problem');
    expect(busy).toMatchObject([{ status: 409, type: '/problems/busy' }]);
    await travelled(salesforce.id, 'First');
  });

  test.each([
    ['unavailable', '/problems/salesforce-unavailable'],
    ['limitExceeded', '/problems/salesforce-limit'],
  ])('%s: 503, and the edit travels when it is over', async (kind, type) => {
    const { personId, salesforce } = await inStep();
    await sides.admin.control('POST faults', { kind });
    await sides.api.edit(personId, { Title: kind });
    const answer = await sides.api.send(`POST /persons/${personId}/sync`);
    expect(answer).toMatchObject({ status: 503, body: { type, status: 503 } });
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await sides.api.person(personId)).sync).toMatchObject({ status: 'pending', pending: ['Title'] });
    const fields = someone();
    expect(await sides.api.syncPerson(fields)).toMatchObject({ kind: 'problem', status: 503, type });
    expect(await sides.api.personsWithEmail(fields.Email)).toMatchObject([{ sync: { status: 'localOnly' } }]);
    await sides.admin.control('DELETE faults');
    await travelled(salesforce.id, kind);
    expect(done(await sides.api.syncPerson(fields)).outcome).toBe('created');
  });

  test('afterwards the two sides are in step', async () => {
    await eventually(async () => (await differences(sides)).length === 0);
  });
});
