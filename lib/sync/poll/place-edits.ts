import type { Person } from '../../person/person.ts';
import { packIds } from '../change-message.ts';
import { TIME_TO_STOP_MS } from '../ports/deadline.ts';
import type { JobBook } from '../state/field-job.ts';
import type { CycleRun } from './cycle-run.ts';
import type { JobTurn } from './work-field-job.ts';

/** Persons per page, and pages per cycle. */
const PERSONS_PER_PAGE = 250;
const PAGES_PER_CYCLE = 40;

/**
 * Enqueues the rows of persons holding edits without a place, if the edited field has begun to sync: rows with an empty
 * field are in no job. The position is saved after every durably queued page.
 */
export async function placeEdits(run: CycleRun, { schema, book }: Pick<JobTurn, 'schema' | 'book'>): Promise<JobBook> {
  const { ports, cycle, timeLeftMs } = run;
  const { type } = schema;
  let current = book;
  for (let page = 0; page < PAGES_PER_CYCLE && timeLeftMs() > TIME_TO_STOP_MS; page += 1) {
    const { placing, ...others } = current;
    if (placing === undefined) break;
    const { items, cursor } = await ports.persons.scan({ placeless: true }, PERSONS_PER_PAGE, placing.after);
    const ids = items.flatMap((person) => rowIdOf(person, { type, fields: placing.fields }));
    const common = { type, queuedAt: ports.clock.now(), cycle: cycle.number };
    await ports.queue.send([...packIds({ kind: 'refresh', ...common, known: true }, ids)]);
    current = cursor === null ? others : { ...others, placing: { ...placing, after: cursor } };
    await ports.state.saveJobs(type, current, cycle);
  }
  return current;
}

function rowIdOf({ salesforce, placeless }: Person, { type, fields }: { type: string; fields: readonly string[] }) {
  const isFound = salesforce?.type === type && placeless.some((field) => fields.includes(field));
  return isFound ? [salesforce.id] : [];
}
