import { appendFileSync, statSync } from 'node:fs';
import { type Column, columnsOf, fieldsOf, WHY } from './columns.ts';
import type { ImportApi, SavedPerson } from './person-api.ts';
import { loadPosition, type Position, refusedFileOf, removePosition, savePosition } from './position.ts';
import { type CsvLine, csvLine, readCsv } from './read-csv.ts';

/** Persons and bytes per call, below the API's limits of 500 and 5 MB. */
const BATCH_PERSONS = 500;
const BATCH_BYTES = 4 * 1024 * 1024;

/** Persons per job. */
const LIST_PERSONS = 10_000;

export interface Import {
  readonly file: string;
  readonly api: ImportApi;
  /** Whether the persons are also synced with Salesforce. */
  readonly syncs: boolean;
  /** Called after every step; `done` of `total` bytes of the file. */
  readonly onProgress: (done: number, total: number, position: Position) => void;
  readonly signal: AbortSignal;
}

/**
 * Imports a file, continuing an earlier import of the same file; returns the final position. A batch sent twice does no
 * harm, because persons are identified by Email.
 */
export async function importFile({ file, api, syncs, onProgress, signal }: Import): Promise<Position> {
  const { header, lines } = await readCsv(file);
  const columns = columnsOf(header, await api.fields());
  let position = loadPosition(file, header);
  const total = statSync(file).size;
  const refuse = refuser(file, header);
  for await (const batch of batches(lines, position.lines, columns)) {
    signal.throwIfAborted();
    position = await saveBatch(api, position, { batch, refuse });
    if (syncs && position.unsynced.length >= LIST_PERSONS) position = await startJob(api, position, file);
    if (!syncs) position = { ...position, unsynced: [] };
    savePosition(file, position);
    onProgress(batch.at(-1)?.line.bytes ?? 0, total, position);
  }
  while (syncs && position.unsynced.length > 0) {
    position = await startJob(api, position, file);
  }
  onProgress(total, total, position);
  removePosition(file);
  return position;
}

interface Entry {
  readonly line: CsvLine;
  /** A text: the reason for refusing the line without sending. */
  readonly fields: ReturnType<typeof fieldsOf>;
}

async function* batches(
  lines: AsyncIterable<CsvLine>,
  done: number,
  columns: readonly (Column | null)[],
): AsyncGenerator<readonly Entry[]> {
  let batch: Entry[] = [];
  let bytes = 0;
  for await (const line of lines) {
    if (line.number <= done) continue;
    const fields = fieldsOf(line.cells, columns);
    const size = Buffer.byteLength(JSON.stringify(fields)) + 16;
    if (batch.length === BATCH_PERSONS || bytes + size > BATCH_BYTES) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push({ line, fields });
    bytes += size;
  }
  if (batch.length > 0) yield batch;
}

type Refuse = (line: CsvLine, why: string) => void;

async function saveBatch(
  api: ImportApi,
  position: Position,
  {
    batch,
    refuse,
  }: { readonly batch: readonly Entry[]; readonly refuse: { readonly line: Refuse; readonly size: () => number } },
): Promise<Position> {
  const sent = batch.flatMap(({ line, fields }) => (typeof fields === 'string' ? [] : [{ line, fields }]));
  const results = sent.length === 0 ? [] : await api.save(sent.map(({ fields }) => ({ fields })));
  const answers = new Map(sent.map(({ line }, at) => [line.number, results[at]]));
  const personIds: string[] = [];
  let refused = 0;
  for (const { line, fields } of batch) {
    const answer = answers.get(line.number);
    const why = typeof fields === 'string' ? fields : whyNot(answer);
    if (why === undefined) personIds.push(answer?.personId ?? '');
    else {
      refuse.line(line, why);
      refused += 1;
    }
  }
  return {
    ...position,
    lines: batch.at(-1)?.line.number ?? position.lines,
    saved: position.saved + personIds.length,
    refused: position.refused + refused,
    refusedBytes: refuse.size(),
    unsynced: [...position.unsynced, ...personIds],
  };
}

/** Undefined for a saved person. Throws for a temporary failure: the import continues here later. */
function whyNot(answer: SavedPerson | undefined): string | undefined {
  if (answer === undefined) throw new Error('the API left a person of a batch out');
  const { status, problem } = answer;
  if (status < 300) return undefined;
  const reasons = problem?.fields?.map(({ field, reason }) => `${field}: ${reason}`) ?? [];
  const why = reasons.length > 0 ? reasons.join('; ') : (problem?.detail ?? `status ${status}`);
  if (status < 500) return why;
  throw new Error(`the API could not save a person now: ${why}`);
}

function refuser(file: string, header: readonly string[]) {
  const place = refusedFileOf(file);
  const size = () => statSync(place, { throwIfNoEntry: false })?.size ?? 0;
  const columns = header.filter((name) => name !== WHY);
  const line: Refuse = ({ cells }, why) => {
    if (size() === 0) appendFileSync(place, csvLine([...columns, WHY]));
    const cellsLeft = cells.length === header.length ? cells.filter((_, at) => header[at] !== WHY) : cells;
    appendFileSync(place, csvLine([...cellsLeft, why]));
  };
  return { line, size };
}

/** A job started twice syncs the persons once: the second job finds the persons in step. */
async function startJob(api: ImportApi, position: Position, file: string): Promise<Position> {
  const jobId = await api.syncPersons(position.unsynced.slice(0, LIST_PERSONS));
  const next = { ...position, unsynced: position.unsynced.slice(LIST_PERSONS), jobs: [...position.jobs, jobId] };
  savePosition(file, next);
  return next;
}
