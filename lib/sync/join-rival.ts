import { absorbPerson, foldOrder, freezePerson } from '../person/absorb-person.ts';
import { type Person, personIdOfRow } from '../person/person.ts';
import type { Row } from '../person/row.ts';
import type { Ports } from './ports/ports.ts';
import { standsFor } from './resolve-persons.ts';
import type { ObjectRules, Schemas } from './schemas.ts';

type JoinPorts = Pick<Ports, 'persons' | 'clock'>;

/**
 * Makes one of a person and the one that somebody made of its row before the link told whose it is: `merged` where the
 * person is a part of that one now, else the person as it stands. To be asked after the person stands for the row; who
 * makes a person of a row asks for its link after that: so one of the two sees both.
 */
export async function joinRival(
  ports: JoinPorts,
  schemas: Schemas,
  person: Person,
  row: Row,
): Promise<Person | 'merged'> {
  const derivedId = personIdOfRow(row.id);
  if (person.personId === derivedId) return person;
  const rival = await ports.persons.get(derivedId);
  if (rival === undefined || !standsFor(rival, row)) return person;
  const { loser, survivor } = foldOrder(person, rival);
  const outcome = await ports.persons.update(loser, freezePerson(loser, survivor.personId, ports.clock.now()));
  if (outcome.kind !== 'written') return person;
  return loser === person ? 'merged' : takeOver(ports, schemas[row.type], person, outcome.person);
}

/** How often a change that others keep overtaking is tried. */
const ATTEMPTS = 8;

/** The person with what another, a part of it by now, brought along; its lease stays as it is. */
async function takeOver(
  { persons, clock }: JoinPorts,
  { rules }: ObjectRules,
  person: Person,
  part: Person,
): Promise<Person> {
  let survivor = person;
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const outcome = await persons.update(survivor, absorbPerson(survivor, part, rules, clock.now()));
    if (outcome.kind === 'written') return outcome.person;
    const stored = await persons.get(survivor.personId);
    if (stored === undefined || stored.mergedInto !== null) break;
    survivor = stored;
  }
  return survivor;
}
