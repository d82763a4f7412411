/** A metric by its names, as an alarm and a publisher both know it. */
export interface MetricId {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
}

export type Statistic = 'Sum' | 'Maximum' | 'Minimum' | 'Average' | 'SampleCount';

interface Point {
  readonly at: number;
  readonly value: number;
}

/** Points older than this are forgotten: a day, the longest that an alarm may look back. */
const KEPT_MS = 24 * 3_600_000;

/** The points that were published, with their times in milliseconds. */
export class MetricHistory {
  readonly #points = new Map<string, Point[]>();

  add(metric: MetricId, value: number, at: number): void {
    const key = keyOf(metric);
    const points = this.#points.get(key) ?? [];
    this.#points.set(key, points);
    points.push({ at, value });
    while (points[0] !== undefined && points[0].at < at - KEPT_MS) points.shift();
  }

  /** Over the points from `from` on and before `to`; undefined where there are none. */
  statistic(metric: MetricId, statistic: Statistic, from: number, to: number): number | undefined {
    const points = this.#points.get(keyOf(metric)) ?? [];
    const values = points.filter(({ at }) => at >= from && at < to).map(({ value }) => value);
    if (values.length === 0) return undefined;
    const sum = values.reduce((total, value) => total + value, 0);
    const answers: Readonly<Record<Statistic, () => number>> = {
      Sum: () => sum,
      Maximum: () => Math.max(...values),
      Minimum: () => Math.min(...values),
      Average: () => sum / values.length,
      SampleCount: () => values.length,
    };
    return answers[statistic]();
  }
}

function keyOf({ namespace, name, dimensions }: MetricId): string {
  const sorted = Object.entries(dimensions).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([namespace, name, sorted]);
}
