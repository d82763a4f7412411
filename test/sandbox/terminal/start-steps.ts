import { count, type Screen } from './screen.ts';

/** What is waited for: the same all the time, or how far a step has come. */
export type About = string | (() => string);

/** Reports the steps of a start as they begin and end. */
export interface StartProgress {
  /** Runs one step. `about` says what is waited for, now; `told` makes the result's line. */
  readonly step: <T>(name: string, about: About, work: () => Promise<T>, told?: (result: T) => string) => Promise<T>;
}

/** Reports nothing. */
export const SILENT: StartProgress = { step: (_name, _about, work) => work() };

const SPINNER = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const TICK_MS = 120;

/** On a plain output a step that takes longer is named again after this time, and after each further one. */
const REMINDER_MS = 15_000;

interface Running {
  readonly name: string;
  readonly about: About;
  readonly began: number;
  remindedAt: number;
}

/**
 * Progress on a screen: a living line with the steps under way, a line for each step that has ended. On a plain output
 * a line for each step that begins, so that the first one appears at once.
 */
export function showSteps(screen: Screen): StartProgress {
  const running = new Set<Running>();
  let ticker: NodeJS.Timeout | undefined;
  let frame = 0;
  const draw = (): void => {
    frame += 1;
    const now = performance.now();
    const all = [...running].map(({ about, began }) => `${textOf(about)} ${Math.floor((now - began) / 1000)} s`);
    screen.live(all.length === 0 ? '' : `${SPINNER[frame % SPINNER.length]} ${all.join(', ')}`);
    if (!screen.isLive) remind(screen, running, now);
  };
  return {
    step: async (name, about, work, told) => {
      const now = performance.now();
      const entry = { name, about, began: now, remindedAt: now };
      running.add(entry);
      if (!screen.isLive) screen.line(`… ${name.padEnd(12)}${textOf(about)}`);
      ticker ??= setInterval(draw, TICK_MS);
      draw();
      try {
        const result = await work();
        const seconds = ((performance.now() - entry.began) / 1000).toFixed(1);
        const said = told?.(result) ?? textOf(about);
        screen.line(`${screen.style('green', '✓')} ${name.padEnd(12)}${said} ${screen.style('dim', `(${seconds} s)`)}`);
        return result;
      } finally {
        running.delete(entry);
        if (running.size === 0) {
          clearInterval(ticker);
          ticker = undefined;
        }
        draw();
      }
    },
  };
}

function textOf(about: About): string {
  return typeof about === 'string' ? about : about();
}

function remind(screen: Screen, running: ReadonlySet<Running>, now: number): void {
  for (const entry of running) {
    if (now - entry.remindedAt < REMINDER_MS) continue;
    entry.remindedAt = now;
    screen.line(
      `… ${entry.name.padEnd(12)}still waits: ${textOf(entry.about)} (${count(Math.round((now - entry.began) / 1000))} s)`,
    );
  }
}
