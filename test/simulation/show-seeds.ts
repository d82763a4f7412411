import { count, progressBar, type Screen } from '../sandbox/terminal/screen.ts';
import type { Tally } from './tally.ts';

/** On a plain output, a line each so long. */
const LINE_EVERY_MS = 10_000;

const SECOND_MS = 1_000;

/** What a run is to come to: so many seeds, or as many as fit into these minutes. */
export interface Goal {
  readonly seeds: number;
  readonly minutes: number;
}

/** How far a run of many seeds has come: a bar on a terminal, else a line now and then; each failing seed at once. */
export function showSeeds(screen: Screen, { seeds, minutes }: Goal, now: () => number = () => performance.now()) {
  const began = now();
  let shownAt = began;
  let told = 0;
  return {
    show({ seeds: done, failures }: Pick<Tally, 'seeds' | 'failures'>): void {
      for (const { seed, broken } of failures.slice(told)) {
        screen.line(screen.style('red', `seed ${seed}: ${broken[0]?.split('\n')[0]}`));
      }
      told = failures.length;
      const seconds = (now() - began) / SECOND_MS;
      const failed = `${failures.length} failed`;
      screen.live(
        `${barOf({ done, seeds, seconds, minutes })} seeds, ${failed}, ${leftOf({ done, seeds, seconds, minutes })}`,
      );
      if (screen.isLive || now() - shownAt < LINE_EVERY_MS) return;
      shownAt = now();
      screen.line(`${done} seeds, ${failed}`);
    },
    end: () => screen.live(''),
  };
}

interface Course extends Goal {
  readonly done: number;
  readonly seconds: number;
}

/** By seeds; where minutes alone end the run, by time. */
function barOf({ done, seeds, seconds, minutes }: Course): string {
  if (Number.isFinite(minutes)) return `${progressBar(seconds, minutes * 60).split(' ')[0]} ${count(done)}`;
  return progressBar(done, seeds);
}

function leftOf({ done, seeds, seconds, minutes }: Course): string {
  const bySeeds = done === 0 ? Number.POSITIVE_INFINITY : (seconds / done) * (seeds - done);
  const left = Math.max(0, Math.min(bySeeds, minutes * 60 - seconds));
  if (!Number.isFinite(left)) return 'begins';
  return left < 100 ? `${Math.ceil(left)} s left` : `${Math.ceil(left / 60)} min left`;
}
