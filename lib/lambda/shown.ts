import type { Activity } from '../person/activity.ts';
import { activityWithout, type HiddenFields, personWithout } from '../person/hide-fields.ts';
import type { Person } from '../person/person.ts';
import { CREATED_TYPE, type SalesforceType, typeOf } from '../person/row.ts';
import { hiddenByObject } from '../schema/hidden-fields.ts';
import { storedByType } from '../sync/context/schemas.ts';
import { msBetween } from '../sync/instants.ts';
import type { Ports } from '../sync/ports/ports.ts';
import type { PreviewOutcome } from '../sync/sync-person/preview-sync.ts';

/** How long a function reuses the schemas: concurrent calls share one read. */
const MAX_AGE_MS = 1_000;

/** The parts of persons shown to callers: without fields hidden from the sync user. */
export interface Shown {
  readonly person: (person: Person) => Person;
  readonly activity: (person: Person, activity: Activity) => Activity;
  /** An outcome with the person, if any, as shown. */
  readonly outcome: <Outcome extends object>(outcome: Outcome) => Outcome;
  readonly preview: (outcome: PreviewOutcome) => PreviewOutcome;
}

type ShownPorts = Pick<Ports, 'clock'> & { readonly state: Pick<Ports['state'], 'loadSchema'> };

/** Hides fields according to the stored schemas, read at most once a second. */
export function createShown({ state, clock }: ShownPorts): () => Promise<Shown> {
  let known: { readonly at: string; readonly shown: Shown } | undefined;
  return async () => {
    const now = clock.now();
    if (known !== undefined && msBetween(known.at, now) < MAX_AGE_MS) return known.shown;
    const hidden = hiddenByObject(await storedByType({ state }));
    known = { at: now, shown: shownWithout(hidden) };
    return known.shown;
  };
}

function shownWithout(hidden: Readonly<Record<SalesforceType, HiddenFields>>): Shown {
  const hiddenOf = (person: Person) => hidden[typeOf(person)];
  const person = (each: Person) => personWithout(each, hiddenOf(each));
  return {
    person,
    activity: (each, activity) => activityWithout(activity, hiddenOf(each)),
    outcome: (outcome) => {
      return 'person' in outcome ? { ...outcome, person: person(outcome.person as Person) } : outcome;
    },
    preview: (outcome) => {
      if (outcome.kind !== 'preview') return outcome;
      const names = hidden[outcome.record?.type ?? CREATED_TYPE];
      return { ...outcome, fields: outcome.fields.filter(({ field }) => !names.has(field)) };
    },
  };
}
