import { foldPersons } from '../../person/absorb-person.ts';
import { isLeased, nthPersonIdOfRow, type Person, personIdOfRow } from '../../person/person.ts';
import type { Row } from '../../person/row.ts';
import type { Clock } from '../ports/clock.ts';
import type { PersonStore } from '../ports/person-store.ts';
import type { Schemas } from '../schemas.ts';
import { queueRefresh } from './queue-refresh.ts';
import type { RefreshPorts } from './read-leased.ts';
import { likelyPersonId, standsFor } from './resolve-persons.ts';
import { survivorsOf } from './survivors.ts';
import { takeOver } from './take-over.ts';

/** A person who has just come to a row, and whom that was linked to before, if anybody. */
export interface RowTaken {
  readonly person: Person;
  readonly row: Row;
  readonly insteadOf?: string | undefined;
}

export interface Rivals {
  /** Others who stand for the row. */
  readonly standing: readonly Person[];
  /** Persons who stood for it, and whom those whose part they are have not absorbed yet; one may be here twice. */
  readonly unabsorbed: readonly Person[];
  /** Whom the row is linked to is under a lease: on the way to the row, or dead on the way. */
  readonly coming: boolean;
}

export const NO_RIVALS: Rivals = { standing: [], unabsorbed: [], coming: false };

/**
 * Others who came to stand for the row at the same moment as this person. Whoever takes a row links it to himself
 * first, remembering whom it was linked to, then is stored as standing for it, and asks here after each of the two:
 * after the link for persons who were made of the row, who need no link; after the store for those who took it at once,
 * of whom the later finds the other, by the link, by the id that the row carries, or as the one he replaced. Whoever is
 * made of the row asks here too.
 */
export async function rivalsOf(
  { persons, clock }: { readonly persons: Pick<PersonStore, 'linksOf' | 'getMany'>; readonly clock: Clock },
  { person, row, insteadOf }: RowTaken,
): Promise<Rivals> {
  const linkedId = (await persons.linksOf([row.id])).get(row.id);
  const others = await personsOf(persons, row, [linkedId, insteadOf]);
  const survivors = await survivorsOf(persons, others);
  const found = new Set([...survivors.values()].map((each) => each.person));
  const standing = [...found].filter((each) => each.personId !== person.personId && standsFor(each, row));
  const linked = survivors.get(linkedId ?? '')?.person;
  const coming = linked !== undefined && !standsFor(linked, row) && isLeased(linked, clock.now());
  return { standing, unabsorbed: [...survivors.values()].flatMap((each) => each.unabsorbed), coming };
}

/** The persons of these ids, of the id that the row carries, and those that were made of the row. */
async function personsOf(
  persons: Pick<PersonStore, 'getMany'>,
  row: Row,
  ids: readonly (string | undefined)[],
): Promise<readonly Person[]> {
  const named = [...ids.flatMap((id) => id ?? []), likelyPersonId(row), personIdOfRow(row.id)];
  const found = new Map(await persons.getMany([...new Set([...named, nthPersonIdOfRow(row.id, 2)])]));
  // Only where there is a second is there a third.
  for (let nth = 3; found.has(nthPersonIdOfRow(row.id, nth - 1)); nth += 1) {
    for (const [id, each] of await persons.getMany([nthPersonIdOfRow(row.id, nth)])) found.set(id, each);
  }
  return [...found.values()];
}

export type Joined =
  /** As it stands now, perhaps with what another brought along; its lease as it was. */
  { readonly kind: 'stays'; readonly person: Person } | { readonly kind: 'merged'; readonly into: string };

/** How often a change that others keep overtaking is tried; what is not done then is left to a message. */
const ATTEMPTS = 8;

/** Makes one of a person and another who came to stand for its row at the same moment, if there is one. */
export async function joinRival(
  ports: Pick<RefreshPorts, 'persons' | 'clock' | 'queue'>,
  schemas: Schemas,
  taken: RowTaken,
): Promise<Joined> {
  let { person } = taken;
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const [rival] = (await rivalsOf(ports, { ...taken, person })).standing;
    if (rival === undefined) return { kind: 'stays', person };
    const { loser, frozen } = foldPersons(person, rival, ports.clock.now());
    const outcome = await ports.persons.update(loser, frozen);
    if (outcome.kind === 'written' && loser === person) return { kind: 'merged', into: rival.personId };
    if (outcome.kind === 'written') {
      return { kind: 'stays', person: await absorbNow(ports, schemas, { ...taken, person }, outcome.person) };
    }
    const stored = await ports.persons.get(person.personId);
    if (stored === undefined) break;
    if (stored.mergedInto !== null) return { kind: 'merged', into: stored.mergedInto };
    person = stored;
  }
  await queueRefresh(ports, [taken.row]);
  return { kind: 'stays', person };
}

async function absorbNow(
  ports: Pick<RefreshPorts, 'persons' | 'clock' | 'queue'>,
  schemas: Schemas,
  { person, row }: RowTaken,
  part: Person,
): Promise<Person> {
  const { persons, clock } = ports;
  let survivor = person;
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const by = { rules: schemas[row.type].rules, now: clock.now() };
    const outcome = await persons.update(survivor, await takeOver(persons, survivor, [part], by));
    if (outcome.kind === 'written') return outcome.person;
    const stored = await persons.get(survivor.personId);
    if (stored === undefined || stored.mergedInto !== null) break;
    survivor = stored;
  }
  await queueRefresh(ports, [row]);
  return survivor;
}
