import type { Person } from '../../person/person.ts';
import type { AssignTo } from '../assign-to.ts';
import { loadSchemas } from '../context/schemas.ts';
import type { Ports } from '../ports/ports.ts';
import type { SyncOutcome } from '../sync-person/person-sync.ts';
import { syncPerson } from '../sync-person/sync-person.ts';
import { gatheredPorts } from './gathered-ports.ts';
import { Gathering } from './gathering.ts';

export type OneEnd = PromiseSettledResult<SyncOutcome>;

/**
 * Syncs persons as `syncPerson` syncs one, with the calls of all of them put together; answers what became of each, in
 * order. Of persons with one email the second is synced after the first, whose new Lead it then finds.
 */
export async function syncTogether(
  ports: Ports,
  personIds: readonly string[],
  assignTo: AssignTo,
): Promise<readonly OneEnd[]> {
  const ends = new Map<string, OneEnd>();
  // Described, where they never were, by one for all.
  await loadSchemas(ports);
  for (const round of inRounds(personIds, await ports.persons.getMany(personIds))) {
    const gathering = new Gathering();
    const gathered = gatheredPorts(ports, gathering);
    const ended = await gathering.each(round, (personId) => syncPerson(gathered, personId, assignTo));
    for (const [at, end] of ended.entries()) ends.set(round[at] ?? '', end);
  }
  return personIds.map((personId) => ends.get(personId) ?? unended());
}

function unended(): never {
  throw new Error('a person was left out of every round');
}

/** The persons such that no two of one round have the same email. */
function inRounds(personIds: readonly string[], persons: ReadonlyMap<string, Person>): readonly string[][] {
  const seen = new Map<string, number>();
  const rounds: string[][] = [];
  for (const personId of personIds) {
    const email = persons.get(personId)?.fields.Email;
    const form = typeof email === 'string' ? email.trim().toLowerCase() : personId;
    const round = seen.get(form) ?? 0;
    seen.set(form, round + 1);
    rounds[round] = [...(rounds[round] ?? []), personId];
  }
  return rounds;
}
