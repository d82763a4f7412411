import { mkdirSync } from 'node:fs';
import type { HostOptions } from '../engine-process.ts';

/** An engine inside its own process. */
export interface HostedEngine {
  readonly port: number;
  stop(): Promise<void>;
}

/**
 * The child's side of `startEngineProcess`: starts the engine, tells its port, and ends with its parent. Ctrl-C reaches
 * the whole process group, so the interrupt is left to the parent, which closes its engines last.
 */
export async function hostEngine(start: (options: HostOptions) => Promise<HostedEngine>): Promise<void> {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
  const orphaned = new Promise<void>((resolve) => process.once('disconnect', () => resolve()));
  const options = JSON.parse(process.argv[2] ?? '{}') as HostOptions;
  if (options.dataDir !== undefined) mkdirSync(options.dataDir, { recursive: true });
  const engine = await start(options);
  if (process.connected) process.send?.({ port: engine.port });
  await orphaned;
  await engine.stop();
  process.exit(0);
}
