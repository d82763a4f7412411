import type { Mutant } from './mutant.ts';

const MERGE = 'lib/person/merge-row.ts';
const RUN = 'lib/sync/merge/merge-run.ts';
const LIFE = 'lib/person/life-cycle.ts';
const INHERITANCE = 'lib/person/inheritance.ts';
const ABSORB = 'lib/person/absorb-person.ts';
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
    name: 'stale rows are not refused',
    file: LIFE,
    from: "row.systemModstamp < link.systemModstamp) return 'past';",
    to: "row.systemModstamp < link.systemModstamp) return 'current';",
    with: ['messageDelayed', 'messageAgain'],
  },
  {
    name: 'a claim that another holds is passed over',
    file: 'lib/sync/edit-persons.ts',
    from: 'if (holder === personId) return personId;',
    to: 'if (holder !== undefined) return personId;',
  },
  {
    name: 'an old state of a row makes a second person',
    file: 'lib/sync/rows/apply-row.ts',
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
    file: 'lib/sync/rows/survivors.ts',
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
    file: 'lib/sync/rows/rivals.ts',
    from: '(each) => each.personId !== person.personId && standsFor(each, row)',
    to: '(each) => each.personId !== person.personId && standsFor(each, row) && each.version < 0',
    stage: 'linkedWhileMet',
  },
  {
    name: 'who claims a row does not ask who was made of it before',
    file: 'lib/sync/rows/met-row.ts',
    from: 'return rival === undefined ? {',
    to: 'return rival !== null ? {',
    stage: 'linkedWhileMet',
    killedBy: 263,
  },
  {
    name: 'a message that comes again does not ask again who came to the row',
    file: 'lib/sync/merge/came-lately.ts',
    from: 'activity.at >= since && leadsTo(activity, row.id)',
    to: 'activity.at < since && leadsTo(activity, row.id)',
    stage: 'takenWhileBroughtBack',
    killedBy: 529,
  },
  {
    name: 'who makes a person of a row does not ask for its link',
    file: RUN,
    from: 'const open = [...standing, ...unabsorbed];',
    to: 'const open = [...standing, ...unabsorbed].slice(9);',
    stage: 'linkedWhileMet',
    killedBy: 2,
  },
  {
    name: 'a survivor absorbs without reading its row first',
    file: 'lib/sync/rows/absorb-persons.ts',
    from: 'const read = refreshedPerson(schemas, survivor, record, now).person;',
    to: 'const read = refreshedPerson(schemas, survivor, record, now).person && survivor;',
    stage: 'mergedWhileEdited',
  },
  {
    name: 'a person who follows its row leaves behind what that held last',
    file: 'lib/sync/rows/store-read.ts',
    from: 'if (record === undefined) return { person, pulled: [], conflicts: [] };',
    to: 'if (record !== null) return { person, pulled: [], conflicts: [] };',
    stage: 'mergedWhileEdited',
  },
  {
    name: 'a person goes into nobody',
    file: ABSORB,
    from: 'const into = survivor.personId;',
    to: "const into = survivor.personId + '-';",
    with: ['rowsMerged'],
  },
];
