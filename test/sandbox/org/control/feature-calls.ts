import * as z from 'zod';
import { type FeatureName, featureNames, switchFeature } from '../features/features.ts';
import { addRecordType } from '../features/record-types.ts';
import type { OrgState } from '../org-state.ts';
import { defineCall, mustHaveField, mustHaveObject, refuse } from './call.ts';

const wishes = Object.fromEntries(featureNames.map((name) => [name, z.boolean().optional()])) as Record<
  FeatureName,
  z.ZodOptional<z.ZodBoolean>
>;

const recordType = z.strictObject({
  object: z.string(),
  developerName: z.string().regex(/^[A-Za-z]\w*$/, 'must be an API name'),
  name: z.string().optional(),
  available: z.boolean().optional(),
  isDefault: z.boolean().optional(),
  picklists: z.record(z.string(), z.array(z.string())).optional(),
});

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
  defineCall('POST record-types', recordType, (org, { object: objectName, developerName, name, ...rule }) => {
    const object = mustHaveObject(org, objectName).name;
    if (!org.schema.field(object, 'RecordTypeId')) refuse(`${object} has no record types: a feature is switched off`);
    const picklists = Object.entries(rule.picklists ?? {}).map(([field, values]) => {
      return [mustHaveField(org, object, field).name, values] as const;
    });
    const id = addRecordType(org, {
      object,
      developerName,
      name: name ?? developerName.replaceAll('_', ' '),
      available: rule.available ?? true,
      isDefault: rule.isDefault ?? false,
      picklists: Object.fromEntries(picklists),
    });
    return { id };
  }),
];
