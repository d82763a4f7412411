import { createOrg, type Org } from './create-org.ts';
import { Journal } from './journal.ts';
import type { Seed } from './seed/seed.ts';

/** An org that is made again from a file, as it was left; a new one, with these records, where there is no file. */
export function createKeptOrg(file: string, seed: Seed | undefined): Org {
  const journal = new Journal(file);
  const org = journal.open(() => createOrg({ time: journal.time, journal }));
  if (journal.isNew && seed !== undefined) org.seed(seed);
  journal.replay(org.state);
  return org;
}
