/** The part of `process.stdout` needed by a progress line. */
export interface Output {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

const WIDTH = 20;
const CLEAR_LINE = '\r\u001b[2K';

/** A bar on a terminal, rewritten in place; otherwise only the last line of every step. */
export function progressLine(output: Output) {
  const isLive = output.isTTY === true;
  return {
    show(what: string, share: number, text: string): void {
      if (!isLive) return;
      const filled = Math.floor(WIDTH * Math.min(1, share));
      const line = `${what} ${'█'.repeat(filled)}${'░'.repeat(WIDTH - filled)} ${text}`;
      output.write(CLEAR_LINE + line.slice(0, Math.max(WIDTH, (output.columns ?? 80) - 1)));
    },
    end(text: string): void {
      output.write(`${isLive ? CLEAR_LINE : ''}${text}\n`);
    },
  };
}
