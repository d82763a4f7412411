/** Counts by name: calls, units, bytes, rows. */
export type Counts = Readonly<Record<string, number>>;

/** What one task took. Counts and ratios are judged; seconds are only reported. */
export interface Measured {
  readonly counts: Counts;
  readonly cpuSeconds: number;
  readonly seconds: number;
  readonly peakRssMb: number;
}

/** Measures the work of this process, not what was done before it. The peak of memory is that of the whole process. */
export async function measured(work: () => Promise<Counts>): Promise<Measured> {
  const cpuBefore = process.cpuUsage();
  const began = performance.now();
  const counts = await work();
  const seconds = (performance.now() - began) / 1000;
  const { user, system } = process.cpuUsage(cpuBefore);
  return { counts, cpuSeconds: (user + system) / 1e6, seconds, peakRssMb: process.resourceUsage().maxRSS / 1024 };
}

/** How much more each count is than before. */
export function increase(before: Counts, after: Counts): Counts {
  return Object.fromEntries(Object.entries(after).map(([name, value]) => [name, value - (before[name] ?? 0)]));
}

export function counted({ counts }: Measured, name: string): number {
  const value = counts[name];
  if (value === undefined) throw new Error(`nothing counts ${name}`);
  return value;
}
