import { describe, expect, test } from 'vitest';
import { logged } from '../../lib/person/edit-person.ts';
import type { Person } from '../../lib/person/person.ts';
import { rejectPerson } from '../../lib/person/reject-person.ts';
import { hasLasted, isRetryDue, lookedForAgain, retryAt, triedInVain, triedOnceMore } from '../../lib/person/retry.ts';
import { parkUnseen } from '../../lib/person/unseen-row.ts';
import { aPerson, LEAD_ID, NOW } from './builders.ts';

const CODE = 'SOMETHING_NEW';
const REFUSED = { code: CODE, message: 'No', fields: ['Title'] };
const link = (isDeleted: boolean) => ({
  type: 'Lead' as const,
  id: LEAD_ID,
  systemModstamp: NOW,
  ownerId: null,
  isDeleted,
  isConverted: false,
});
const waiting = (isDeleted = false): Person =>
  aPerson({ fields: { Title: 'x' }, pending: { Title: null }, pendingSince: NOW, salesforce: link(isDeleted) });
const later = (hours: number): string => new Date(Date.parse(NOW) + hours * 3_600_000).toISOString();
const again = (person: Person, hours: number, mayPass: boolean): Person =>
  rejectPerson(
    { ...person, rejection: null },
    { ...REFUSED, ...(mayPass && { mayPass }) },
    { Title: 'x' },
    later(hours),
  );

describe('the next try of a rejection', () => {
  test.each([
    [true, [0, 1, 5.5, 29.5], [1, 5, 29.5, 53.5]],
    [true, [0, 0.5, 1.5], [1, 1.5, 5.5]],
    [false, [0, 24, 48], [24, 48, 72]],
  ])('where it may pass (%s), after tries at the hours %j', (mayPass, tries, next) => {
    let person = waiting();
    const told = tries.map((hours) => {
      person = again(person, hours, mayPass);
      return person.rejection?.retryAt;
    });
    expect(told).toEqual(next.map(later));
    expect(person.log.recent).toHaveLength(1);
  });

  test('begins anew once something else has happened', () => {
    const person = again(waiting(), 0, true);
    const changed = logged(person, [{ type: 'revived', direction: null, detail: { source: 'api' } }], later(2));
    expect(again(changed, 3, true).rejection?.retryAt).toBe(later(4));
  });

  test('is there only where something could be pushed, or a record was out of sight', () => {
    const parked = again(waiting(), 0, false);
    expect(retryAt(parked)).toBe(later(24));
    expect([isRetryDue(parked, later(23)), isRetryDue(parked, later(24))]).toEqual([false, true]);
    const { rejection } = parked;
    expect(retryAt({ ...waiting(true), rejection })).toBeNull();
    expect(retryAt({ ...parked, deletedHere: { at: NOW, salesforce: 'keep' } })).toBeNull();
    expect(retryAt(waiting())).toBeNull();
    const unseen = parkUnseen(aPerson({ salesforce: link(false) }), link(false), NOW);
    expect(retryAt(unseen)).toBe(later(24));
    expect(retryAt(lookedForAgain(unseen, later(30)))).toBe(later(54));
    expect(lookedForAgain(waiting(), NOW)).toEqual(waiting());
  });
});

describe('tries in vain', () => {
  test('are counted while the same reason lasts', () => {
    const once = triedOnceMore(waiting(), { code: CODE }, later(1));
    expect(once).toEqual({ code: CODE, since: later(1), at: later(1), times: 1 });
    const twice = triedOnceMore({ ...waiting(), tried: once }, { code: CODE, message: 'm' }, later(2));
    expect(twice).toEqual({ code: CODE, message: 'm', since: later(1), at: later(2), times: 2 });
    expect(triedOnceMore({ ...waiting(), tried: twice }, { code: 'OTHER' }, later(3)).times).toBe(1);
  });

  test('of earlier edits count no more', () => {
    const tried = triedOnceMore(waiting(), { code: CODE }, later(1));
    expect(triedInVain({ ...waiting(), tried })).toBe(tried);
    expect(triedInVain({ ...waiting(), tried, pendingSince: later(2) })).toBeNull();
    expect(triedInVain({ ...waiting(), tried, pendingSince: null })).toBeNull();
  });

  test('have lasted by the third cycle, or where the log ends with the same code', () => {
    const tried = { code: CODE, since: NOW, at: later(0.2), times: 3 };
    expect(hasLasted(waiting(), tried)).toBe(true);
    expect(hasLasted(waiting(), { ...tried, times: 2 })).toBe(false);
    expect(hasLasted(waiting(), { ...tried, at: later(0.1) })).toBe(false);
    const parked = again(waiting(), 0, true);
    expect(hasLasted(parked, { ...tried, times: 1 })).toBe(true);
    expect(hasLasted(parked, { ...tried, times: 1, code: 'OTHER' })).toBe(false);
  });
});
