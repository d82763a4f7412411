import { describe, expect, test } from 'vitest';
import type { Person } from '../../lib/person/person.ts';
import { mergeRules } from '../../lib/schema/object-schema.ts';
import { planCreate, planUpdate, type SyncPlan } from '../../lib/schema/plan-sync.ts';
import { aPerson, aRow, EARLIER } from '../person/builders.ts';
import { described, policyWith, schemaOf } from './builders.ts';

const FIELDS = [
  described('Title', { length: 5 }),
  described('City', { length: 5 }),
  described('Company', { nillable: false }),
  described('Vip__c', { type: 'boolean' }),
  described('Formula__c', { createable: false, updateable: false, calculated: true }),
  described('Once__c', { updateable: false }),
];

function plannedObject(policy = policyWith({})) {
  const schema = schemaOf('Lead', FIELDS, policy);
  return { schema, policy, rules: mergeRules(schema, policy) };
}

const of = (plan: SyncPlan, field: string) => plan.fields.find((each) => each.field === field);

describe('the plan of an update', () => {
  test('pulls what changed there, pushes what was edited here, and leaves the rest', () => {
    const person = aPerson({
      fields: { Title: 'CTO', City: 'Paris', Company: 'Analytical Engines', Vip__c: false },
      pending: { Title: null },
    });
    const row = aRow({ Title: null, City: 'London', Company: ' Analytical Engines', Vip__c: false, Formula__c: 'f' });
    const plan = planUpdate(plannedObject(), person, row, undefined);
    expect(plan).toMatchObject({ pulled: ['City', 'Formula__c'], pushed: ['Title'], rejection: null });
    expect(plan.fields).toEqual([
      {
        field: 'City',
        apiName: 'City',
        local: 'Paris',
        base: 'Paris',
        remote: 'London',
        winner: null,
        action: 'pull',
        to: 'London',
        why: 'changed in Salesforce',
      },
      {
        field: 'Company',
        apiName: 'Company',
        local: 'Analytical Engines',
        base: 'Analytical Engines',
        remote: ' Analytical Engines',
        winner: null,
        action: 'none',
        why: 'the same on both sides',
      },
      {
        field: 'Formula__c',
        apiName: 'Formula__c',
        remote: 'f',
        winner: null,
        action: 'pull',
        to: 'f',
        why: 'changed in Salesforce',
      },
      {
        field: 'Title',
        apiName: 'Title',
        local: 'CTO',
        base: null,
        remote: null,
        winner: null,
        action: 'push',
        to: 'CTO',
        why: 'edited here',
      },
    ]);
  });

  test.each([
    ['local', 'push', 'CTO'],
    ['remote', 'pull', 'CFO'],
  ] as const)('of a conflict that %s wins is a %s', (winner, action, to) => {
    const person = aPerson({ fields: { Title: 'CTO' }, pending: { Title: null } });
    const object = plannedObject(policyWith({ conflictWinner: { Title: winner } }));
    const plan = planUpdate(object, person, aRow({ Title: 'CFO' }), undefined);
    expect(of(plan, 'Title')).toMatchObject({ winner, action, to, why: `changed on both sides, and ${winner} wins` });
  });

  test('of a value that was cleared clears it, here or there', () => {
    const person = aPerson({ fields: { Title: null, City: 'Paris' }, pending: { Title: 'CTO' } });
    const plan = planUpdate(plannedObject(), person, aRow({ Title: 'CTO', City: null }), undefined);
    expect(of(plan, 'Title')).toMatchObject({ action: 'push', to: null });
    expect(of(plan, 'City')).toMatchObject({ action: 'pull', to: null });
  });

  test('says why nothing is pushed where Salesforce would refuse it', () => {
    const fields = { Title: 'Countess', City: 'Paris' };
    const person = aPerson({ fields, pending: { Title: null, City: null } });
    const plan = planUpdate(plannedObject(), person, aRow({}), undefined);
    expect(plan).toMatchObject({ pushed: [], rejection: { code: 'STRING_TOO_LONG', fields: ['Title'] } });
    expect(of(plan, 'Title')).toMatchObject({ action: 'none', why: plan.rejection?.message });
    expect(of(plan, 'City')).toMatchObject({ action: 'none', why: 'another field of the same push is refused' });
  });

  test('cuts what the policy has cut', () => {
    const person = aPerson({ fields: { Title: 'Countess' }, pending: { Title: null } });
    const plan = planUpdate(plannedObject(policyWith({ truncate: ['Title'] })), person, aRow({}), undefined);
    expect(of(plan, 'Title')).toMatchObject({
      action: 'push',
      to: 'Count',
      why: 'too long: the text is cut on both sides',
    });
  });

  test('says why a field is not pushed', () => {
    const fields = { Formula__c: 'f', Gone__c: 'g', Once__c: 'o' };
    const pending = { Formula__c: null, Gone__c: null, Once__c: null };
    const plan = planUpdate(plannedObject(), aPerson({ fields, pending }), aRow({ Once__c: null }), undefined);
    expect(plan.rejection).toMatchObject({ fields: ['Formula__c', 'Gone__c', 'Once__c'] });
    const edited = { ...pending, City: null };
    const more = planUpdate(
      plannedObject(),
      aPerson({ fields: { ...fields, City: 'Rome' }, pending: edited }),
      aRow({}),
      undefined,
    );
    expect(more.pushed).toEqual(['City']);
    expect(of(more, 'Formula__c')).toMatchObject({ action: 'none', why: 'Salesforce calculates it' });
    expect(of(more, 'Gone__c')).toMatchObject({ apiName: null, why: 'the object lacks or hides the field' });
    expect(of(more, 'Once__c')).toMatchObject({ why: 'it can be set only when the record is created' });
  });

  test('does nothing with a row that is older than base, and reads our own push for what it is', () => {
    const person = aPerson({ fields: { Title: 'CTO', Company: 'A' }, pending: { Title: null } });
    const stale = planUpdate(plannedObject(), person, aRow({ Title: 'CFO' }, { systemModstamp: EARLIER }), undefined);
    expect(stale).toMatchObject({ pulled: [], pushed: ['Title'] });
    expect(of(stale, 'Company')).toMatchObject({ action: 'none', why: 'nothing was edited here' });
    const sent = { values: { Title: 'CTO' }, settled: false };
    expect(planUpdate(plannedObject(), person, aRow({ Title: 'CTO' }), sent)).toMatchObject({ pulled: [], pushed: [] });
  });

  test('of a newer row with nothing new in it changes nothing', () => {
    const person = aPerson({ fields: { Title: 'CTO' } });
    expect(planUpdate(plannedObject(), person, aRow({ Title: 'CTO' }), undefined)).toMatchObject({
      pulled: [],
      pushed: [],
      rejection: null,
    });
  });
});

