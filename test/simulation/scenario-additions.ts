import type { Dice } from './dice.ts';
import { ADDED, RENAMED, RETYPED, TRACED_FIELDS } from './fields.ts';
import type { Operation } from './scenario.ts';
import { FAULTS, type FaultName } from './swarm.ts';

type DistributiveOmit<Union, Key extends PropertyKey> = Union extends unknown ? Omit<Union, Key> : never;

/** An operation without its time and its subject. */
export type Wish = DistributiveOmit<Operation, 'at' | 'subject'>;

/** `after`: so many milliseconds after the edit beside which the fault strikes. */
type Step = Wish & { readonly after?: number };

/** What a fault adds to a story, by dice of its own: the rest of the story does not depend on it. */
export interface Addition {
  readonly faultDice: Dice;
  /** How likely it strikes beside each edit. */
  readonly strikes: number;
  readonly operations: (dice: Dice) => readonly Step[];
}

const A_WHILE_MS = 15 * 60_000;

/** Rows of a story are few: any number chooses one of them. */
const ANY = 1000;

const perhaps = (dice: Dice, likelihood: number, step: Step): readonly Step[] =>
  dice.chance(likelihood) ? [step] : [];
const soon = (dice: Dice): number => dice.between(500, dice.chance(0.5) ? 30_000 : A_WHILE_MS);

/** Each row or person gets one value: edits of these are not told apart. */
const MASS_FIELDS = ['City', 'Phone'] as const;

/** A merge, now and then right after both were edited in the same field. */
function mergedAfterEdits(dice: Dice, other: number): readonly Step[] {
  if (dice.chance(0.5)) return [{ kind: 'merge', other }];
  const field = dice.pick(TRACED_FIELDS);
  const values = [1, 2].map(() => (field === 'Score__c' ? dice.below(1000) + 0.5 : `b${dice.below(1_000_000)}`));
  return [
    { kind: 'contest', other, field, values },
    { kind: 'merge', other, after: dice.between(1000, 60_000) },
  ];
}

/** Some edits of one field, of either side. */
function edits(dice: Dice, field: string, value: () => string): readonly Step[] {
  return Array.from({ length: dice.between(1, 4) }, () => {
    const kind = dice.chance(0.5) ? 'salesEdit' : 'marketingEdit';
    return { kind, field, value: value(), after: soon(dice) };
  });
}

