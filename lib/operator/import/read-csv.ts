import { createReadStream } from 'node:fs';
import { CsvError, parse } from 'csv-parse';
import { UsageError } from '../command-line.ts';

/** One record of the file after the header; a cell may span several lines of text. */
export interface CsvLine {
  /** Counted from 1, without the header. */
  readonly number: number;
  readonly cells: readonly string[];
  /** Bytes of the file up to the end of the line. */
  readonly bytes: number;
}

export interface CsvFile {
  readonly header: readonly string[];
  readonly lines: AsyncIterable<CsvLine>;
}

interface Parsed {
  readonly record: readonly string[];
  readonly info: { readonly bytes: number };
}

const OTHER_SEPARATORS: Readonly<Record<string, string>> = { ';': 'semicolons', '\t': 'tabs', '|': 'bars' };

/**
 * Reads a CSV (RFC 4180) as a stream, with or without a byte order mark, with any line ends. Throws `UsageError` for
 * other files; the caller checks the lines.
 *
 * @see https://csv.js.org/parse/options/
 */
export async function readCsv(file: string): Promise<CsvFile> {
  const parser = createReadStream(file)
    .on('error', (error: NodeJS.ErrnoException) => parser.destroy(error))
    .pipe(parse({ bom: true, info: true, relax_column_count: true, skip_empty_lines: true }));
  const records = (parser as AsyncIterable<Parsed>)[Symbol.asyncIterator]();
  const next = async () => {
    try {
      return await records.next();
    } catch (error) {
      throw mistakeOf(file, error);
    }
  };
  const first = await next();
  if (first.done === true) throw new UsageError(`${file} is empty: the first line must name the columns`);
  const header = first.value.record.map((name) => name.trim());
  mustBeSeparatedByCommas(file, header);
  return { header, lines: linesOf(next) };
}

async function* linesOf(next: () => Promise<IteratorResult<Parsed>>): AsyncGenerator<CsvLine> {
  for (let number = 1; ; number += 1) {
    const { value, done } = await next();
    if (done === true) return;
    const { record: cells, info } = value;
    yield { number, cells, bytes: info.bytes };
  }
}

function mustBeSeparatedByCommas(file: string, header: readonly string[]): void {
  const [only = '', ...others] = header;
  const used = Object.keys(OTHER_SEPARATORS).find((separator) => only.includes(separator));
  if (others.length > 0 || used === undefined) return;
  throw new UsageError(`${file} is separated by ${OTHER_SEPARATORS[used]}: save it with commas`);
}

function mistakeOf(file: string, error: unknown): unknown {
  if (error instanceof CsvError) {
    const { lines } = error as CsvError & { readonly lines?: number };
    return new UsageError(`${file} is no CSV${lines === undefined ? '' : ` at line ${lines}`}: ${error.message}`);
  }
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') return new UsageError(`there is no file ${file}`);
  if (code === 'EISDIR' || code === 'EACCES') return new UsageError(`${file} cannot be read: ${code}`);
  return error;
}

/** A line of a CSV. */
export function csvLine(cells: readonly string[]): string {
  const quoted = cells.map((cell) => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell));
  return `${quoted.join(',')}\n`;
}
