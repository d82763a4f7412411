import type { Person } from '../../person/person.ts';
import type { Row, RowName } from '../../person/row.ts';
import { answerQuestion } from '../rows/answer-questions.ts';
import type { Asking, Manner } from '../rows/asking.ts';
import { holdersOf } from '../rows/holders.ts';
import type { FoundRow } from '../rows/known.ts';
import type { Candidate, PersonSync } from './person-sync.ts';

/** What is already known of the row that a person is to get. */
export interface Attaching {
  readonly found?: FoundRow;
  /** The person's Lead, which was converted. */
  readonly converted?: Row;
}

/** Asks the table, under the person's lease, for a row of the person. */
export function askToAttach(
  sync: PersonSync,
  { personId, lease }: Person,
  { found, converted }: Attaching,
  stopsAt: NonNullable<Manner['stopsAt']>,
): Promise<Asking> {
  const lead = converted === undefined ? {} : { converted };
  const { recordIsGone } = sync;
  const question = {
    kind: 'person',
    personId,
    readsOwn: false,
    attaches: true,
    told: false,
    recordIsGone,
    ...lead,
  } as const;
  return answerQuestion(sync, question, {
    found,
    stopsAt,
    ...(lease !== null && { token: lease.owner }),
  });
}

/** The rows by name, each with whose it is where it is another's. */
export async function candidatesOf(
  { persons }: { readonly persons: Pick<PersonSync['ports']['persons'], 'items'> },
  person: Pick<Person, 'personId'>,
  rows: readonly RowName[],
): Promise<Candidate[]> {
  const holders = await holdersOf(
    persons,
    rows.map(({ id }) => id),
  );
  return rows.map(({ type, id }) => {
    const holder = holders.get(id);
    const isAnothers = holder !== undefined && holder.personId !== person.personId;
    return isAnothers ? { type, id, personId: holder.personId } : { type, id };
  });
}