/** The faults that people of the org commit, each with what it adds. */
const STEPS: Partial<Record<FaultName, { readonly share?: number; readonly of: (dice: Dice) => readonly Step[] }>> = {
  rowDeleted: { of: () => [{ kind: 'delete' }] },
  rowUndeleted: { of: (dice) => [{ kind: 'delete' }, { kind: 'undelete', after: soon(dice) }] },
  rowHardDeleted: {
    of: (dice) => {
      const binned = dice.chance(0.6);
      return [
        ...(binned ? [{ kind: 'delete' } as const] : []),
        { kind: 'hardDelete', after: binned ? soon(dice) : 0 },
        ...perhaps(dice, 0.3, { kind: 'sync', after: A_WHILE_MS }),
      ];
    },
  },
  rowHidden: {
    of: (dice) => [
      { kind: 'share', visible: false },
      // What happens out of sight.
      ...perhaps(dice, 0.5, { kind: 'sync', after: soon(dice) }),
      ...perhaps(dice, 0.5, {
        kind: 'salesEdit',
        field: 'Phone',
        value: `h${dice.below(1_000_000)}`,
        after: soon(dice),
      }),
      ...perhaps(dice, 0.3, { kind: 'reconcile', acceptMissing: false, after: soon(dice) }),
      ...perhaps(dice, 0.6, { kind: 'share', visible: true, after: dice.between(A_WHILE_MS, 2 * A_WHILE_MS) }),
    ],
  },
  rowsMerged: {
    of: (dice) => [
      ...mergedAfterEdits(dice, dice.below(ANY)),
      // The winner loses in its turn; or what had lost is brought back.
      ...perhaps(dice, 0.4, { kind: 'merge', other: dice.below(ANY), after: soon(dice) }),
      ...perhaps(dice, 0.15, { kind: 'undelete', after: soon(dice) }),
    ],
  },
  leadConverted: { of: () => [{ kind: 'convert' }] },
  leadConvertedInto: {
    of: (dice) => [
      { kind: 'convertInto', other: dice.below(ANY) },
      ...perhaps(dice, 0.2, { kind: 'merge', other: dice.below(ANY), after: soon(dice) }),
    ],
  },
  askedToReconcile: {
    of: (dice) => [
      { kind: 'reconcile', acceptMissing: dice.chance(0.5), after: dice.chance(0.5) ? 0 : soon(dice) },
      // Asked again before the first asking is heard, or when that is long done.
      ...perhaps(dice, 0.2, { kind: 'reconcile', acceptMissing: false, after: soon(dice) }),
    ],
  },
  deletedHere: {
    of: (dice) => [
      { kind: 'deleteHere', salesforce: dice.pick(['keep', 'delete'] as const) },
      ...perhaps(dice, 0.6, { kind: 'revive', after: soon(dice) }),
      ...perhaps(dice, 0.3, { kind: 'sync', after: A_WHILE_MS }),
    ],
  },
  previewed: { of: () => [{ kind: 'preview' }] },
  assigned: {
    of: (dice) => [
      { kind: 'assign', to: dice.pick(['user', 'queue', 'assignmentRule'] as const), choice: dice.below(ANY) },
    ],
  },
  listSynced: {
    of: (dice) => [
      {
        kind: 'syncList',
        who: dice.pick(['all', 'localOnly'] as const),
        pausedFor: dice.chance(0.3) ? soon(dice) : 0,
      },
    ],
  },
  validationRule: { of: (dice) => [{ kind: 'rule', on: dice.chance(0.6) }] },
  recordRefused: {
    of: (dice) => {
      const naming = dice.pick(['nothing', 'nothing', 'lookup', 'owner'] as const);
      const field = dice.pick(TRACED_FIELDS);
      const value = field === 'Score__c' ? dice.below(1000) + 0.5 : `r${dice.below(1_000_000)}`;
      return [
        { kind: 'refuse', naming },
        { kind: 'marketingEdit', field, value, after: soon(dice) },
      ];
    },
  },
  refusedForNow: {
    of: (dice) => {
      const field = dice.pick(TRACED_FIELDS);
      const value = field === 'Score__c' ? dice.below(1000) + 0.5 : `n${dice.below(1_000_000)}`;
      return [
        { kind: 'refuse', naming: dice.pick(['unknown', 'lock'] as const) },
        { kind: 'marketingEdit', field, value, after: soon(dice) },
        ...perhaps(dice, 0.3, { kind: 'mend', after: dice.between(1, 8) * A_WHILE_MS }),
      ];
    },
  },
  fieldAdded: {
    of: (dice) => [
      { kind: 'addField' },
      ...edits(dice, ADDED.name, () => `x${dice.below(1_000_000)}`),
      ...perhaps(dice, 0.4, { kind: 'renameField', after: A_WHILE_MS }),
      ...perhaps(dice, 0.4, { kind: 'salesEdit', field: RENAMED.name, value: 'renamed', after: 2 * A_WHILE_MS }),
    ],
  },
  fieldRetyped: {
    of: (dice) => [
      ...edits(dice, RETYPED.name, () => String(dice.below(1_000_000))),
      ...perhaps(dice, 0.4, { kind: 'retypeField', after: soon(dice) }),
      ...perhaps(dice, 0.4, { kind: 'acceptField', after: A_WHILE_MS }),
    ],
  },
  fieldHidden: { share: 0.1, of: (dice) => [{ kind: 'access', on: dice.chance(0.5) }] },
  fieldReadOnly: { share: 0.1, of: (dice) => [{ kind: 'access', on: dice.chance(0.5) }] },
  emailEdited: {
    of: (dice) => {
      const side = dice.pick(['sales', 'marketing'] as const);
      if (dice.chance(0.4)) return [{ kind: 'swapEmails', other: dice.below(ANY), side }];
      return [{ kind: `${side}Edit`, field: 'Email', value: `e${dice.below(1_000_000)}@example.com` }];
    },
  },
  crowd: {
    share: 0.05,
    of: (dice) => [
      {
        kind: dice.pick(['massEdit', 'massUpdate']),
        field: dice.pick(MASS_FIELDS),
        value: `c${dice.below(1_000_000)}`,
      },
    ],
  },
  massUpdate: { of: (dice) => [{ kind: 'massUpdate', field: 'City', value: `u${dice.below(1_000_000)}` }] },
};

/** What the faults of a seed may add to its story. */
export function additionsOf(faults: readonly FaultName[], dice: Dice): readonly Addition[] {
  return faults.flatMap((fault) => {
    const steps = STEPS[fault];
    if (steps === undefined) return [];
    return { faultDice: dice.fork(fault), strikes: FAULTS[fault].strikes * (steps.share ?? 1), operations: steps.of };
  });
}

/** Something that stands still for a while, once in a story, which goes on after it. */
export interface Interruption {
  readonly faultDice: Dice;
  readonly strikes: number;
  readonly kind: 'outage' | 'storeDown';
  readonly minutes: number;
}

/** The daily question is asked again after an outage; a message is given up before the store is back. */
const MINUTES = { outage: [25 * 60, 40 * 60], storeDown: [75, 110] } as const;

export function interruptionsOf(faults: readonly FaultName[], dice: Dice): readonly Interruption[] {
  return (['outage', 'storeDown'] as const).flatMap((kind) => {
    if (!faults.includes(kind)) return [];
    const faultDice = dice.fork(kind);
    const [least, most] = MINUTES[kind];
    return { faultDice, strikes: FAULTS[kind].strikes, kind, minutes: faultDice.between(least, most) };
  });
}
