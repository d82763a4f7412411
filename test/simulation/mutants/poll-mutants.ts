// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are pieces of programs.

import type { Mutant } from './mutant.ts';

const SOQL = 'lib/salesforce/soql.ts';
const WINDOW = 'lib/sync/poll/read-window.ts';
const STATE = 'lib/sync/state/feed-state.ts';
const RECONCILE = 'lib/sync/poll/reconcile.ts';

/** What the poll reads and remembers, and what it hands out to be merged. */
export const POLL_MUTANTS: readonly Mutant[] = [
  {
    name: 'no lookback, and no heed to what Salesforce holds back',
    file: STATE,
    from: 'const lookback = addMs(state.checkpoint, -lookbackSeconds * 1000);',
    to: 'const lookback = state.checkpoint;\n  if (lookbackSeconds >= 0) return lookback;',
    with: ['longTransaction'],
    killedBy: 29,
  },
  {
    name: 'the checkpoint goes back where a later window ends earlier',
    file: STATE,
    from: 'checkpoint: before > state.checkpoint ? before : state.checkpoint,',
    to: 'checkpoint: before,',
    with: ['pollsOverlap', 'salesforceSlow'],
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
    file: SOQL,
    from: 'SystemModstamp >= ${soqlInstant(from)} AND SystemModstamp <',
    to: 'SystemModstamp > ${soqlInstant(from)} AND SystemModstamp <',
    with: ['shortPage', 'massUpdate'],
  },
  {
    name: 'only the first page is read',
    file: WINDOW,
    from: 'return page.more && last !== undefined',
    to: 'return false && page.more && last !== undefined',
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
    from: 'return `${systemModstamp} ${((values ^ columns) >>> 0).toString(36)}`;',
    to: 'return systemModstamp;',
    stage: 'committedUnderAnOldStamp',
  },
  {
    name: 'the rows of an accepted field are not read',
    gap: 'few stories accept a type, and in these the next poll mostly brings the rows anyway',
    file: 'lib/schema/field-history.ts',
    from: "owed: { ...stored.history.owed, [name]: 'all' },",
    to: 'owed: stored.history.owed,',
    with: ['fieldRetyped'],
  },
  {
    name: 'of a field that was added no rows are read',
    file: 'lib/schema/field-history.ts',
    from: "if (known === undefined) return 'filled';",
    to: 'if (known === undefined) return undefined;',
    with: ['fieldAdded'],
  },
  {
    name: 'a field of another type goes on syncing',
    file: 'lib/schema/field-history.ts',
    from: 'if (known !== undefined && known.shape.kind !== field.shape.kind) {',
    to: 'if (known !== undefined && known.shape.kind === undefined) {',
    with: ['fieldRetyped'],
  },
  {
    name: 'formulas are not pulled',
    file: 'lib/schema/object-schema.ts',
    from: 'pull: !pushOnly.includes(name),',
    to: 'pull: !pushOnly.includes(name) && !field.calculated,',
    with: ['formulaShown'],
  },
  {
    name: 'edits are not handed out by the poll',
    file: 'lib/sync/poll/hand-out.ts',
    from: 'await ports.persons.newestAwaitingPush(this.#after, settings.freshPersons);',
    to: '(await ports.persons.newestAwaitingPush(this.#after, settings.freshPersons)).slice(0, 0);',
  },
  {
    name: 'who was handed out once is never handed out again',
    file: 'lib/sync/state/handed-out.ts',
    from: 'by === null || depth === 0 || msBetween(by.since, now) >= REPEATED_AFTER_MS ? null : by;',
    to: 'by === null || depth < 0 ? null : by;',
    with: ['salesforceUnavailable'],
  },
  {
    name: 'a window ends with the newest rows that went ahead of it',
    file: 'lib/sync/poll/pull-changes.ts',
    from: 'openWindow(run, { ...opened, state: newest.state }, stored)',
    to: 'openWindow(run, { ...opened, page: { ...page, more: false }, state: newest.state }, stored)',
    with: ['shortPage', 'massUpdate'],
  },
  {
    name: 'a row that went ahead of its window leaves no memory that another state is under way',
    file: 'lib/sync/poll/sent-rows.ts',
    from: "fresh.push({ id, text, bytes, newer: sight === 'newer' });",
    to: 'fresh.push({ id, text, bytes, newer: false });',
    with: ['backlogBehind', 'bulkRead'],
    stage: 'comesAfterItWasSetBack',
  },
  {
    name: 'a reconciliation passes over rows that cannot be read',
    file: RECONCILE,
    from: 'await handOut(run, drifted.missing, from.acceptMissing);',
    to: '',
    stage: 'foundWhenAskedFor',
  },
  {
    name: 'a reconciliation goes on although what it found was not queued',
    file: RECONCILE,
    from: 'await handOut(run, drifted.missing, from.acceptMissing);',
    to: 'await handOut(run, drifted.missing, from.acceptMissing).catch(() => undefined);',
    stage: 'foundWhenAskedFor',
  },
  {
    name: 'an asking for a reconciliation is heard again and again',
    file: 'lib/sync/state/reconciliation.ts',
    from: 'since: now, heard };',
    to: 'since: now, heard: book.heard };',
    stage: 'foundWhenAskedFor',
  },
];
