import { expect, test } from 'vitest';
import { acceptField } from '../../lib/sync/operate/accept-field.ts';
import { editFields } from '../../lib/sync/persons/edit-persons.ts';
import { ChangingOrg } from './changing-org.ts';

test('nothing is backfilled after the very first describe: the first sync reads every row', async () => {
  const org = new ChangingOrg();
  org.addField('Lead', 'Score__c', { type: 'double' });
  const id = org.lead({ Score__c: 5 });
  await org.goodCycle();
  expect(org.value(id, 'Score__c')).toBe(5);
  expect((await org.status()).jobs).toEqual([]);
});

test('a field that is added syncs from then on', async () => {
  const org = new ChangingOrg();
  const id = org.lead();
  await org.goodCycle();
  org.addField('Lead', 'Score__c', { type: 'double' });
  await org.goodCycle();
  org.update('Lead', id, { Score__c: 5 });
  await org.goodCycle();
  expect(org.value(id, 'Score__c')).toBe(5);
  await org.edit(org.personOf(id).personId, { Score__c: 6 });
  await org.goodCycle();
  expect(org.record('Lead', id).Score__c).toBe(6);
});

test('the values that a field had before it was shown reach every person, and only rows that hold one are read', async () => {
  const org = new ChangingOrg();
  org.addField('Lead', 'Score__c', { type: 'double', read: false });
  const ids = Array.from({ length: 30 }, (_, n) => org.lead({ Email: `a${n}@example.com` }));
  const filled = ids.filter((_, n) => n % 3 === 0);
  org.fillSilently('Lead', 'Score__c', new Map(filled.map((id, n) => [id, n])));
  await org.goodCycle();
  org.clock.advance(3_600_000);
  await org.goodCycle();
  org.showField('Lead', 'Score__c', true);
  await org.cyclesUntilDone();
  expect(ids.map((id) => org.value(id, 'Score__c') ?? null)).toEqual(ids.map((_, n) => (n % 3 === 0 ? n / 3 : null)));
  const { jobs } = await org.status();
  expect(jobs).toMatchObject([
    { object: 'Lead', reason: 'newFields', fields: ['Score__c'], rows: 10, announcedCalls: 2, calls: 2, restarts: 0 },
  ]);
  const changed = org.logged(org.personOf(filled[1] ?? '').personId, 'fieldsChanged');
  expect(changed.at(-1)?.detail.changes).toEqual([{ field: 'Score__c', from: null, to: 1 }]);
});

test('a row of which a newer state is still under way is read in full: base is never half of one state', async () => {
  const org = new ChangingOrg();
  org.addField('Lead', 'Score__c', { type: 'double', read: false });
  const id = org.lead({ City: 'London' });
  await org.goodCycle();
  org.update('Lead', id, { City: 'Paris' });
  await org.poll();
  org.queue.take();
  org.clock.advance(3_600_000);
  await org.goodCycle();
  expect(org.value(id, 'City')).toBe('London');
  org.fillSilently('Lead', 'Score__c', new Map([[id, 5]]));
  org.showField('Lead', 'Score__c', true);
  await org.poll();
  expect(org.queue.waiting.map((body) => JSON.parse(body))).toMatchObject([
    { kind: 'retry', changed: { fields: ['Score__c'] } },
    { kind: 'rows', partial: true },
  ]);
  expect(await org.merge()).toMatchObject({ error: null, retry: [] });
  expect(org.personOf(id).fields).toMatchObject({ City: 'Paris', Score__c: 5 });
});

