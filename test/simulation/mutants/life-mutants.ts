import type { Mutant } from './mutant.ts';

const MERGE = 'lib/person/merge-row.ts';
const ROWS = 'lib/sync/rows/row-table.ts';
const CLAIMS = 'lib/sync/rows/claim-table.ts';
const LIFE = 'lib/person/life-cycle.ts';
const INHERITANCE = 'lib/person/inheritance.ts';
const STORE = 'test/fakes/in-memory-person-store.ts';

/** Whose a row is, and what becomes of persons whose rows come, go and become one. */
export const LIFE_MUTANTS: readonly Mutant[] = [
  {
    name: 'a person is created over one that exists',
    file: STORE,
    from: "if (this.#persons.has(created.personId)) return 'exists';",
    to: '',
    killedBy: 32417,
  },
  {
    name: 'a claim that another holds is passed over',
    file: 'lib/sync/persons/edit-persons.ts',
    from: 'if (holder === personId) return personId;',
    to: 'if (holder !== undefined) return personId;',
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
    from: 'return isConverted && id !== null && into !== null',
    to: 'return isConverted && id === into && into !== null',
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
    name: 'an old state of a row makes a second person',
    file: ROWS,
    from: 'if (isGone(state)) return yield* leftAndGone(known, leaver, state);',
    to: 'return isGone(state) ? yield* leftAndGone(known, leaver, state) : yield* newLife(known, state);',
    stage: 'comesBackAsItWas',
  },
  {
    name: 'a frozen person passes for absorbed',
    file: 'lib/sync/rows/authority.ts',
    from: 'findLast((person, at) => !isAbsorbed(person, at));',
    to: 'findLast((person, at) => !isAbsorbed(person, at) && at < 0);',
    stage: 'mergedWhileEdited',
  },
  {
    name: 'a person takes a row that its authority does not give it',
    file: ROWS,
    from: "return { kind: 'claim', rowId: state.id, personId, rule: '8' };",
    to: "return { kind: 'take', personId, row: state, succeeds: false, rule: '8' };",
  },
  {
    name: 'whoever meets a claim does not help',
    file: CLAIMS,
    from: "if (erased && !hasSuccessor(claimer)) return renounce('24');",
    to: "if (personId !== '') return { kind: 'nothing', personId, rule: '24' };",
  },
  {
    name: 'a row that is gone leaves no trace',
    file: ROWS,
    from: "return { kind: 'noteGone', row: state, rule: '6' };",
    to: "return { kind: 'nothing', personId: null, rule: '6' };",
    with: ['messageDelayed', 'messageAgain', 'rowDeleted'],
    killedBy: 25255,
  },
  {
    name: 'the authority is written without a condition',
    file: STORE,
    from: "if (this.#persons.has(next.personId) || current?.revision !== stored?.revision) return 'refused';",
    to: "if (this.#persons.has(next.personId)) return 'refused';",
    killedBy: 1505,
  },
  {
    name: 'a survivor absorbs without reading its row first',
    file: 'lib/sync/rows/claim-table.ts',
    from: 'const own = yield* newsOfOwnRow(known, survivor);',
    to: "const own = rule === 'B1' ? yield* newsOfOwnRow(known, survivor) : undefined;",
    equivalent:
      'the row of the survivor is read and merged before the join already; only a crash in between parts the two',
    stage: 'mergedWhileEdited',
  },
  {
    name: 'an edit that waits is taken for pushed where only the converted Lead has it',
    file: 'lib/sync/rows/merge-values.ts',
    from: 'if (!row.isConverted) return row;',
    to: 'if (row.id !== "") return row;',
    killedBy: 16,
  },
  {
    name: 'stale rows are not refused',
    file: ROWS,
    from: 'if (state.systemModstamp > stamp) return',
    to: 'if (state.systemModstamp !== stamp) return',
    killedBy: 20,
  },
  {
    name: 'a person goes into nobody',
    file: CLAIMS,
    from: 'into: into.personId, gives, gone: null, rule };',
    to: "into: into.personId + '-', gives, gone: null, rule };",
    with: ['rowsMerged'],
  },
];
