import { setTimeout as sleep } from 'node:timers/promises';
import { checkDocumented } from '../sandbox/clients/documented-answers.ts';
import { connectOrg, type OrgClient } from '../sandbox/clients/org-client.ts';
import { type PersonApiClient, personApiClient } from '../sandbox/clients/person-api-client.ts';
import type { RuntimeLog } from '../sandbox/runtime/runtime-event.ts';
import { readOptions, type SandboxOptions } from '../sandbox/sandbox-options.ts';
import { type Sandbox, startSandbox } from '../sandbox/start-sandbox.ts';
import { troubleIn } from '../sandbox/terminal/log-lines.ts';

/** The two systems as the outside sees them, each through its own HTTP API. */
export interface TwoSides {
  readonly api: PersonApiClient;
  /** The org as its administrator. */
  readonly admin: OrgClient;
}

/** A sandbox on free ports in this process, its functions and engines in processes of their own. */
export interface RunningSandbox extends TwoSides {
  readonly sandbox: Sandbox;
  readonly close: () => Promise<void>;
}

/** Starts one and waits for its first cycle; a short cycle and lookback unless told otherwise. */
export async function runSandbox(
  options: Partial<SandboxOptions> = {},
  hear: RuntimeLog = () => undefined,
): Promise<RunningSandbox> {
  const quick = { port: 0, orgPort: 0, cycleSeconds: 1, lagSeconds: 1, lookbackSeconds: 30 };
  const lines: string[] = [];
  const log: RuntimeLog = (event) => {
    lines.push(...[troubleIn(event, (name) => name) ?? []].flat());
    hear(event);
  };
  const sandbox = await startSandbox({ ...readOptions([], {}), ...quick, ...options }, log);
  try {
    const api = personApiClient(sandbox.apiUrl, checkDocumented);
    const admin = await connectOrg(sandbox.orgUrl, 'admin');
    await untilCycle(api, 1);
    const { lastCycle } = await api.status();
    if (lastCycle?.outcome !== 'complete') throw new Error([lastCycle?.error?.message, ...lines].join('; '));
    return { sandbox, api, admin, close: () => sandbox.close() };
  } catch (error) {
    await sandbox.close();
    throw error;
  }
}

/**
 * Asks again until the answer is neither undefined nor false. The test's own time limit ends a wait that is in vain.
 */
export async function eventually<T>(ask: () => Promise<T | undefined | false>): Promise<T> {
  for (;;) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer;
    await sleep(50);
  }
}

/** The number of the last cycle that ended; 0 before the first. */
export async function lastCycle(api: PersonApiClient): Promise<number> {
  return (await api.status()).lastCycle?.cycle ?? 0;
}

/** Waits until a cycle with at least this number has ended. */
export async function untilCycle(api: PersonApiClient, cycle: number): Promise<void> {
  await eventually(async () => (await lastCycle(api)) >= cycle);
}

/** Waits for so many whole cycles: the one under way now is not counted. */
export async function wholeCycles(api: PersonApiClient, count: number): Promise<void> {
  await untilCycle(api, (await lastCycle(api)) + 1 + count);
}
