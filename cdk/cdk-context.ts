import { readFileSync } from 'node:fs';
import * as z from 'zod/mini';

const cdkJson = z.object({ context: z.record(z.string(), z.unknown()) });

/** The context of cdk.json: feature flags, and the settings under `lockstep`. */
export function cdkContext(): Readonly<Record<string, unknown>> {
  return z.parse(cdkJson, JSON.parse(readFileSync(new URL('../cdk.json', import.meta.url), 'utf8'))).context;
}
