import { describe, expect, it } from 'vitest';
import { absorbPerson } from '../../lib/person/absorb-person.ts';
import type { Happening } from '../../lib/person/activity.ts';
import { editPerson, logged } from '../../lib/person/edit-person.ts';
import type { FieldValue } from '../../lib/person/field-value.ts';
import type { MergeRules } from '../../lib/person/merge-row.ts';
import type { Person } from '../../lib/person/person.ts';
import { aLink, aPerson, CONTACT_ID, SHAPES } from './builders.ts';

const EARLY = '2026-11-21T11:00:00.000Z';
const LATE = '2026-11-21T12:00:00.000Z';
const NOW = '2026-11-21T13:00:00.000Z';

const rules: MergeRules = { shapes: SHAPES, canPush: (field) => field !== 'Vip__c', winnerOf: () => 'local' };
const by = { rules, earlier: new Map(), now: NOW };

/** A step of a person's story: an edit made here, or a value that Salesforce brought. */
type Step = readonly ['edit' | 'pull', FieldValue, string];

function someone(personId: string, steps: readonly Step[], over: Partial<Person> = {}): Person {
  return steps.reduce(after, aPerson({ personId, ...over }));
}

function after(person: Person, [kind, value, at]: Step): Person {
  if (kind === 'edit') return editPerson(person, { Title: value }, SHAPES, at);
  const change = { field: 'Title', from: person.fields.Title ?? null, to: value };
  const pulled: Happening = { type: 'fieldsChanged', direction: 'pull', detail: { changes: [change] } };
  return logged({ ...person, fields: { ...person.fields, Title: value }, pending: {} }, [pulled], at);
}

const inStep = (person: Person): Person => ({ ...person, pending: {}, pendingSince: null });

describe('a waiting edit of a field that the survivor’s record does not have', () => {
  const edit = (person: Person, company: FieldValue, at: string) =>
    editPerson(person, { Company: company }, { ...SHAPES, Company: { kind: 'text', noPlace: true } }, at);
  const contact = () => aPerson({ personId: 'p1', salesforce: aLink({ type: 'Contact', id: CONTACT_ID }) });
  const waiting = (company: FieldValue, at: string) => {
    const lead = aPerson({ personId: 'p2', fields: { Company: 'Old' } });
    return { ...edit(lead, company, at), pending: { Company: 'Old' } };
  };
  const { Company: _, ...withoutCompany } = SHAPES as Record<string, (typeof SHAPES)[string]>;
  const ofContact = { ...by, rules: { ...rules, shapes: withoutCompany } };

  it.each([
    ['is kept, and waits for no push', contact(), waiting('New', EARLY), 'New'],
    ['that empties the field empties an older value', edit(contact(), 'Own', EARLY), waiting(null, LATE), null],
    ['gives way to a newer edit', edit(contact(), 'Own', LATE), waiting('New', EARLY), 'Own'],
  ] as const)('%s', (_what, survivor, loser, held) => {
    const whole = absorbPerson(survivor, loser, ofContact);
    expect([whole.fields.Company ?? null, 'Company' in whole.pending]).toEqual([held, false]);
    expect(whole.log.recent.some(({ type }) => type === 'conflict')).toBe(false);
  });
});

