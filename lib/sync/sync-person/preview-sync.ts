import { isLeased, isWritable, type Person } from '../../person/person.ts';
import type { Row } from '../../person/row.ts';
import { planCreate, planUpdate, type SyncPlan } from '../../schema/plan-sync.ts';
import type { Context } from '../context/context.ts';
import { describedSchemas, knownOrDescribedSchemas } from '../context/schemas.ts';
import type { Ports } from '../ports/ports.ts';
import { answerQuestion } from '../rows/answer-questions.ts';
import { survivorOfPerson } from '../rows/holders.ts';
import type { Known, Step } from '../rows/known.ts';
import { ownPushOf } from '../rows/merge-values.ts';
import type { QuestionRun, RunEnd } from '../rows/question-run.ts';
import { type Candidate, candidatesOf } from './person-sync.ts';
import { unanswered } from './under-lease.ts';

/** Used for computing only: nothing is written. */
export type PreviewPorts = Pick<Ports, 'clock' | 'policy' | 'persons' | 'records' | 'queue'> & {
  readonly state: Pick<Ports['state'], 'loadSchema'>;
  readonly feed: Pick<Ports['feed'], 'describe'>;
};

type PreviewContext = Context<PreviewPorts>;

/** The effect of a sync at present. */
export interface Preview extends SyncPlan {
  readonly kind: 'preview';
  readonly personId: string;
  /** The record to be synced; null where a Lead would be created, or several records match. */
  readonly record: Candidate | null;
  readonly outcome:
    | ('created' | 'linked' | 'updated' | 'unchanged' | 'rejected')
    | ('ambiguousMatch' | 'recordNotVisible');
  readonly candidates: readonly Candidate[];
  /** Why the background does not sync the person by itself; null if the next cycle will, or nothing is to be done. */
  readonly waitsFor: string | null;
}

export type PreviewOutcome = Preview | { readonly kind: 'notFound' | 'unavailable' | 'limit' };

/** What a sync would pull and push at present, field by field, with reasons. Changes nothing. */
export async function previewSync(ports: PreviewPorts, personId: string): Promise<PreviewOutcome> {
  const stored = await ports.persons.get(personId);
  const person = stored && (await survivorOfPerson(ports.persons, stored));
  if (person === undefined || person.deletedHere !== null) return { kind: 'notFound' };
  try {
    // As in a manual sync: a parked person is judged by the present schema.
    const schemas = await (person.rejection === null ? knownOrDescribedSchemas(ports) : describedSchemas(ports));
    return await previewOf({ ports, schemas }, person);
  } catch (error) {
    return unanswered(error);
  }
}

async function previewOf(context: PreviewContext, person: Person): Promise<Preview> {
  const { personId, lease } = person;
  const question = { kind: 'person', personId, readsOwn: true, attaches: true, hasMessage: false } as const;
  const stopsAt = ({ kind }: Step, known: Known) => kind === 'take' && known.found() !== undefined;
  // Computed as the holder of the lease.
  const options = { isDry: true, stopsAt, token: lease?.owner };
  const run = await answerQuestion(context, question, options);
  const { ended, foundPerson = person } = run;
  const target = targetOf(run, person);
  if (target !== undefined) return withRow(context, target.person, target);
  return ended?.kind === 'insert' ? created(context, foundPerson) : undecided(context.ports, foundPerson, ended);
}

/** The row to be synced, and the person before the sync. */
function targetOf(run: QuestionRun, person: Person) {
  const { ended } = run;
  if (ended?.kind === 'stopped' && ended.step.kind === 'take') {
    return { person: run.person(ended.step.personId) ?? person, row: ended.step.row, linked: true };
  }
  return ended?.kind === 'push' ? ownTarget(run, person) : undefined;
}

function ownTarget(run: QuestionRun, person: Person) {
  const { foundPerson = person } = run;
  const row = run.row(foundPerson.salesforce?.id ?? '');
  if (row === undefined) return undefined;
  return { person: person.salesforce?.id === row.id ? person : foundPerson, row, linked: false };
}

function created({ ports, schemas }: PreviewContext, person: Person): Preview {
  const plan = planCreate({ ...schemas.Lead, policy: ports.policy }, person);
  const outcome = plan.rejection === null ? 'created' : 'rejected';
  const waitsFor = waitsForOf(ports, person);
  return { kind: 'preview', personId: person.personId, record: null, outcome, candidates: [], waitsFor, ...plan };
}

async function undecided(ports: PreviewPorts, person: Person, ended: RunEnd | undefined): Promise<Preview> {
  const candidates = await candidatesOf(ports, person, ended?.kind === 'ambiguous' ? ended.rows : []);
  const nothing = { fields: [], pulled: [], pushed: [], rejection: null };
  const what =
    ended?.kind === 'notVisible'
      ? ({ record: ended.row, outcome: 'recordNotVisible' } as const)
      : ({ record: null, outcome: 'ambiguousMatch' } as const);
  return {
    kind: 'preview',
    personId: person.personId,
    ...nothing,
    ...what,
    candidates,
    waitsFor: waitsForOf(ports, person),
  };
}

function withRow(
  { ports, schemas }: PreviewContext,
  person: Person,
  { row, linked }: { readonly row: Row; readonly linked: boolean },
): Preview {
  const object = { ...schemas[row.type], policy: ports.policy };
  const plan = planUpdate(object, person, row, ownPushOf(person));
  const changes = plan.pulled.length + plan.pushed.length > 0;
  const done = linked ? 'linked' : changes ? 'updated' : 'unchanged';
  return {
    kind: 'preview',
    personId: person.personId,
    record: { type: row.type, id: row.id },
    outcome: plan.rejection === null ? done : 'rejected',
    candidates: [],
    waitsFor: waitsForOf(ports, person),
    ...plan,
  };
}

function waitsForOf({ clock }: PreviewPorts, person: Person): string | null {
  if (isLeased(person, clock.now()))
    return `a different sync of the person, until ${person.lease?.expiresAt} at the latest`;
  if (person.rejection !== null) return `a change on either side: parked by ${person.rejection.code}`;
  if (!isWritable(person.salesforce)) return 'a manual sync: the person has no living record in Salesforce';
  return null;
}
