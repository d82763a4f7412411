import { styleText } from 'node:util';

/** Where lines are written, with at most one living line below them. */
export interface Screen {
  /** Whether a living line can be shown: only a terminal can rewrite a line. */
  readonly isLive: boolean;
  /** Writes a line that stays. */
  line(text: string): void;
  /**
   * Shows this text, without styles of its own, below the last line until the next call. An empty text removes the
   * living line.
   */
  live(text: string, format?: Style): void;
  /** The text in a style, where the output is a terminal and NO_COLOR is not set. */
  readonly style: (format: Style, text: string) => string;
}

export type Style = 'red' | 'green' | 'yellow' | 'cyan' | 'dim' | 'bold';

/** The part of `process.stdout` that a screen needs. */
export interface Output {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

const CLEAR_LINE = '\r\u001b[2K';

/** A screen on an output: plain lines, or on a terminal colours and a living line as well. */
export function createScreen(output: Output, environment: Readonly<Record<string, string | undefined>>): Screen {
  const isLive = output.isTTY === true && environment.TERM !== 'dumb';
  const hasColour = isLive && (environment.NO_COLOR ?? '') === '';
  const style: Screen['style'] = (format, text) =>
    hasColour ? styleText(format, text, { validateStream: false }) : text;
  let living = '';
  let livingFormat: Style | undefined;
  const draw = (): void => {
    if (living === '') return;
    // Cut before the style is put on: a cut style would colour all that follows. A terminal of no known width has 0 columns.
    const cut = living.slice(0, Math.max(20, (output.columns || 80) - 1));
    output.write(livingFormat === undefined ? cut : style(livingFormat, cut));
  };
  return {
    isLive,
    line: (text) => {
      output.write(living === '' ? `${text}\n` : `${CLEAR_LINE}${text}\n`);
      draw();
    },
    live: (text, format) => {
      if (!isLive || text === living) return;
      output.write(CLEAR_LINE);
      living = text;
      livingFormat = format;
      draw();
    },
    style,
  };
}

/** A bar of 20 characters and the two numbers: `██████░░░░ 12,000 of 40,000`. */
export function progressBar(done: number, total: number): string {
  const filled = total === 0 ? 20 : Math.floor((20 * Math.min(done, total)) / total);
  return `${'█'.repeat(filled)}${'░'.repeat(20 - filled)} ${count(done)} of ${count(total)}`;
}

/** A number with separators, the same in every locale. */
export function count(value: number): string {
  return value.toLocaleString('en-GB');
}

const localTime = new Intl.DateTimeFormat('en-GB', {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  timeZoneName: 'short',
});

/** The time of day on this machine, with its zone: `14:03:05 CET`. */
export function timeOfDay(at: Date): string {
  return localTime.format(at);
}
