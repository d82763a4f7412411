import { hasEmail, isLeased } from '../../person/person.ts';
import type { Row, RowName } from '../../person/row.ts';
import type { RowContext } from '../context/context.ts';
import { inParallel, STORE_PARALLELISM } from '../in-parallel.ts';
import { decide, type Question } from './decide.ts';
import type { Decided, Read, Step } from './known.ts';
import { type AskOptions, QuestionRun } from './question-run.ts';
import { findRowsFor, otherRowsWithEmail, readRows } from './salesforce-rows.ts';
import { writeStep } from './write-step.ts';

/** A question and the pending read or step. */
interface Turn<Act> {
  readonly run: QuestionRun;
  readonly act: Act;
}

const STEP_KINDS: readonly Step['kind'][] = [
  ...(['absorb', 'clear', 'merge', 'parkUnseen', 'claim', 'noteGone'] as const),
  ...(['create', 'take', 'renounce', 'freeze', 'bury', 'send'] as const),
];
const STEPS: ReadonlySet<string> = new Set(STEP_KINDS);

/**
 * Answers questions about rows and persons as a batch. Every round performs the reads of all questions together, then
 * one step per question. A failed read fails only the questions waiting for the read. A question without time left for
 * the next read or write ends as `late`; completed writes stay.
 */
export async function answerQuestions(
  context: RowContext,
  questions: readonly Question[],
  options: AskOptions = {},
): Promise<readonly QuestionRun[]> {
  const { clock } = context.ports;
  const runs = questions.map((question) => {
    return new QuestionRun(question, options, context.schemas, (person) => isLeased(person, clock.now()));
  });
  for (let open: readonly QuestionRun[] = runs; open.length > 0; ) {
    const turns = open.flatMap((run) => turnOf(run) ?? []);
    if (options.hasTime?.() === false) return endLate(runs, turns);
    await readAll(context, turns);
    await inParallel(turns.filter(isStep), STORE_PARALLELISM, (turn) => carryOut(context, turn));
    open = open.filter(({ ended }) => ended === undefined);
  }
  return runs;
}

function endLate(runs: readonly QuestionRun[], turns: readonly Turn<Read | Step>[]): readonly QuestionRun[] {
  for (const { run } of turns) run.ended = { kind: 'late' };
  return runs;
}

/** Answers one question; throws the question's error. */
export async function answerQuestion(
  context: RowContext,
  question: Question,
  options: AskOptions = {},
): Promise<QuestionRun> {
  const [run] = await answerQuestions(context, [question], options);
  if (run === undefined) throw new Error('a question without an answer');
  if (run.ended?.kind === 'failed') throw run.ended.error;
  return run;
}

function turnOf(run: QuestionRun): Turn<Read | Step> | undefined {
  try {
    const act: Read | Decided = decide(run.known, run.question);
    if (isRead(act)) return { run, act };
    if (!isWritten(act)) run.ended = act;
    else if (run.options.stopsAt?.(act, run.known) === true) run.ended = { kind: 'stopped', step: act };
    else return { run, act };
  } catch (error) {
    run.ended = { kind: 'failed', error };
  }
  return undefined;
}

function isRead(act: Read | Decided): act is Read {
  return !('rule' in act);
}

function isWritten(act: Decided): act is Decided & Step {
  return STEPS.has(act.kind);
}

function isStep(turn: Turn<Read | Step>): turn is Turn<Step> {
  return STEPS.has(turn.act.kind);
}

async function carryOut(context: RowContext, { run, act }: Turn<Step>): Promise<void> {
  const { options, question } = run;
  if (options.hasTime?.() === false) {
    run.ended = { kind: 'late' };
    return;
  }
  try {
    const outcome = await writeStep(context, act, {
      stored: (personId) => run.stored(personId),
      isFresh: (row) => run.hasRead(row),
      mayComeAfter: question.kind === 'row' && question.mayComeAfter,
      token: options.token ?? null,
      isDry: options.isDry ?? false,
    });
    if (act.kind === 'take' && outcome.kind === 'written') run.taken.push(act.row);
    run.takeOutcome(outcome);
  } catch (error) {
    run.ended = { kind: 'failed', error };
  }
}

async function readAll(context: RowContext, turns: readonly Turn<Read | Step>[]): Promise<void> {
  const of = <Kind extends Read['kind']>(kind: Kind) =>
    turns.filter((turn): turn is Turn<Extract<Read, { kind: Kind }>> => turn.act.kind === kind);
  await Promise.all([
    readTogether(of('readItems'), (some) => readItems(context, some)),
    readTogether(of('readRow'), (some) => readFreshRows(context, some)),
    readTogether(of('readClaimant'), (some) => readClaimants(context, some)),
    readEach(of('readSharedEmail'), async ({ run, act }) => {
      run.takeShared(act.row, (await otherRowsWithEmail(context, act.row)).length > 0);
    }),
    readEach(of('find'), async ({ run, act }) => {
      const person = run.person(act.personId);
      if (person !== undefined) run.takeFound(await findRowsFor(context, person));
    }),
  ]);
}

async function readEach<Act>(turns: readonly Turn<Act>[], read: (turn: Turn<Act>) => Promise<void>): Promise<void> {
  await inParallel(turns, STORE_PARALLELISM, (turn) => readTogether([turn], () => read(turn)));
}

async function readTogether<Act>(
  turns: readonly Turn<Act>[],
  read: (turns: readonly Turn<Act>[]) => Promise<void>,
): Promise<void> {
  if (turns.length === 0) return;
  try {
    await read(turns);
  } catch (error) {
    for (const { run } of turns) run.ended = { kind: 'failed', error };
  }
}

async function readItems({ ports }: RowContext, turns: readonly Turn<{ readonly ids: readonly string[] }>[]) {
  const items = await ports.persons.items(turns.flatMap(({ act }) => act.ids));
  for (const { run, act } of turns) for (const id of act.ids) run.takeItem(id, items.get(id));
}

async function readFreshRows(context: RowContext, turns: readonly Turn<{ readonly name: RowName }>[]) {
  const names = turns.map(({ act }) => act.name);
  const rows = await readRows(context, names);
  for (const { run, act } of turns) run.takeRow(act.name.id, rows.get(act.name.id));
}

/** The claimants of the rows' emails, provided that the claimant still has the email. */
async function readClaimants({ ports }: RowContext, turns: readonly Turn<{ readonly row: Row }>[]) {
  const emails = turns.flatMap(({ act }) => emailOf(act.row) ?? []);
  const claims =
    emails.length === 0 ? new Map<string, string>() : await ports.persons.emailClaims([...new Set(emails)]);
  const items = claims.size === 0 ? new Map() : await ports.persons.items([...new Set(claims.values())]);
  for (const { run, act } of turns) {
    const email = emailOf(act.row);
    const id = claims.get(email ?? '');
    if (id !== undefined) run.takeItem(id, items.get(id));
    const person = id === undefined ? undefined : run.person(id);
    const hasIt = person !== undefined && email !== undefined && hasEmail(person, email);
    run.takeClaimant(act.row, hasIt ? person.personId : null);
  }
}

function emailOf({ fields }: Row): string | undefined {
  const email = fields.Email;
  return typeof email === 'string' && email.trim() !== '' ? email.trim().toLowerCase() : undefined;
}
