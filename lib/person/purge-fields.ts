import { withPending } from './edit-person.ts';
import { type HiddenFields, personWithout } from './hide-fields.ts';
import type { Person } from './person.ts';

/** The person without any value of the given fields, log included; the same object where no value is stored. */
export function withoutFields(person: Person, fields: HiddenFields, now: string): Person {
  const without = personWithout(person, fields);
  const { rejection } = without;
  const left = rejection?.fields.filter((field) => !fields.has(field)) ?? [];
  // A rejection ends once all rejected fields are purged.
  const isOver = rejection !== null && rejection.fields.length > 0 && left.length === 0;
  const next = { ...without, rejection: isOver ? null : rejection && { ...rejection, fields: left } };
  return holdings(next) === holdings(person) ? person : { ...withPending(next, now), updatedAt: now };
}

function holdings({ fields, pending, placeless, rejection, log }: Person): string {
  return JSON.stringify([fields, pending, placeless, rejection, log.recent]);
}
