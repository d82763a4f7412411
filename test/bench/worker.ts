import type { Place, WorkloadFile } from './bench.ts';

interface Order {
  readonly file: string;
  readonly task: string;
  readonly place: Place;
  readonly size: number;
}

/** One task in a process of its own, told by its parent in the command line. */
async function work({ file, task, place, size }: Order): Promise<void> {
  const { tasks } = (await import(file)) as WorkloadFile;
  const run = tasks[task];
  if (run === undefined) throw new Error(`${file} has no task ${task}`);
  process.send?.(await run(place, size), () => process.exit(0));
}

await work(JSON.parse(process.argv[2] ?? '{}') as Order);
