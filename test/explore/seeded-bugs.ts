/** A seeded bug: one line of one file changed. */
export interface SeededBug {
  readonly name: string;
  /** Below the project's folder. */
  readonly file: string;
  readonly from: string;
  readonly to: string;
  /** The world that shows it first; null: no world does, so that the line is not proven to be needed in these worlds. */
  readonly world: string | null;
}

const [AUTHORITY, ROWS] = ['lib/sync/rows/authority.ts', 'lib/sync/rows/row-table.ts'];
const CLAIMS = 'lib/sync/rows/claim-table.ts';
const STANDING = 'lib/person/standing.ts';
const STEPS = 'test/explore/step-worker.ts';
const WRITES = 'test/explore/carry-out.ts';
const ORG = 'test/explore/org.ts';
const CALLS = 'test/explore/call-table.ts';

/** The bugs of the specification's checker. */
// biome-ignore-start lint/suspicious/noTemplateCurlyInString: pieces of source
export const SEEDED_BUGS: readonly SeededBug[] = [
  {
    name: 'the authority is written without a condition',
    file: STEPS,
    from: 'if (!isAsRead) return',
    to: 'if (!isAsRead && (did.kind === "merge" || !/^sf-r.$/.test(item.personId))) return',
    world: 'new-row',
  },
  {
    name: 'the survivor is written without a condition',
    file: STEPS,
    from: 'if (!isAsRead) return',
    to: 'if (!isAsRead && did.kind !== "absorb" && did.kind !== "take") return',
    world: 'convert-linked',
  },
  {
    name: 'the person takes the row before the authority names it',
    file: ROWS,
    from: "return { kind: 'claim', rowId: state.id, personId, rule: '8' };",
    to: "return { kind: 'take', personId, row: state, succeeds: false, rule: '8' };",
    world: 'named-row',
  },
  {
    name: 'whoever meets a claim does not help',
    file: CLAIMS,
    from: "if (erased && !hasSuccessor(claimer)) return renounce('24');",
    to: "if (personId !== '') return { kind: 'nothing', personId, rule: '24' };",
    world: 'named-row',
  },
  {
    name: 'a person does not know which rows it has left',
    file: AUTHORITY,
    from: "kind: rowId in survivor.left ? 'left' : 'claimed'",
    to: "kind: 'claimed'",
    world: 'named-row',
  },
  {
    name: 'a join begins without a message',
    file: CLAIMS,
    from: 'if (!told && !known.sent(loser.personId)) return',
    to: 'if (told && !told) return',
    world: null,
  },
  {
    name: 'a row that is gone leaves no trace',
    file: ROWS,
    from: "return { kind: 'noteGone', row: state, rule: '6' };",
    to: "return { kind: 'nothing', personId: null, rule: '6' };",
    world: 'new-row',
  },
  {
    name: 'a row that was left and is gone leaves no trace',
    file: ROWS,
    from: "return isNew ? { kind: 'noteGone', row: state, rule: '14' }",
    to: "return isNew && state.id === '' ? { kind: 'noteGone', row: state, rule: '14' }",
    world: 'email-two-rows',
  },
  {
    name: 'a new life begins with a state that was not read just now',
    file: ROWS,
    from: 'if (isGone(state)) return yield* leftAndGone(known, leaver, state);',
    to: 'return isGone(state) ? yield* leftAndGone(known, leaver, state) : yield* newLife(known, state);',
    world: 'named-row',
  },
  {
    name: 'a frozen person passes for absorbed',
    file: AUTHORITY,
    from: 'findLast((person, at) => !isAbsorbed(person, at));',
    to: 'findLast((person, at) => !isAbsorbed(person, at) && at < 0);',
    world: 'convert-linked',
  },
  {
    name: 'a successor is not merged before the join',
    file: CLAIMS,
    from: 'if (!isMergedLater && isNews(known, holder, row)) {',
    to: 'if (holder.personId === "" && isNews(known, holder, row)) {',
    world: 'merge-and-back',
  },
  {
    name: 'a claim is taken back and not renounced',
    file: CLAIMS,
    from: "(yield* readOwnFirst(known, claimer, '19')) ?? renounce('19')",
    to: "yield* newLife(known, state, '19')",
    world: 'merge-then-convert',
  },
  {
    name: 'stamps are ignored',
    file: ROWS,
    from: 'if (state.systemModstamp > stamp) return',
    to: 'if (state.systemModstamp > stamp || state.isDeleted !== salesforce?.isDeleted) return',
    world: 'named-row',
  },
  {
    name: 'a Lead is created without a key',
    file: ORG,
    from: 'if (holders.length > 0) return',
    to: 'if (holders.length > 9) return',
    world: 'sync-creates',
  },
  {
    name: 'a new life has no authority',
    file: CLAIMS,
    from: "return { kind: 'claim', rowId: fresh.id, personId: `${authorityId}-${authority.revision}`, rule };",
    to: "return { kind: 'create', row: fresh, personId: `${authorityId}-${authority.revision}`, rule };",
    world: 'merge-undelete',
  },
  {
    name: 'an erasure keeps parts',
    file: WRITES,
    from: "case 'clear':\n      return { item: erased(person), wiped: values, issued };",
    to: "case 'clear':\n      return { item: { ...person, erased: true }, wiped: values, issued };",
    world: 'erased-merges',
  },
  {
    name: 'an erasure begins without a message',
    file: CALLS,
    from: "if (message.kind === 'erase' && !sent)",
    to: "if (message.kind === 'erase' && sent)",
    world: 'erased-merges',
  },
  {
    name: 'what is gone is not told to its holder first',
    file: ROWS,
    from: 'if (state.systemModstamp > stamp) return',
    to: "const next = holder.salesforce && !isGone(holder.salesforce) && isGone(state) ? (state.masterRecordId ?? state.convertedContactId) : null;\n  if (next !== null && state.systemModstamp > stamp && (yield* itemOf(known, personIdOfRow(next))) === null) return { kind: 'claim', rowId: next, personId, rule: '3' };\n  if (state.systemModstamp > stamp) return",
    world: null,
  },
  {
    name: 'a survivor counts its own row among those it has left',
    file: STANDING,
    from: 'if (salesforce !== null) delete left[salesforce.id];',
    to: '',
    world: 'merge-and-back',
  },
  {
    name: 'what a person has left decides which way two are joined',
    file: CLAIMS,
    from: 'const gives = holder.newborn;',
    to: 'const gives = holder.newborn && !(row.id in follower.left);',
    world: 'merge-and-back',
  },
  {
    name: 'an erased person renounces what took the place of its row',
    file: CLAIMS,
    from: 'if (erased && !hasSuccessor(claimer)) return',
    to: 'if (erased) return',
    world: 'erased-converts',
  },
  {
    name: 'a row is renounced without a look at the own one',
    file: CLAIMS,
    from: "(yield* readOwnFirst(known, claimer, '19')) ?? renounce('19')",
    to: "renounce('19')",
    world: null,
  },
];
// biome-ignore-end lint/suspicious/noTemplateCurlyInString: pieces of source
