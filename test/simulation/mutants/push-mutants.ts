import type { Mutant } from './mutant.ts';

const MERGE = 'lib/person/merge-row.ts';
const CHANGES = 'lib/sync/merge/merge-changes.ts';
const RUN = 'lib/sync/merge/merge-run.ts';
const PUSH = 'lib/sync/push/push-run.ts';
const SETTLE = 'lib/sync/push/settle-push.ts';
const STORE = 'test/fakes/in-memory-person-store.ts';

/** Merging a row with its person, the push under its lease, and settling what came of it. */
export const PUSH_MUTANTS: readonly Mutant[] = [
  {
    name: 'no version condition on a write',
    file: STORE,
    from: 'if (current === undefined || current.revision !== stored.revision) return { kind: ',
    to: 'if (current === undefined) return { kind: ',
    killedBy: 92,
  },
  {
    name: 'no lease',
    file: STORE,
    from: "if (other !== null && other.expiresAt > now) return 'leased';",
    to: '',
    with: ['messageDuplicated', 'commitsLate'],
  },
  {
    name: 'a lease shorter than the time-out of Salesforce',
    file: 'lib/lambda/settings.ts',
    from: 'z.minimum(2)), 660)',
    to: 'z.minimum(2)), 60)',
    with: ['commitsLate'],
    killedBy: 5,
  },
  {
    name: 'the lease is given back although the push may still commit',
    file: 'lib/sync/errors.ts',
    from: 'return error instanceof TransientError && !error.mayHaveCommitted;',
    to: 'return error instanceof TransientError;',
    with: ['commitsLate'],
    killedBy: 5,
  },
  {
    name: 'a worker that lost its lease settles',
    file: STORE,
    from: 'if (releases && current.lease?.owner !== stored.lease?.owner)',
    to: 'if (false)',
    equivalent:
      'a lease outlives every function and every request, and whoever takes it over writes the person: the version ' +
      'tells of the loss as well as the lease does',
  },
  {
    name: 'old messages are merged from their values',
    file: CHANGES,
    from: 'export const FRESH_MESSAGE_MS = 10 * 60_000;',
    to: 'export const FRESH_MESSAGE_MS = 600 * 60_000;',
    stage: 'comesAfterAnHour',
  },
  {
    name: 'what changes nothing never leaves a trace',
    file: 'lib/sync/rows/write-step.ts',
    from: 'if (!merged.isChange && !leavesTrace) return',
    to: 'if (!merged.isChange) return',
    stage: 'comesAfterItWasSetBack',
  },
  {
    name: 'base is written from what was pushed, not from what was read',
    file: 'lib/salesforce/record-batch.ts',
    from: 'const after = rowsAfter.get(key) ?? null;',
    to: 'const after = { ...rowsAfter.get(key), ...batch.pushes[at]?.record };',
    with: ['automationRewrites'],
  },
  {
    name: 'pending is cleared without comparing',
    file: MERGE,
    from: '} else this.#setPending(field, remote);',
    to: '} else this.#setPending(field, undefined);',
  },
  {
    name: 'pending is not cleared by a push',
    file: MERGE,
    from: 'if (this.#same(field, local, remote)) {\n      this.#setPending(field, undefined);',
    to: 'if (this.#same(field, local, remote)) {\n      this.#setPending(field, null);',
  },
  {
    name: 'what the row held before a push is not looked at',
    gap: 'since pushes are guarded, the read before one matters only where two saves share a second',
    file: SETTLE,
    from: 'const before = open(push.before);',
    to: 'const before = null;',
  },
  {
    name: 'a row read again at settling passes for the push',
    gap: 'no story has the row change between a push and the read behind it',
    file: SETTLE,
    from: '{ values: push.sent, settled: false }',
    to: '{ values: push.sent, settled: true }',
    stage: 'editedWhileSettling',
    killedBy: 21,
  },
  {
    name: 'conflicts are not told',
    file: MERGE,
    from: 'this.conflicts.push({ field, local, remote, winner });',
    to: '',
  },
  {
    name: 'the other side wins a conflict',
    file: MERGE,
    from: "if (winner === 'local') this.#setPending(field, remote);",
    to: "if (winner !== 'local') this.#setPending(field, remote);",
  },
  {
    name: 'an edit made during a refused push is parked with it',
    file: SETTLE,
    from: 'return { ...seen, person: isAsRefused ? told',
    to: 'return { ...seen, person: isAsRefused || told ? told',
    stage: 'editedWhileRefused',
  },
  {
    name: 'parked persons are pushed again and again',
    file: 'lib/person/person.ts',
    from: 'return rejection !== null && (rejection.fields.length === 0 || rejection.fields.includes(field));',
    to: 'return false;',
    stage: 'handedOutAgain',
  },
  {
    name: 'a rejection is not stored',
    file: SETTLE,
    from: 'const told = rejectPerson(logged(merged, seen.happenings, now), rejection, valuesOf(waits, push.sent), now);',
    to: 'const told = logged({ ...merged, rejection: { ...rejection, at: now } }, seen.happenings, now);',
    with: ['validationRule'],
    killedBy: 32417,
  },
  {
    name: 'a Lead is created without the external id',
    file: 'lib/salesforce/create-lead.ts',
    from: 'const body = { ...lead.record, [PERSON_ID_FIELD]: lead.key };',
    to: 'const body = lead.record;',
    with: ['serverErrorAfter'],
  },
  {
    name: 'partial failures pass for successes',
    file: RUN,
    from: 'retry: [...this.#retry],',
    to: 'retry: [],',
    with: ['storeThrottled', 'salesforceUnavailable', 'messageDelayed'],
    killedBy: 29,
  },
  {
    name: 'rows that failed are not queued again',
    file: RUN,
    from: 'if (failed !== undefined) this.#failed.push(failed);',
    to: '',
    with: ['storeThrottled', 'massUpdate'],
    killedBy: 137,
  },
  {
    name: 'a lost push is forgotten: nobody reads the row first',
    file: PUSH,
    from: 'if (lost.length === 0) return free;',
    to: 'return [...free, ...lost];',
    stage: 'editedAfterLostPush',
  },
  {
    name: 'sync person does not read first after a lost push',
    file: 'lib/sync/sync-person/push-now.ts',
    from: 'const step = await (so.readsFirst ? readAgain : pushOrRead)(',
    to: 'const step = await pushOrRead(',
    stage: 'editedAfterLostPush',
  },
  {
    name: 'the answers of a batch go to its records out of order',
    gap: 'pushes of several records in one call that end differently are rare in the stories',
    file: 'lib/salesforce/record-batch.ts',
    from: 'const verdict = verdicts[at];',
    to: 'const verdict = verdicts[(at + 1) % verdicts.length];',
    with: ['validationRule'],
  },
  {
    name: 'an edit that changes nothing is told',
    file: 'lib/person/edit-person.ts',
    from: 'if (sameValue(shapes[field], from, to)) continue;',
    to: '',
  },
  {
    name: 'a push has no guard',
    file: 'lib/salesforce/guarded-push.ts',
    from: 'headers: writeHeaders(EDIT, ifUnmodifiedSince),',
    to: 'headers: writeHeaders(EDIT),',
    with: ['subrequestsApart'],
  },
  {
    name: 'a push that was refused for its guard passes for taken',
    file: 'lib/salesforce/guarded-push.ts',
    from: "if (status === 412) return { kind: 'modified' };",
    to: 'if (status === 412) return WRITTEN;',
    with: ['subrequestsApart'],
  },
  {
    name: 'what was taken by a row that is gone by now is forgotten',
    gap: 'no story deletes or converts the row in the seconds after a push was taken',
    file: 'lib/sync/push/push-run.ts',
    from: 'await giveBackLease(this.#context.ports, push.person, isTaken);',
    to: 'await giveBackLease(this.#context.ports, push.person, false);',
    with: ['rowsMerged', 'subrequestsApart'],
  },
];
