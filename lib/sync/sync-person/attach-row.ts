import { isWritable, type Person } from '../../person/person.ts';
import { OBJECTS } from '../../person/row.ts';
import { afterPush } from '../push/store-settled.ts';
import type { Known, Step } from '../rows/known.ts';
import type { QuestionRun, RunEnd } from '../rows/question-run.ts';
import { type Creation, insertLead, refuse } from './insert-lead.ts';
import {
  type Attaching,
  askToAttach,
  candidatesOf,
  over,
  type PersonSync,
  type SyncOutcome,
  type SyncStep,
} from './person-sync.ts';

/**
 * Gives a person without a living row a row, in order of preference: the successor of the own row; a Lead or Contact
 * carrying the person's id; the only row with the person's email; a new Lead. A row held by a different person is never
 * taken.
 */
export async function attachRow(sync: PersonSync, person: Person): Promise<SyncStep> {
  if (isWritable(person.salesforce)) return { kind: 'goOn', linked: false, person, pulled: [], conflicts: [] };
  const run = await askFor(sync, person, {});
  if (run.ended?.kind !== 'insert' || run.foundPerson?.personId !== person.personId) {
    return stepAfter(sync, person, run);
  }
  const creation = await insertLead(sync, run.foundPerson);
  if (creation.kind !== 'attach') return creation;
  const again = await attachCreated(sync, creation);
  const isUnfollowed = again.ended?.kind === 'nothing' && again.foundPerson?.personId === person.personId;
  if (isUnfollowed && creation.refused !== undefined) return refuse(sync, creation.refused);
  return stepAfter(sync, person, again);
}

/** A Lead just created stays the person's, even if already converted. */
function attachCreated(
  sync: PersonSync,
  { person, to, made }: Extract<Creation, { kind: 'attach' }>,
): Promise<QuestionRun> {
  const attaching = () => askFor(sync, person, to);
  return made ? afterPush(attaching) : attaching();
}

function askFor(sync: PersonSync, person: Person, to: Attaching): Promise<QuestionRun> {
  return askToAttach(sync, person, to, (step, known) => isContactForQueue(sync, step, known));
}

/** Salesforce does not allow a queue as the owner of a Contact: nothing is written. */
function isContactForQueue({ assignTo }: PersonSync, { kind }: Step, known: Known): boolean {
  const found = known.found();
  const takes = kind === 'claim' || kind === 'take';
  return takes && assignTo.kind === 'queue' && found?.kind === 'one' && !OBJECTS[found.row.type].queuesOwn;
}

async function stepAfter(sync: PersonSync, asked: Person, run: QuestionRun): Promise<SyncStep> {
  const { ended, foundPerson } = run;
  if (foundPerson !== undefined && foundPerson.personId !== asked.personId) {
    return over({ kind: 'mergedAway', personId: foundPerson.personId });
  }
  if (ended?.kind === 'push' && foundPerson !== undefined)
    return { ...goingOn(run), kind: 'goOn', person: foundPerson };
  if (ended?.kind === 'notVisible') return over({ kind: 'recordNotVisible', record: ended.row });
  if (ended?.kind === 'ambiguous') {
    return over({ kind: 'ambiguousMatch', candidates: await candidatesOf(sync.ports, asked, ended.rows) });
  }
  return over(unattached(ended, foundPerson));
}

function unattached(ended: RunEnd | undefined, foundPerson: Person | undefined): SyncOutcome {
  if (ended?.kind === 'stopped') return { kind: 'contactNotAssignable' };
  if (ended?.kind === 'notFound') return { kind: 'notFound' };
  const deletedHere = foundPerson?.deletedHere ?? null;
  return deletedHere === null ? { kind: 'busy' } : { kind: 'deletedHere', at: deletedHere.at };
}

/** Field differences found when linking a row are not reported as pulled. */
function goingOn({
  taken,
  pulled,
  conflicts,
}: QuestionRun): Pick<Extract<SyncStep, { kind: 'goOn' }>, 'linked' | 'pulled' | 'conflicts'> {
  const linked = taken.length > 0;
  return { linked, pulled: linked ? [] : pulled, conflicts };
}
