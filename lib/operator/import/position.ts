import { existsSync, readFileSync, renameSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { UsageError } from '../command-line.ts';

/** The progress of an import: all lines up to `lines` are saved, or written to the file of refused lines. */
export interface Position {
  /** Size and header identify the imported file. */
  readonly size: number;
  readonly header: readonly string[];
  readonly lines: number;
  readonly saved: number;
  readonly refused: number;
  /** Size of the file of refused lines at the position. */
  readonly refusedBytes: number;
  /** Persons saved but not yet in a job. */
  readonly unsynced: readonly string[];
  readonly jobs: readonly string[];
}

export const positionFileOf = (file: string): string => `${file}.position`;

/** The file of refused lines: `people.csv` → `people.refused.csv`. */
export const refusedFileOf = (file: string): string => `${file.replace(/\.csv$/i, '')}.refused.csv`;

/** The position to continue from; output written by a killed import after the position is removed. */
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
    throw new UsageError(`${place} cannot be read: delete the file to start over`);
  }
}

/** Atomic: a crash leaves the previous position. */
export function savePosition(file: string, position: Position): void {
  const place = positionFileOf(file);
  writeFileSync(`${place}.new`, JSON.stringify(position));
  renameSync(`${place}.new`, place);
}

export function removePosition(file: string): void {
  rmSync(positionFileOf(file), { force: true });
}
