import type { Bar, WorkloadResult } from './bench.ts';
import type { Counts, Measured } from './measure.ts';

/** A workload with what came of it, as it stands in the JSON file. */
export interface Reported {
  readonly id: string;
  readonly name: string;
  readonly result: WorkloadResult;
}

/** What the JSON file holds of a measurement. */
export function flat({ counts, cpuSeconds, seconds, peakRssMb }: Measured): Counts {
  return { ...rounded(counts), cpuSeconds: round(cpuSeconds), seconds: round(seconds), peakRssMb: round(peakRssMb) };
}

/** The lines of a workload: what was measured, side by side, then the ratios and the bars. */
export function linesOf({ id, name, result }: Reported): string[] {
  const { product, floor, peers, ratios, bars } = result;
  const columns = [
    ['product', flat(product)] as const,
    ...(floor === null ? [] : [['floor', flat(floor)] as const]),
    ...Object.entries(peers).map(([peer, measure]) => [peer, flat(measure)] as const),
  ];
  const names = [...new Set(columns.flatMap(([, counts]) => Object.keys(counts)))];
  const table = [
    ['', ...columns.map(([column]) => column)],
    ...names.map((row) => [row, ...columns.map(([, counts]) => shown(counts[row]))]),
  ];
  return [
    `${id}  ${name}`,
    ...aligned(table),
    ...Object.entries(ratios).map(([ratio, value]) => `    ${ratio}: ${shown(round(value))}`),
    ...barLines(bars),
    '',
  ];
}

export function barLines(bars: readonly Bar[]): string[] {
  return bars.map(({ name, value, holds }) => `  ${holds ? 'ok   ' : 'FAILS'} ${name}: ${shown(round(value))}`);
}

/** 1 where a bar does not hold. */
export function exitCodeOf(reported: readonly Reported[]): number {
  return reported.every(({ result }) => result.bars.every(({ holds }) => holds)) ? 0 : 1;
}

/** What the JSON file holds of a workload. */
export function jsonOf({ id, name, result }: Reported) {
  const { product, floor, peers, ratios, bars } = result;
  return {
    id,
    name,
    product: flat(product),
    floor: floor === null ? null : flat(floor),
    peers: Object.fromEntries(Object.entries(peers).map(([peer, measure]) => [peer, flat(measure)])),
    ratios: rounded(ratios),
    bars,
  };
}

function aligned(table: readonly (readonly string[])[]): string[] {
  const widths = (table[0] ?? []).map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0)));
  return table.map((row) =>
    row
      .map((cell, column) => (column === 0 ? `    ${cell.padEnd(widths[0] ?? 0)}` : cell.padStart(widths[column] ?? 0)))
      .join('  '),
  );
}

function rounded(counts: Counts): Counts {
  return Object.fromEntries(Object.entries(counts).map(([name, value]) => [name, round(value)]));
}

/** Three digits say enough of a ratio; a count stays whole. */
function round(value: number): number {
  return Number.isInteger(value) ? value : Number(value.toPrecision(4));
}

function shown(value: number | undefined): string {
  return value === undefined ? '' : value.toLocaleString('en-GB', { maximumFractionDigits: 3 });
}