test('a field that is hidden keeps its values, is told, and is brought up to date when it is shown again', async () => {
  const org = new ChangingOrg();
  org.addField('Lead', 'Score__c', { type: 'double' });
  const [kept, cleared] = [org.lead({ Score__c: 5 }), org.lead({ Score__c: 6 })];
  await org.goodCycle();
  org.showField('Lead', 'Score__c', false);
  await org.goodCycle();
  expect(org.value(kept, 'Score__c')).toBe(5);
  expect((await org.status()).schemaProblems).toEqual([
    expect.stringMatching(/^Lead\.Score__c has not been visible to the sync user since 2026-11-21T/),
  ]);
  org.update('Lead', cleared, { Score__c: null });
  org.clock.advance(3_600_000);
  await org.goodCycle();
  expect(org.value(cleared, 'Score__c')).toBe(6);
  org.clock.advance(3_600_000);
  await org.goodCycle();
  org.showField('Lead', 'Score__c', true);
  await org.cyclesUntilDone();
  expect([org.value(kept, 'Score__c'), org.value(cleared, 'Score__c')]).toEqual([5, null]);
  expect((await org.status()).schemaProblems).toEqual([]);
});

test('an edit of a field that went out of sight waits, is told when a push finds it, and goes out once it is back', async () => {
  const org = new ChangingOrg();
  org.addField('Lead', 'Score__c', { type: 'double' });
  const id = org.lead({ Score__c: 5 });
  await org.goodCycle();
  const { personId } = org.personOf(id);
  await org.edit(personId, { Score__c: 7 });
  org.showField('Lead', 'Score__c', false);
  await org.goodCycle();
  expect(org.person(personId)).toMatchObject({ fields: { Score__c: 7 }, pending: { Score__c: 5 } });
  expect(org.person(personId).rejection).toMatchObject({ code: 'INVALID_FIELD_FOR_INSERT_UPDATE' });
  expect(org.logged(personId, 'rejected')).toHaveLength(1);
  org.showField('Lead', 'Score__c', true);
  await org.cyclesUntilDone();
  await org.goodCycle();
  expect(org.record('Lead', id).Score__c).toBe(7);
  expect(org.person(personId)).toMatchObject({ fields: { Score__c: 7 }, pending: {}, rejection: null });
});

test('a renamed field is a new one; the values of the old name stay', async () => {
  const org = new ChangingOrg();
  org.addField('Lead', 'Old__c');
  const id = org.lead({ Old__c: 'value' });
  await org.goodCycle();
  org.removeField('Lead', 'Old__c');
  org.addField('Lead', 'New__c');
  org.fillSilently('Lead', 'New__c', new Map([[id, 'value']]));
  await org.cyclesUntilDone();
  expect(org.personOf(id).fields).toMatchObject({ Old__c: 'value', New__c: 'value' });
  expect((await org.status()).schemaProblems).toHaveLength(1);
});

test('a text field that becomes another kind of text goes on syncing', async () => {
  const org = new ChangingOrg();
  org.addField('Lead', 'Source__c', { type: 'picklist', values: ['Web', 'Fair'] });
  const id = org.lead({ Source__c: 'Web' });
  await org.goodCycle();
  org.retypeField('Lead', 'Source__c', 'string', new Map([[id, 'Web']]));
  await org.goodCycle();
  expect((await org.status()).schemaProblems).toEqual([]);
  org.update('Lead', id, { Source__c: 'Radio' });
  await org.goodCycle();
  expect(org.value(id, 'Source__c')).toBe('Radio');
});