describe('the plan of a create', () => {
  const unlinked = (fields: Person['fields']) => aPerson({ salesforce: null, fields });

  test('pushes all that says something', () => {
    const plan = planCreate(plannedObject(), unlinked({ Title: 'CTO', Company: 'A', City: null, Once__c: 'o' }));
    expect(plan).toMatchObject({ pulled: [], pushed: ['Company', 'Once__c', 'Title'], rejection: null });
    expect(of(plan, 'Title')).toEqual({
      field: 'Title',
      apiName: 'Title',
      local: 'CTO',
      winner: null,
      action: 'push',
      to: 'CTO',
      why: 'known here',
    });
  });

  test('names what Salesforce demands', () => {
    const plan = planCreate(plannedObject(), unlinked({ Title: 'CTO' }));
    expect(plan).toMatchObject({ pushed: [], rejection: { code: 'REQUIRED_FIELD_MISSING', fields: ['Company'] } });
    expect(of(plan, 'Company')).toMatchObject({ action: 'none', why: plan.rejection?.message });
  });

  test('says what is left out', () => {
    const plan = planCreate(plannedObject(), unlinked({ Company: 'A', Formula__c: 'f' }));
    expect(of(plan, 'Formula__c')).toMatchObject({ action: 'none', why: 'Salesforce calculates it' });
  });
});