describe('what a person leaves to the one it becomes a part of', () => {
  const survivorOf = (...steps: readonly Step[]) =>
    someone('p1', steps, { salesforce: aLink({ type: 'Contact', id: CONTACT_ID }) });
  const loserOf = (...steps: readonly Step[]) => someone('p2', steps);

  it.each([
    ['a value where the survivor has none', [survivorOf(), loserOf(['pull', 'theirs', EARLY])], ['theirs', null]],
    [
      'no value where the survivor has one',
      [survivorOf(['pull', 'own', EARLY]), loserOf(['pull', 'theirs', LATE])],
      ['own', undefined],
    ],
    [
      'an edit newer than the survivor’s',
      [survivorOf(['edit', 'own', EARLY]), loserOf(['edit', 'theirs', LATE])],
      ['theirs', null],
    ],
    [
      'no edit older than the survivor’s',
      [survivorOf(['edit', 'own', LATE]), loserOf(['edit', 'theirs', EARLY])],
      ['own', null],
    ],
    [
      'no edit older than one that is in Salesforce by now',
      [inStep(survivorOf(['edit', 'own', LATE])), loserOf(['edit', 'theirs', EARLY])],
      ['own', undefined],
    ],
    [
      'an edit newer than one that is in Salesforce by now',
      [inStep(survivorOf(['edit', 'own', EARLY])), loserOf(['edit', 'theirs', LATE])],
      ['theirs', 'own'],
    ],
    [
      'no edit older than the survivor’s, which emptied the field and is in Salesforce by now',
      [inStep(survivorOf(['edit', 'own', EARLY], ['edit', null, LATE])), loserOf(['edit', 'theirs', EARLY])],
      [null, undefined],
    ],
  ] as const)('is %s', (_what, [survivor, loser], held) => {
    const whole = absorbPerson(survivor, loser, by);
    expect([whole.fields.Title, whole.pending.Title]).toEqual(held);
    expect(whole.log.recent.some(({ type }) => type === 'conflict')).toBe(false);
  });

  it.each(['local', 'remote'] as const)(
    'an edit that meets a value of Salesforce is a conflict, which %s wins',
    (winner) => {
      const survivor = survivorOf(['pull', 'sales', EARLY]);
      const whole = absorbPerson(survivor, loserOf(['edit', 'ours', LATE]), {
        ...by,
        rules: { ...rules, winnerOf: () => winner },
      });
      expect(whole.fields.Title).toBe(winner === 'local' ? 'ours' : 'sales');
      const [merged, conflict] = whole.log.recent.slice(-2);
      expect(conflict).toMatchObject({
        type: 'conflict',
        detail: { field: 'Title', local: 'ours', remote: 'sales', winner },
      });
      expect(merged).toMatchObject({ type: 'merged', detail: { from: 'p2' } });
      expect(merged?.type === 'merged' && merged.detail.superseded).toEqual(
        winner === 'local' ? undefined : { Title: 'ours' },
      );
    },
  );

  it('is no conflict where the edit was made upon what Salesforce holds', () => {
    const loser = loserOf(['pull', 'sales', EARLY], ['edit', 'ours', LATE]);
    const whole = absorbPerson(survivorOf(['pull', 'sales', EARLY]), loser, by);
    expect([whole.fields.Title, whole.pending.Title]).toEqual(['ours', 'sales']);
    expect(whole.log.recent.map(({ type }) => type)).not.toContain('conflict');
  });

  it('is the newer of two edits that come along, where one of them agrees with what is there', () => {
    const older = someone('older', [
      ['pull', 'old', EARLY],
      ['edit', 'older', EARLY],
    ]);
    const newer = someone('newer', [
      ['pull', 'old', EARLY],
      ['edit', 'newer', LATE],
    ]);
    for (const losers of [
      [older, newer],
      [newer, older],
    ]) {
      const winner = survivorOf(['edit', 'newer', '2026-11-21T10:30:00.000Z']);
      expect(losers.reduce((person, loser) => absorbPerson(person, loser, by), inStep(winner)).fields.Title).toBe(
        'newer',
      );
    }
  });

  it('takes the time of an edit from activities that have left the item', () => {
    const loser = loserOf(['edit', 'theirs', LATE]);
    const moved = { ...loser, log: { next: loser.log.next, recent: [] }, pendingSince: EARLY };
    const survivor = survivorOf(['edit', 'own', '2026-11-21T11:30:00.000Z']);
    const earlier = new Map([['p2', loser.log.recent]]);
    expect(absorbPerson(survivor, moved, { ...by, earlier }).fields.Title).toBe('theirs');
  });

  it.each([
    ['waits', { Vip__c: false }, true, null],
    ['does not wait', {}, undefined, undefined],
  ] as const)('a field that only Salesforce may change comes along where it %s', (_what, pending, value, base) => {
    const loser = aPerson({ personId: 'p2', fields: { Vip__c: true }, pending });
    const whole = absorbPerson(survivorOf(), loser, by);
    expect([whole.fields.Vip__c, whole.pending.Vip__c]).toEqual([value, base]);
  });
});
