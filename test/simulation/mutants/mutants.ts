import { LIFE_MUTANTS } from './life-mutants.ts';
import type { Mutant } from './mutant.ts';
import { POLL_MUTANTS } from './poll-mutants.ts';
import { PUSH_MUTANTS } from './push-mutants.ts';
import { STORE_MUTANTS } from './store-mutants.ts';

/** All of them, in the order of a change on its way: out of Salesforce, into a person, back, and through a life. */
export const MUTANTS: readonly Mutant[] = [...POLL_MUTANTS, ...PUSH_MUTANTS, ...LIFE_MUTANTS, ...STORE_MUTANTS];
