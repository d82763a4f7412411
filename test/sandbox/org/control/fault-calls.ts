import * as z from 'zod';
import { faultKinds } from '../faults.ts';
import type { OrgState } from '../org-state.ts';
import { conditionOf, defineCall, mustHaveObject } from './call.ts';

const nothing = z.strictObject({});

function isPattern(text: string): boolean {
  try {
    return new RegExp(text) instanceof RegExp;
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}

const strikes = {
  times: z.int().min(1).optional(),
  probability: z.number().gt(0).max(1).optional(),
  match: z.string().refine(isPattern, 'must be a regular expression').optional(),
};

const fault = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.enum(faultKinds), ...strikes, milliseconds: z.int().min(0).optional() }),
  z.strictObject({ kind: z.literal('gapEvent'), ...strikes, object: z.string().optional() }),
  z.strictObject({ kind: z.literal('betweenSubrequests'), ...strikes, milliseconds: z.int().min(1) }),
  z.strictObject({
    kind: z.literal('recordError'),
    ...strikes,
    object: z.string(),
    when: z.string().min(1).optional(),
    statusCode: z.string().regex(/^[A-Z][A-Z0-9_]*$/, 'must be a status code such as TXN_SECURITY_NO_ACCESS'),
    message: z.string(),
    fields: z.array(z.string()).optional(),
  }),
]);

function addFault(org: OrgState, spec: z.infer<typeof fault>): void {
  if (spec.kind === 'recordError') {
    const object = mustHaveObject(org, spec.object).name;
    const holds = spec.when === undefined ? undefined : conditionOf(org, object, spec.when);
    org.faults.add({ ...spec, object }, holds);
  } else org.faults.add(spec);
}

/** Failures at will. */
export const faultCalls = [
  defineCall('POST faults', fault, (org, spec) => {
    addFault(org, spec);
    return {};
  }),
  defineCall('GET faults', nothing, (org) => ({ faults: org.faults.list() })),
  defineCall('DELETE faults', nothing, (org) => {
    org.faults.clear();
    return {};
  }),
];
