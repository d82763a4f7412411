import { existsSync, readFileSync, renameSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { UsageError } from '../command-line.ts';

/** How far an import has come: all lines up to `lines` are saved, or stand in the file of those refused. */
export interface Position {
  /** The file that is imported, by its size and its header. */
  readonly size: number;
  readonly header: readonly string[];
  readonly lines: number;
  readonly saved: number;
  readonly refused: number;
  /** Bytes of the file of refused lines by then. */
  readonly refusedBytes: number;
  /** Persons who are saved and in no job yet. */
  readonly unsynced: readonly string[];
  readonly jobs: readonly string[];
}

export const positionFileOf = (file: string): string => `${file}.position`;

/** Where the lines go that were refused: `people.csv` → `people.refused.csv`. */
export const refusedFileOf = (file: string): string => `${file.replace(/\.csv$/i, '')}.refused.csv`;

/** Where an import of the file goes on; what a killed import wrote after its last position is taken back. */
export function loadPosition(file: string, header: readonly string[]): Position {
  const { size } = statSync(file);
  const place = positionFileOf(file);
  const begin = { size, header, lines: 0, saved: 0, refused: 0, refusedBytes: 0, unsynced: [], jobs: [] };
  const known = existsSync(place) ? parsedPosition(place) : begin;
  if (known.size !== size || known.header.join() !== header.join()) {
    throw new UsageError(`${file} has changed since its import began: delete ${place} to begin anew`);
  }
  const refused = refusedFileOf(file);
  if (known.refusedBytes === 0) rmSync(refused, { force: true });
  else truncateSync(refused, known.refusedBytes);
  return known;
}

function parsedPosition(place: string): Position {
  try {
    return JSON.parse(readFileSync(place, 'utf8')) as Position;
  } catch {
    throw new UsageError(`${place} cannot be read: delete it to begin anew`);
  }
}

/** Whoever dies while it is written leaves the position before it. */
export function savePosition(file: string, position: Position): void {
  const place = positionFileOf(file);
  writeFileSync(`${place}.new`, JSON.stringify(position));
  renameSync(`${place}.new`, place);
}

export function removePosition(file: string): void {
  rmSync(positionFileOf(file), { force: true });
}
