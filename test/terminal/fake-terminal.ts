import type { Output } from '../sandbox/terminal/screen.ts';

/** An output in memory, and what a terminal would show of it. */
export function fakeTerminal({ isTTY, columns = 120 }: { isTTY: boolean; columns?: number }) {
  let written = '';
  const output: Output = {
    isTTY,
    columns,
    write: (text) => {
      written += text;
    },
  };
  /** The lines on the screen: a carriage return with an erased line starts the last one anew. */
  const shown = (): string[] => written.split('\n').map((line) => line.split('\r\u001b[2K').at(-1) ?? '');
  return { output, text: () => written, shown };
}
