// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are pieces of programs.

import type { StageName } from './staged/stages.ts';
import type { FaultName } from './swarm.ts';

/** A seeded bug: one line of one file changed. */
export interface Mutant {
  readonly name: string;
  /** Below the project's folder. */
  readonly file: string;
  readonly from: string;
  readonly to: string;
  /** Faults without which the bug would seldom show; they are switched on in every story. */
  readonly with?: readonly FaultName[];
  /** Why no story can tell it from the product; then it is expected to live. */
  readonly equivalent?: string;
  /** A family of stories written to bring about what shows the bug; they are told before any other. */
  readonly stage?: StageName;
  /** The seed, of the stage if there is one, that killed it last, to be tried first: a hint, for stories change. */
  readonly killedBy?: number;
}

const FEED = 'lib/salesforce/salesforce-change-feed.ts';
const WINDOW = 'lib/sync/read-window.ts';
const STATE = 'lib/sync/feed-state.ts';
const MERGE = 'lib/person/merge-row.ts';
const CHANGES = 'lib/sync/merge-changes.ts';
const RUN = 'lib/sync/merge-run.ts';
const PUSH = 'lib/sync/push-persons.ts';
const SETTLE = 'lib/sync/settle-push.ts';
const LIFE = 'lib/person/life-cycle.ts';
const INHERITANCE = 'lib/person/inheritance.ts';
const ABSORB = 'lib/person/absorb-person.ts';
const RECONCILE = 'lib/sync/reconcile.ts';
const STORE = 'test/fakes/in-memory-person-store.ts';

