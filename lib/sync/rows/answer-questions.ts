import { hasEmail, isLeased } from '../../person/person.ts';
import type { Row, RowName } from '../../person/row.ts';
import type { RowContext } from '../context/context.ts';
import { inParallel, STORE_PARALLELISM } from '../in-parallel.ts';
import { Asking, type Manner } from './asking.ts';
import { decide, type Question } from './decide.ts';
import type { Decided, Read, Step } from './known.ts';
import { findRowsFor, otherRowsWithEmail, readRows } from './salesforce-rows.ts';
import { writeStep } from './write-step.ts';

/** A question and the pending read or step. */
interface Turn<Act> {
  readonly asking: Asking;
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
  manner: Manner = {},
): Promise<readonly Asking[]> {
  const { clock } = context.ports;
  const askings = questions.map((question) => {
    return new Asking(question, manner, context.schemas, (person) => isLeased(person, clock.now()));
  });
  for (let open: readonly Asking[] = askings; open.length > 0; ) {
    const turns = open.flatMap((asking) => turnOf(asking) ?? []);
    if (manner.hasTime?.() === false) return endLate(askings, turns);
    await readAll(context, turns);
    await inParallel(turns.filter(isStep), STORE_PARALLELISM, (turn) => carryOut(context, turn));
    open = open.filter(({ ended }) => ended === undefined);
  }
  return askings;
}

function endLate(askings: readonly Asking[], turns: readonly Turn<Read | Step>[]): readonly Asking[] {
  for (const { asking } of turns) asking.ended = { kind: 'late' };
  return askings;
}

/** Answers one question; throws the question's error. */
export async function answerQuestion(context: RowContext, question: Question, manner: Manner = {}): Promise<Asking> {
  const [asking] = await answerQuestions(context, [question], manner);
  if (asking === undefined) throw new Error('a question without an answer');
  if (asking.ended?.kind === 'failed') throw asking.ended.error;
  return asking;
}

function turnOf(asking: Asking): Turn<Read | Step> | undefined {
  try {
    const act: Read | Decided = decide(asking.known, asking.question);
    if (isRead(act)) return { asking, act };
    if (!isWritten(act)) asking.ended = act;
    else if (asking.manner.stopsAt?.(act, asking.known) === true) asking.ended = { kind: 'stopped', step: act };
    else return { asking, act };
  } catch (error) {
    asking.ended = { kind: 'failed', error };
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

async function carryOut(context: RowContext, { asking, act }: Turn<Step>): Promise<void> {
  const { manner, question } = asking;
  if (manner.hasTime?.() === false) {
    asking.ended = { kind: 'late' };
    return;
  }
  try {
    const outcome = await writeStep(context, act, {
      stored: (personId) => asking.stored(personId),
      isFresh: (row) => asking.hasRead(row),
      mayComeAfter: question.kind === 'row' && question.mayComeAfter,
      token: manner.token ?? null,
      isDry: manner.isDry ?? false,
    });
    if (act.kind === 'take' && outcome.kind === 'written') asking.taken.push(act.row);
    asking.takeOutcome(outcome);
  } catch (error) {
    asking.ended = { kind: 'failed', error };
  }
}

async function readAll(context: RowContext, turns: readonly Turn<Read | Step>[]): Promise<void> {
  const of = <Kind extends Read['kind']>(kind: Kind) =>
    turns.filter((turn): turn is Turn<Extract<Read, { kind: Kind }>> => turn.act.kind === kind);
  await Promise.all([
    readTogether(of('readItems'), (some) => readItems(context, some)),
    readTogether(of('readRow'), (some) => readFreshRows(context, some)),
    readTogether(of('readClaimant'), (some) => readClaimants(context, some)),
    readEach(of('readSharedEmail'), async ({ asking, act }) => {
      asking.takeShared(act.row, (await otherRowsWithEmail(context, act.row)).length > 0);
    }),
    readEach(of('find'), async ({ asking, act }) => {
      const person = asking.person(act.personId);
      if (person !== undefined) asking.takeFound(await findRowsFor(context, person));
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
    for (const { asking } of turns) asking.ended = { kind: 'failed', error };
  }
}

async function readItems({ ports }: RowContext, turns: readonly Turn<{ readonly ids: readonly string[] }>[]) {
  const items = await ports.persons.items(turns.flatMap(({ act }) => act.ids));
  for (const { asking, act } of turns) for (const id of act.ids) asking.takeItem(id, items.get(id));
}

async function readFreshRows(context: RowContext, turns: readonly Turn<{ readonly name: RowName }>[]) {
  const names = turns.map(({ act }) => act.name);
  const rows = await readRows(context, names);
  for (const { asking, act } of turns) asking.takeRow(act.name.id, rows.get(act.name.id));
}

/** The claimants of the rows' emails, provided that the claimant still has the email. */
async function readClaimants({ ports }: RowContext, turns: readonly Turn<{ readonly row: Row }>[]) {
  const emails = turns.flatMap(({ act }) => emailOf(act.row) ?? []);
  const claims =
    emails.length === 0 ? new Map<string, string>() : await ports.persons.emailClaims([...new Set(emails)]);
  const items = claims.size === 0 ? new Map() : await ports.persons.items([...new Set(claims.values())]);
  for (const { asking, act } of turns) {
    const email = emailOf(act.row);
    const id = claims.get(email ?? '');
    if (id !== undefined) asking.takeItem(id, items.get(id));
    const person = id === undefined ? undefined : asking.person(id);
    const hasIt = person !== undefined && email !== undefined && hasEmail(person, email);
    asking.takeClaimant(act.row, hasIt ? person.personId : null);
  }
}

function emailOf({ fields }: Row): string | undefined {
  const email = fields.Email;
  return typeof email === 'string' && email.trim() !== '' ? email.trim().toLowerCase() : undefined;
}
