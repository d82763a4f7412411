import type { Dice } from './dice.ts';

/**
 * The faults, each with how likely a seed has it switched on and how likely it then strikes where it can: for each
 * operation, message, exchange or edit of the kind that it is about.
 */
export const FAULTS = {
  /** A function dies between two awaits: what it waited for never comes. */
  crash: { on: 0.4, strikes: 0.004 },
  /** A function hangs at one await until Lambda ends it. */
  functionTimeout: { on: 0.25, strikes: 0.002 },
  /** A merge gets far in its time before it begins to work: it has to stop at some step, and hand back the rest. */
  mergeLate: { on: 0.25, strikes: 0.3 },
  storeThrottled: { on: 0.3, strikes: 0.01 },
  /** A write to the store happens, but its answer is an error. */
  storeAnswerLost: { on: 0.3, strikes: 0.006 },
  storeSlow: { on: 0.3, strikes: 0.02 },
  indexLate: { on: 0.4, strikes: 0.3 },
  sendFailed: { on: 0.25, strikes: 0.05 },
  sendAnswerLost: { on: 0.25, strikes: 0.05 },
  messageDuplicated: { on: 0.5, strikes: 0.08 },
  messageDelayed: { on: 0.4, strikes: 0.12 },
  /** A message that was handled comes again, minutes later. */
  messageAgain: { on: 0.3, strikes: 0.06 },
  pollsOverlap: { on: 0.3, strikes: 0.15 },
  pollSkipped: { on: 0.3, strikes: 0.1 },
  salesforceUnavailable: { on: 0.3, strikes: 0.03 },
  serverErrorBefore: { on: 0.25, strikes: 0.02 },
  serverErrorAfter: { on: 0.25, strikes: 0.03 },
  gatewayError: { on: 0.25, strikes: 0.02 },
  connectionDropped: { on: 0.25, strikes: 0.03 },
  answerTimedOut: { on: 0.25, strikes: 0.03 },
  /** The answer is given up, and minutes later the request commits all the same. */
  commitsLate: { on: 0.25, strikes: 0.03 },
  salesforceSlow: { on: 0.3, strikes: 0.05 },
  /** The subrequests of a composite request commit seconds apart. */
  subrequestsApart: { on: 0.5, strikes: 0.3 },
  /** A cycle hands out but a few persons by the fresh lane. */
  fewFresh: { on: 0.3, strikes: 1 },
  /** What went by the backlog is not merged for up to an hour: what is fresh comes first. */
  backlogBehind: { on: 0.35, strikes: 0.4 },
  /** A queue tells less or more than it holds. */
  depthWrong: { on: 0.3, strikes: 0.2 },
  /** A page of a query ends early, as it does for wide rows. */
  shortPage: { on: 0.35, strikes: 0.5 },
  sessionExpired: { on: 0.3, strikes: 0.03 },
  rowLocked: { on: 0.3, strikes: 0.05 },
  quotaExceeded: { on: 0.15, strikes: 0.02 },
  /** The clocks of the functions and of Salesforce differ by up to five minutes. */
  clockSkewed: { on: 0.4, strikes: 1 },
  longTransaction: { on: 0.35, strikes: 0.15 },
  /** Many rows change in one second. */
  massUpdate: { on: 0.25, strikes: 0.05 },
  validationRule: { on: 0.3, strikes: 0.12 },
  /** Every save of one record is refused: naming no field, or a lookup that nobody here edits, or its owner. */
  recordRefused: { on: 0.15, strikes: 0.08 },
  /** Every save of one record is refused until somebody mends that: by a code that nobody knows, or as locked. */
  refusedForNow: { on: 0.12, strikes: 0.06 },
  /** The administrator adds a custom field, which people fill and edit, and perhaps gives it another name. */
  fieldAdded: { on: 0.12, strikes: 0.05 },
  /** A custom field gets another type, and somebody accepts it or not. */
  fieldRetyped: { on: 0.12, strikes: 0.04 },
  /** A formula is made from another field. */
  formulaShown: { on: 0.15, strikes: 1 },
  /** Emails are edited, and swapped between two. */
  emailEdited: { on: 0.2, strikes: 0.08 },
  /** More persons wait than are pushed under the guard. */
  massPushed: { on: 0.1, strikes: 1 },
  automationRewrites: { on: 0.3, strikes: 1 },
  /** Windows of more than a row or two are read by query jobs, in pages of a few rows. */
  bulkRead: { on: 0.2, strikes: 1 },
  /** The poll remembers a few rows only of those that it queued. */
  feedForgets: { on: 0.15, strikes: 1 },
  /** Salesforce has dropped a query job, or somebody aborts it. */
  queryJobLost: { on: 0.3, strikes: 0.08 },
  /** An answer that is read while it comes in breaks off. */
  streamBroken: { on: 0.3, strikes: 0.08 },
  fieldReadOnly: { on: 0.15, strikes: 0.5 },
  fieldHidden: { on: 0.12, strikes: 0.5 },
  rowDeleted: { on: 0.2, strikes: 0.1 },
  /** A row is deleted, and brought back a while later. */
  rowUndeleted: { on: 0.15, strikes: 0.1 },
  /** A row leaves Salesforce for good, as a rule out of the recycle bin: only the daily question tells of it. */
  rowHardDeleted: { on: 0.12, strikes: 0.08 },
  /** A row goes out of the sync user's sight, and comes back. */
  rowHidden: { on: 0.12, strikes: 0.08 },
  /** Two rows of one object become one. */
  rowsMerged: { on: 0.2, strikes: 0.1 },
  leadConverted: { on: 0.2, strikes: 0.1 },
  /** A Lead is converted into a Contact that was there before, a person too as a rule. */
  leadConvertedInto: { on: 0.2, strikes: 0.1 },
  /** Somebody asks by hand that every person be compared with its row. */
  askedToReconcile: { on: 0.1, strikes: 0.08 },
  /** Nothing is polled for more than a day. */
  outage: { on: 0.05, strikes: 0.05 },
  /** The store takes nothing for longer than a message is tried. */
  storeDown: { on: 0.05, strikes: 0.06 },
  /** A person is deleted here, with its row or without, and as a rule brought back by its email. */
  deletedHere: { on: 0.12, strikes: 0.08 },
  /** Somebody asks what a sync would do. */
  previewed: { on: 0.12, strikes: 0.15 },
  /** A sync by hand gives the record to somebody. */
  assigned: { on: 0.12, strikes: 0.1 },
  /** Some fields go one way only, or have a winner of their own, or do not sync. */
  policyVaried: { on: 0.15, strikes: 1 },
  /** Some hundreds of persons, and now and then all of them edited at once. */
  crowd: { on: 0.012, strikes: 1 },
  /** The clock of a function is off by most of a minute. */
  clockJumps: { on: 0.2, strikes: 0.1 },
  /** Salesforce tells a time up to which all changes are covered that is far off. */
  coveredDateOdd: { on: 0.15, strikes: 0.1 },
  /** No fault: the client is the product's own, with its session and its JSON, rather than a stand-in. */
  realClient: { on: 0.15, strikes: 1 },
  /** No fault: the stores are those of DynamoDB, over a table in this process, rather than the ones in memory. */
  realStore: { on: 0.15, strikes: 1 },
  /** Pages of that table hold a few items, as if those were as many as fill 1 MB. */
  tablePagesShort: { on: 0.5, strikes: 1 },
  /** A batch of keys is read in part. */
  keysUnprocessed: { on: 0.5, strikes: 0.2 },
  /** Many persons are synced together, and now and then that is paused for a while. */
  listSynced: { on: 0.15, strikes: 0.1 },
} as const;

