import type { Activity, Happening, Rejection } from './activity.ts';
import { logged } from './edit-person.ts';
import type { Fields } from './field-value.ts';
import { type ShownFields, sameShown, shownFields, shownText } from './long-value.ts';
import type { Person } from './person.ts';

/** A rejection, with the expected duration of the cause. */
export interface Refusal extends Rejection {
  /** The code is undocumented, or the cause usually passes: the first retries come within hours. */
  readonly mayPass?: true;
}

const HOUR_MS = 3_600_000;

/**
 * The person parked by a rejection, with one activity recording the rejection. The same rejection again, without a
 * change in between, returns the same object. After a retry the person is parked again, but a log ending with the same
 * rejection gets no second entry.
 */
export function rejectPerson(person: Person, refusal: Refusal, values: Fields, now: string): Person {
  const { code, fields } = refusal;
  const message = shownText(refusal.message);
  const known = person.rejection;
  if (known !== null && sameRejection(known, { code, message, fields })) return person;
  const retryAt = nextTry(person, refusal, now);
  const parked: Person = { ...person, rejection: { code, message, fields, at: now, retryAt } };
  const shown = shownFields(values);
  const isTold = lastRejections(person).some(
    ({ detail }) => sameRejection(detail, { code, message, fields }) && sameValues(detail.values, shown),
  );
  if (isTold) return { ...parked, updatedAt: now };
  const happening: Happening = { type: 'rejected', direction: 'push', detail: { code, message, fields, values } };
  return logged(parked, [happening], now);
}

/**
 * | refusal | tried again after |
 * |---|---|
 * | of an undocumented code, or for the moment (`mayPass`) | 1 hour, then 4 hours, then a day, then daily |
 * | any other | a day, then daily |
 *
 * The rejections at the end of the log tell since when the code has been answered.
 */
function nextTry(person: Person, { code, mayPass }: Refusal, now: string): string {
  const first = lastRejections(person).find(({ detail }) => detail.code === code)?.at ?? now;
  const hours = (Date.parse(now) - Date.parse(first)) / HOUR_MS;
  const wait = mayPass !== true || hours >= 5 ? 24 : hours >= 1 ? 4 : 1;
  return new Date(Date.parse(now) + wait * HOUR_MS).toISOString();
}

/** Whether the rejection in force repeats a logged one after a retry. */
export function isRepeated(person: Person): boolean {
  const { rejection } = person;
  return rejection !== null && !lastRejections(person).some(({ at }) => at === rejection.at);
}

/** The rejections at the end of the log: no other activity follows the first of these. */
export function lastRejections({ log }: Person): Extract<Activity, { readonly type: 'rejected' }>[] {
  const after = log.recent.findLastIndex(({ type }) => type !== 'rejected');
  return log.recent.slice(after + 1).filter((each) => each.type === 'rejected');
}

function sameRejection(one: Rejection, other: Rejection): boolean {
  return one.code === other.code && one.message === other.message && one.fields.join() === other.fields.join();
}

function sameValues(one: ShownFields, other: ShownFields): boolean {
  const names = Object.keys(one);
  return (
    names.length === Object.keys(other).length &&
    names.every((name) => name in other && sameShown(one[name] ?? null, other[name] ?? null))
  );
}
