import type { Cycle } from '../api/shapes.ts';
import { count, counted } from '../words/format.ts';

const SERIES = [
  ['pulled', 'pulled'],
  ['pushed', 'pushed'],
  ['conflicts', 'in conflict'],
  ['rejected', 'refused'],
] as const;

const HEIGHT = 120;
const STEP = 20;

/** Rows pulled in a cycle, of all objects. */
export function pulledIn({ pulled }: Cycle): number {
  return Object.values(pulled).reduce<number>((sum, rows) => sum + (rows ?? 0), 0);
}

function counts(cycle: Cycle): readonly number[] {
  return [pulledIn(cycle), cycle.pushed, cycle.conflicts, cycle.rejected];
}

/** The last cycles as stacked bars, oldest on the left. The cycles page has the numbers in a table. */
export function CycleChart({ cycles }: { readonly cycles: readonly Cycle[] }) {
  const shown = cycles.toReversed();
  const highest = Math.max(1, ...shown.map((cycle) => counts(cycle).reduce((sum, value) => sum + value, 0)));
  const total = SERIES.map(([, word], index) => {
    return `${count(shown.reduce((sum, cycle) => sum + (counts(cycle)[index] ?? 0), 0))} ${word}`;
  });
  return (
    <figure>
      <svg
        class="chart"
        viewBox={`0 0 ${Math.max(shown.length, 20) * STEP} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`The last ${counted(shown.length, 'cycle')}: ${total.join(', ')}`}
      >
        {shown.map((cycle, index) => (
          <Bar key={cycle.cycle} cycle={cycle} x={index * STEP} highest={highest} />
        ))}
      </svg>
      <figcaption>
        {SERIES.map(([series], index) => (
          <span key={series} class="legend">
            <span class={`swatch ${series}`} aria-hidden="true" /> {total[index]}
          </span>
        ))}
      </figcaption>
    </figure>
  );
}

function Bar({ cycle, x, highest }: { readonly cycle: Cycle; readonly x: number; readonly highest: number }) {
  let below = 0;
  return (
    <g>
      <rect
        class={cycle.outcome === 'failed' ? 'failed' : 'ground'}
        x={x + 3}
        y={HEIGHT - 3}
        width={STEP - 6}
        height={3}
      />
      {counts(cycle).map((value, index) => {
        const height = value === 0 ? 0 : Math.max(2, (value / highest) * (HEIGHT - 6));
        below += height;
        const [series] = SERIES[index] ?? ['pulled'];
        return <rect key={series} class={series} x={x + 3} y={HEIGHT - 3 - below} width={STEP - 6} height={height} />;
      })}
    </g>
  );
}