test('a field whose type changed is left alone on both sides, and told, until somebody accepts it', async () => {
  const org = new ChangingOrg();
  org.addField('Lead', 'Score__c', { type: 'double' });
  const ids = [org.lead({ Score__c: 5 }), org.lead({ Score__c: 6 })];
  const [first = '', second = ''] = ids;
  await org.goodCycle();
  org.clock.advance(3_600_000);
  await org.goodCycle();
  org.retypeField(
    'Lead',
    'Score__c',
    'string',
    new Map([
      [first, 'five'],
      [second, 'six'],
    ]),
  );
  await org.goodCycle();
  org.update('Lead', first, { Score__c: 'FIVE', Title: 'Countess' });
  await org.goodCycle();
  expect(org.personOf(first).fields).toMatchObject({ Score__c: 5, Title: 'Countess' });
  expect((await org.status()).schemaProblems).toEqual([
    expect.stringMatching(
      /^Lead\.Score__c does not sync: its type changed from double to string, .*POST \/sync\/fields\/accept \{"object":"Lead","field":"Score__c"\}$/,
    ),
  ]);
  expect((await org.status()).jobs).toEqual([]);
  const { personId } = org.personOf(first);
  expect(await editFields(org.ports, personId, { Score__c: 8 })).toEqual({
    kind: 'invalidFields',
    problems: [
      { field: 'Score__c', reason: 'read-only: its type changed from double to string and is not accepted yet' },
    ],
  });

  expect(await acceptField(org.ports, 'Lead', 'Score__c')).toEqual({ kind: 'accepted', from: 'double', to: 'string' });
  expect(await acceptField(org.ports, 'Lead', 'Score__c')).toEqual({ kind: 'notQuarantined' });
  await org.cyclesUntilDone();
  expect(ids.map((id) => org.value(id, 'Score__c'))).toEqual(['FIVE', 'six']);
  expect((await org.status()).schemaProblems).toEqual([]);
  await org.edit(personId, { Score__c: 'eight' });
  await org.goodCycle();
  expect(org.record('Lead', first).Score__c).toBe('eight');
});

test('a person in quarantine of a field is synced by hand without it', async () => {
  const org = new ChangingOrg();
  org.addField('Lead', 'Code__c', { type: 'string' });
  const id = org.lead({ Code__c: '5' });
  await org.goodCycle();
  const { personId } = org.personOf(id);
  await org.edit(personId, { Code__c: 'not-an-email' });
  org.retypeField('Lead', 'Code__c', 'email', new Map([[id, null]]));
  await org.goodCycle();
  await org.edit(personId, { Title: 'Countess' });
  expect(await org.sync(personId)).toMatchObject({ kind: 'synced', pushed: ['Title'] });
  expect(org.record('Lead', id)).toMatchObject({ Title: 'Countess', Code__c: null });
  expect(org.person(personId)).toMatchObject({ fields: { Code__c: 'not-an-email' }, pending: { Code__c: '5' } });
});

test('a type that is changed back ends the quarantine, and what was missed is read', async () => {
  const org = new ChangingOrg();
  org.addField('Lead', 'Score__c', { type: 'double' });
  const id = org.lead({ Score__c: 5 });
  await org.goodCycle();
  org.retypeField('Lead', 'Score__c', 'string', new Map([[id, 'five']]));
  await org.goodCycle();
  org.retypeField('Lead', 'Score__c', 'double', new Map([[id, 9]]));
  await org.cyclesUntilDone();
  await org.goodCycle();
  expect(org.value(id, 'Score__c')).toBe(9);
  expect((await org.status()).schemaProblems).toEqual([]);
});

test('an edit of a field in quarantine that was made before waits, and goes out once the type is accepted', async () => {
  const org = new ChangingOrg();
  org.addField('Lead', 'Code__c', { type: 'string' });
  const id = org.lead({ Code__c: '5' });
  await org.goodCycle();
  const { personId } = org.personOf(id);
  await org.edit(personId, { Code__c: 'ada@example.com' });
  org.retypeField('Lead', 'Code__c', 'email', new Map([[id, null]]));
  await org.goodCycle();
  expect(org.record('Lead', id).Code__c).toBeNull();
  expect(org.person(personId)).toMatchObject({
    fields: { Code__c: 'ada@example.com' },
    pending: { Code__c: '5' },
    rejection: { fields: ['Code__c'] },
  });
  await acceptField(org.ports, 'Lead', 'Code__c');
  await org.cyclesUntilDone();
  await org.goodCycle();
  expect(org.record('Lead', id).Code__c).toBe('ada@example.com');
  expect(org.person(personId)).toMatchObject({ pending: {}, rejection: null });
});
