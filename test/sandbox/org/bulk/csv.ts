/** How the values and lines of a job's data are set apart. */
export interface CsvDialect {
  readonly columnDelimiter: ColumnDelimiter;
  readonly lineEnding: LineEnding;
}

/** {@link https://developer.salesforce.com/docs/atlas.en-us.api_asynch.meta/api_asynch/datafiles_prepare_csv.htm} */
const DELIMITERS = { BACKQUOTE: '`', CARET: '^', COMMA: ',', PIPE: '|', SEMICOLON: ';', TAB: '\t' } as const;
const ENDINGS = { LF: '\n', CRLF: '\r\n' } as const;

export type ColumnDelimiter = keyof typeof DELIMITERS;
export type LineEnding = keyof typeof ENDINGS;

export const columnDelimiters = Object.keys(DELIMITERS) as ColumnDelimiter[];
export const lineEndings = Object.keys(ENDINGS) as LineEnding[];

/** One line with its ending; every value is quoted, as Salesforce writes results. */
export function formatLine(values: readonly string[], { columnDelimiter, lineEnding }: CsvDialect): string {
  const between = `"${DELIMITERS[columnDelimiter]}"`;
  let line = '"';
  let first = true;
  for (const value of values) {
    if (!first) line += between;
    first = false;
    line += value.includes('"') ? value.replaceAll('"', '""') : value;
  }
  return `${line}"${ENDINGS[lineEnding]}`;
}

/** Says whether the first line ends as the job was told that lines end. */
export function endsLinesAs(text: string, lineEnding: LineEnding): boolean {
  const end = text.indexOf('\n');
  return end === -1 || text.startsWith('\r', end - 1) === (lineEnding === 'CRLF');
}

/**
 * The lines of a file, each as its values. Quotes may hold delimiters, line ends and doubled quotes; no value is
 * trimmed.
 */
export function* parseCsv(text: string, { columnDelimiter }: CsvDialect): Generator<string[]> {
  const delimiter = escaped(DELIMITERS[columnDelimiter]);
  const file = text.endsWith('\n') ? text : `${text}\n`;
  const pattern = new RegExp(`("(?:[^"]|"")*"|[^${delimiter}\\r\\n]*)(${delimiter}|\\r?\\n)`, 'y');
  pattern.lastIndex = file.startsWith('\uFEFF') ? 1 : 0;
  let values: string[] = [];
  for (let match = pattern.exec(file); match; match = pattern.exec(file)) {
    const [, value = '', end = ''] = match;
    values.push(value.startsWith('"') ? value.slice(1, -1).replaceAll('""', '"') : value);
    if (!end.endsWith('\n')) continue;
    if (values.length > 1 || values[0] !== '') yield values;
    values = [];
  }
}

function escaped(delimiter: string): string {
  return delimiter === '|' || delimiter === '^' ? `\\${delimiter}` : delimiter;
}
