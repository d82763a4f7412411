import { type Costs, predict, USUAL } from './capacity.ts';

const PERSONS = [1e6, 1e7, 1e8] as const;
const EDITS = [100, 1000, 10_000, 100_000] as const;

const whole = (value: number) => Math.round(value).toLocaleString('en-GB');

/** What a row costs, as measured. */
export function rowLines({ pulled, pushed }: Costs): string[] {
  return Object.entries({ pulled, pushed }).map(([kind, cost]) => {
    const { readUnits, writeUnits, queueRequests, cpuSeconds } = cost;
    return `${kind}: ${readUnits.toFixed(2)} read units, ${writeUnits.toFixed(2)} write units, ${queueRequests.toFixed(3)} queue requests, ${(cpuSeconds * 1000).toFixed(1)} ms`;
  });
}

/** A table of installs: how far behind, at what cost, and what gives way first. */
export function modelLines(costs: Costs): string[] {
  const head = '| persons | edits a minute | behind | calls a day | $ a day | closest limit | moved by |';
  const rows = PERSONS.flatMap((persons) =>
    EDITS.map((editsAMinute) => {
      const { calls, behindSeconds, isFallingBehind, dollarsADay, limits } = predict(costs, {
        ...USUAL,
        persons,
        editsAMinute,
      });
      const [first] = limits;
      const behind = isFallingBehind ? 'more each hour' : `${whole(behindSeconds / 60)} min`;
      const share = `${first?.name} ${whole((first?.share ?? 0) * 100)} %`;
      const cells = [
        whole(persons),
        whole(editsAMinute),
        behind,
        whole(calls),
        whole(dollarsADay),
        share,
        first?.setting ?? '',
      ];
      return `| ${cells.join(' | ')} |`;
    }),
  );
  return [head, '|---|---|---|---|---|---|---|', ...rows];
}