export type FaultName = keyof typeof FAULTS;

export const FAULT_NAMES = Object.keys(FAULTS) as FaultName[];

/** Stories of so many persons, or with so much of the real adapters in them, that each costs as much as several others. */
const HEAVY: ReadonlySet<FaultName> = new Set<FaultName>(['crowd', 'realStore']);

export function isHeavy(faults: readonly FaultName[]): boolean {
  return faults.some((fault) => HEAVY.has(fault));
}

/** The faults of one seed, and how often each of them struck. */
export class Swarm {
  readonly enabled: ReadonlySet<FaultName>;
  readonly hits: Partial<Record<string, number>> = {};
  healed = false;

  constructor(enabled: Iterable<FaultName>) {
    this.enabled = new Set(enabled);
  }

  /** Whether the fault strikes here. */
  strikes(name: FaultName, dice: Dice): boolean {
    if (this.healed || !this.enabled.has(name) || !dice.chance(FAULTS[name].strikes)) return false;
    this.count(name);
    return true;
  }

  count(name: string): void {
    this.hits[name] = (this.hits[name] ?? 0) + 1;
  }
}

/**
 * A random part of the faults: a seed with all of them at once would seldom come far in any. Each is switched on by
 * dice of its own, so that a new fault leaves the stories of the others as they are.
 */
export function drawFaults(dice: Dice): FaultName[] {
  if (dice.fork('no faults').chance(0.06)) return [];
  return FAULT_NAMES.filter((name) => dice.fork(name).chance(FAULTS[name].on));
}
