/**
 * Seeds that once broke an invariant, and what was wrong. They are run with every test. A seed tells the same story only
 * as long as its faults and dice are drawn as they are: each of these was seen to fail without what mended it.
 */
export const REGRESSIONS: readonly (readonly [seed: number, what: string])[] = [
  [537, 'a merge wrote the loser’s value over a field that nobody here may write, as if Salesforce held it'],
  [16066, 'a Lead was converted before its first state arrived, which then made a second person of it'],
  [22281, 'a person made of a Contact came into that of its Lead while that was busy, and was never taken over'],
  [22801, 'a creation that was taken, and then not linked, passed for one that was not sent'],
  [3977, 'a person went over to a Contact that had lost a merge, and stayed there'],
];
