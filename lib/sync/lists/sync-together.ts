import type { Person } from '../../person/person.ts';
import type { AssignTo } from '../assign-to.ts';
import { loadSchemas } from '../context/schemas.ts';
import type { Ports } from '../ports/ports.ts';
import type { SyncOutcome } from '../sync-person/person-sync.ts';
import { syncPerson } from '../sync-person/sync-person.ts';
import { gatheredPorts } from './gathered-ports.ts';
import { Gathering } from './gathering.ts';

export type SyncEnd = PromiseSettledResult<SyncOutcome>;

/**
 * Syncs persons like `syncPerson`, with the calls of all persons batched; returns the results in order. Two persons
 * with the same email are synced one after the other, so that the second finds the first one's Lead.
 */
export async function syncTogether(
  ports: Ports,
  personIds: readonly string[],
  assignTo: AssignTo,
): Promise<readonly SyncEnd[]> {
  const ends = new Map<string, SyncEnd>();
  // Describes missing schemas once for all persons.
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

/** Splits the persons into rounds without equal emails. */
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