export const MUTANTS: readonly Mutant[] = [
  {
    name: 'no lookback, and no heed to what Salesforce holds back',
    file: STATE,
    from: 'return owed < lookback ? owed : lookback;',
    to: 'return state.checkpoint;',
    with: ['longTransaction'],
    killedBy: 29,
  },
  {
    name: 'the covered date is not heeded',
    file: STATE,
    from: 'const safe = covered < before ? covered : before;',
    to: 'const safe = before;',
    with: ['longTransaction'],
  },
  {
    name: 'a page goes on after the second of its last row',
    file: FEED,
    from: 'SystemModstamp >= ${stamp} AND SystemModstamp <',
    to: 'SystemModstamp > ${stamp} AND SystemModstamp <',
    with: ['shortPage', 'massUpdate'],
  },
  {
    name: 'only the first page is read',
    file: WINDOW,
    from: 'const goesOn = page.more &&',
    to: 'const goesOn = false && page.more &&',
    with: ['shortPage', 'massUpdate'],
  },
  {
    name: 'the checkpoint is saved before the send',
    file: WINDOW,
    from: 'await sent.send(request, rowsBefore(page, before));',
    to: 'sent.send(request, rowsBefore(page, before)).catch(() => undefined);',
    with: ['sendFailed', 'crash'],
  },
  {
    name: 'rows of a failed send pass for queued',
    file: WINDOW,
    from: 'return { stoppedAt, error };',
    to: 'return { stoppedAt: null, error };',
    with: ['sendFailed'],
  },
  {
    name: 'a state of a row is its stamp alone',
    file: STATE,
    from: 'return `${systemModstamp} ${fingerprint(values, columns).toString(36)}`;',
    to: 'return systemModstamp;',
    stage: 'committedUnderAnOldStamp',
  },
  {
    name: 'no version condition on a write',
    file: STORE,
    from: 'if (current === undefined || current.version !== stored.version) return { kind: ',
    to: 'if (current === undefined) return { kind: ',
    killedBy: 92,
  },
  {
    name: 'a person is created over one that exists',
    file: STORE,
    from: "if (this.#persons.has(created.personId)) return 'exists';",
    to: '',
    killedBy: 32417,
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
    file: PUSH,
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
    name: 'stale rows are not refused',
    file: 'lib/person/life-cycle.ts',
    from: "row.systemModstamp < link.systemModstamp) return 'past';",
    to: "row.systemModstamp < link.systemModstamp) return 'current';",
    with: ['messageDelayed', 'messageAgain'],
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
    file: 'lib/sync/apply-row.ts',
    from: 'if (!mended && !leavesTrace) return',
    to: 'if (leavesTrace || !mended) return',
    stage: 'comesAfterItWasSetBack',
  },
  {
    name: 'base is written from what was pushed, not from what was read',
    file: 'lib/salesforce/record-batch.ts',
    from: 'after: rowsAfter.get(key) ?? null };',
    to: 'after: { ...rowsAfter.get(key), ...batch.pushes[at]?.record } };',
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
    from: 'if (this.#same(field, local, remote)) this.#setPending(field, undefined);',
    to: 'if (this.#same(field, local, remote)) this.#setPending(field, null);',
  },
  {
    name: 'what the row held before a push is not looked at',
    file: SETTLE,
    from: 'const before = open(push.before);',
    to: 'const before = null;',
  },
  {
    name: 'a row read again at settling passes for the push',
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
    from: 'holdsWhatWasSent(merged, push.sent, object) ? told',
    to: 'merged !== null ? told',
    stage: 'editedWhileRefused',
  },
  {
    name: 'parked persons are pushed again and again',
    file: 'lib/person/person.ts',
    from: '&& person.rejection === null && isWritable(',
    to: '&& isWritable(',
    stage: 'handedOutAgain',
  },
  {
    name: 'a rejection is not stored',
    file: SETTLE,
    from: 'const told = rejectPerson(logged(merged, seen.happenings, now), rejection, push.sent, now);',
    to: 'const told = logged({ ...merged, rejection: { ...rejection, at: now } }, seen.happenings, now);',
    with: ['validationRule'],
    killedBy: 32417,
  },
  {
    name: 'a Lead is created without the external id',
    file: 'lib/salesforce/salesforce-records.ts',
    from: 'const body = { ...lead.record, [PERSON_ID_FIELD]: lead.key };',
    to: 'const body = lead.record;',
    with: ['serverErrorAfter'],
  },
  {
    name: 'a claim that another holds is passed over',
    file: 'lib/sync/edit-persons.ts',
    from: 'if (holder === personId) return personId;',
    to: 'if (holder !== undefined) return personId;',
  },
  {
    name: 'partial failures pass for successes',
    file: RUN,
    from: 'return { retry: [...this.#retry],',
    to: 'return { retry: [],',
    with: ['storeThrottled', 'salesforceUnavailable', 'messageDelayed'],
    killedBy: 29,
  },
  {
    name: 'rows that failed are not queued again',
    file: RUN,
    from: 'this.#failed.push(arrival);',
    to: '',
    with: ['storeThrottled', 'massUpdate'],
    killedBy: 137,
  },
  {
    name: 'edits are not handed out by the poll',
    file: 'lib/sync/poll-cycle.ts',
    from: 'for await (const personIds of run.ports.persons.awaitingPush()) {',
    to: 'for await (const personIds of [] as string[][]) {',
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
    file: 'lib/sync/push-now.ts',
    from: 'const readsFirst = sync.afterLostPush && attempt === 0;',
    to: 'const readsFirst = false;',
    stage: 'editedAfterLostPush',
  },
  {
    name: 'an old state of a row makes a second person',
    file: 'lib/sync/apply-row.ts',
    from: 'if (mustBeRead({ ...change, owner })) return',
    to: 'if (owner.person !== undefined && mustBeRead({ ...change, owner })) return',
    stage: 'comesBackAsItWas',
  },
  {
    name: 'rows that are gone are written to',
    file: 'lib/person/person.ts',
    from: 'return link !== null && !link.isDeleted && !link.isConverted;',
    to: 'return link !== null;',
    with: ['rowDeleted'],
  },
  {
    name: 'an undelete is not seen',
    file: LIFE,
    from: "deleted: { own: 'current',",
    to: "deleted: { own: 'past',",
    stage: 'broughtBack',
  },
  {
    name: 'a merge of rows passes for a deletion',
    file: 'lib/person/row.ts',
    from: 'if (row.isDeleted && row.masterRecordId !== null) return',
    to: 'if (row.isDeleted && row.masterRecordId === row.id) return',
    stage: 'mergedWhileEdited',
  },
  {
    name: 'a converted Lead does not name its Contact',
    file: 'lib/person/row.ts',
    from: 'if (row.isConverted && row.convertedContactId !== null) return',
    to: 'if (row.isConverted && row.convertedContactId === row.id) return',
    stage: 'convertedWhileEdited',
  },
  {
    name: 'what waits is dropped when another row takes the place of its own',
    file: MERGE,
    from: 'if (base !== undefined) pending[field] = base;',
    to: 'if (base !== undefined) delete pending[field];',
    stage: 'convertedWhileEdited',
  },
  {
    name: "a merged person's edits give way to whatever there is",
    file: INHERITANCE,
    from: "loser) ? 'edits' : 'superseded';",
    to: "loser) ? 'superseded' : 'superseded';",
    stage: 'mergedWhileEdited',
  },
  {
    name: 'of two edits in a merge the older stands',
    file: INHERITANCE,
    from: 'return editedAt(loser, field) > known;',
    to: 'return editedAt(loser, field) <= known;',
    stage: 'mergedWhileEdited',
  },
  {
    name: 'nobody asks whether a merged person was absorbed',
    file: 'lib/sync/survivors.ts',
    from: 'unabsorbed = way.slice(0, -1).filter((each, at) => !isAbsorbed(each, at));',
    to: 'unabsorbed = way.slice(0, -1).filter((each, at) => isAbsorbed(each, at) && false);',
    stage: 'mergedWhileEdited',
  },
  {
    name: 'a merged person keeps its row',
    file: ABSORB,
    from: 'mergedInto: into, salesforce: null, rejection',
    to: 'mergedInto: into, rejection',
    stage: 'mergedWhileEdited',
  },
  {
    name: 'a person made of a row meanwhile stays beside the one the row is linked to',
    file: 'lib/sync/rivals.ts',
    from: 'if (rival === undefined) break;',
    to: 'if (rival === undefined || rival.version > 0) break;',
    stage: 'linkedWhileMet',
    killedBy: 24,
  },
  {
    name: 'who makes a person of a row does not ask for its link',
    file: RUN,
    from: 'if (standing.length > 0 &&',
    to: 'if (standing.length > 9 &&',
    stage: 'linkedWhileMet',
    killedBy: 2,
  },
  {
    name: 'a survivor absorbs without reading its row first',
    file: 'lib/sync/absorb-persons.ts',
    from: 'const read = refreshedPerson(schemas, survivor, record, now).person;',
    to: 'const read = refreshedPerson(schemas, survivor, record, now).person && survivor;',
    stage: 'mergedWhileEdited',
  },
  {
    name: 'a person who follows its row leaves behind what that held last',
    file: 'lib/sync/store-read.ts',
    from: 'if (record === undefined) return { person, pulled: [], conflicts: [] };',
    to: 'if (record !== null) return { person, pulled: [], conflicts: [] };',
    stage: 'mergedWhileEdited',
  },
  {
    name: 'a reconciliation passes over rows that cannot be read',
    file: RECONCILE,
    from: 'const found = [...drifted.missing, ...drifted.changed];',
    to: 'const found = [...drifted.changed];',
    stage: 'foundWhenAskedFor',
  },
  {
    name: 'a reconciliation goes on although what it found was not queued',
    file: RECONCILE,
    from: 'await handOut(run, found);',
    to: 'await handOut(run, found).catch(() => undefined);',
    stage: 'foundWhenAskedFor',
  },
  {
    name: 'an asking for a reconciliation is heard again and again',
    file: 'lib/sync/reconciliation.ts',
    from: 'since: now, heard: ask.id };',
    to: 'since: now, heard: book.heard };',
    stage: 'foundWhenAskedFor',
  },
];
