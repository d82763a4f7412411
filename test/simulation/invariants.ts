/** The eleven invariants of `test/README.md`, each with the names under which the simulation says that it is broken. */
export const INVARIANTS: readonly (readonly [invariant: string, names: readonly string[]])[] = [
  ['1 base is truth', ['base is truth', 'what a row held is known']],
  ['2 an older row changes nothing', ['no older state']],
  ['3 one push at a time', ['one push at a time']],
  [
    '4 no edit is lost unseen',
    [
      'no edit of ours is lost',
      'no edit of Salesforce is lost',
      'no edit of Salesforce is passed over',
      'no edit is lost in a merge',
      'no conflict is made up',
      'only edits conflict',
      'edits wait for the Contact',
      'the last edit stands',
      'the winner is the policy’s',
      'what waits goes along',
    ],
  ],
  ['5 one Lead a person', ['one Lead a person', 'one person an email', 'every row has one person']],
  [
    '6 later edits go to the successor',
    [
      'nothing is written to what is gone',
      'a person follows its row',
      'a merged person has a survivor',
      'a merged person is taken over',
      'a merged person leads to one',
    ],
  ],
  [
    '7 rejections are told once, activities have a cause',
    [
      'every rejection is told',
      'no rejection is made up',
      'a rejection is told',
      'a rejection is told once',
      'a merge is told once',
      'no activity without cause',
      'versions count up',
    ],
  ],
  [
    '8 both sides agree, and then rest',
    [
      'both sides agree',
      'nothing waits',
      'silence',
      'an accepted type is read',
      'a new type waits to be accepted',
      'a preview is given',
      'a preview of who is in step moves nothing',
    ],
  ],
  [
    '9 the checkpoint passes nothing',
    [
      'the checkpoint passes nothing',
      'the checkpoint moves forward',
      'an asking is heard',
      'lists end',
      'a reconciliation finds nothing',
    ],
  ],
  [
    '10 one bad record holds back no other',
    ['no dead letters without poison', 'only what was refused is parked', 'parked for what it holds'],
  ],
  [
    '11 what lasts is told',
    [
      'what lasts is told',
      'what was refused is not tried again',
      'a refusal is tried again',
      'what passes is tried again',
      'what the schema allows is tried again',
    ],
  ],
];

/** The invariant that a line of a broken story is about; undefined: the program itself fails. */
export function invariantOf(line: string): string | undefined {
  const name = line.slice(0, line.indexOf(':'));
  return INVARIANTS.find(([, names]) => names.includes(name))?.[0];
}
