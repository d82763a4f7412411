/**
 * Seeds that once broke an invariant, and what was wrong. They are run with every test. A seed tells the same story
 * only as long as its faults and dice are drawn as they are: each of these was seen to fail without what mended it.
 */
export const REGRESSIONS: readonly (readonly [seed: number, what: string])[] = [
  [537, 'a merge wrote the loser’s value over a field that nobody here may write, as if Salesforce held it'],
  [16066, 'a Lead was converted before its first state arrived, which then made a second person of it'],
  [22281, 'a person made of a Contact came into that of its Lead while that was busy, and was never taken over'],
  [22801, 'a creation that was taken, and then not linked, passed for one that was not sent'],
  [94688, 'a person came to its row while another wrote it, and lost sight of the one it had just taken in'],
  [103164, 'a cycle could not save what it had queued, and the next one did not know'],
  [108750, 'a person that was merged away was not taken over where its row was read again'],
  [135526, 'an edit made after a lost creation gave way to what automation had made of the value sent'],
  [185446, 'a row left Salesforce for good before the first sync had come to its end'],
  [397294, 'the link of a row was taken from one who was on the way into somebody else, and known by it alone'],
  [444643, 'a Lead was undeleted and edited just before another was to be made, and the edit was written over'],
  [721825, 'two persons for a row that one claimed while the other was made of it, and nobody asked again'],
  [724736, 'the same, where whoever had claimed the row died before asking'],
  [733602, 'the same, where the message that had made the one came again after a newer state of the row'],
  [736342, 'a rejection was told twice, for the first had just been moved out of the person’s item'],
  [1120312, 'who was to take in another was busy for a moment, and it was left to a message that came minutes later'],
  [3977, 'a person went over to a Contact that had lost a merge, and stayed there'],
  [62987, 'a lost deletion was taken for a guarded push, and its lease ended while it could still commit'],
];
