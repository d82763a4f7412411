import * as z from 'zod';
import { type FeatureName, featureNames, switchFeature } from '../features/features.ts';
import type { OrgState } from '../org-state.ts';
import { defineCall } from './call.ts';

const wishes = Object.fromEntries(featureNames.map((name) => [name, z.boolean().optional()])) as Record<
  FeatureName,
  z.ZodOptional<z.ZodBoolean>
>;

function readFeatures(org: OrgState): Record<string, boolean> {
  return Object.fromEntries(featureNames.map((name) => [name, org.features.has(name)]));
}

/** What real orgs have and others have not; all off in a new org. */
export const featureCalls = [
  defineCall('GET features', z.strictObject({}), readFeatures),
  defineCall('POST features', z.strictObject(wishes), (org, asked) => {
    for (const name of featureNames) {
      const on = asked[name];
      if (on !== undefined) switchFeature(org, name, on);
    }
    return readFeatures(org);
  }),
];
