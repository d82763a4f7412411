import * as z from 'zod';
import { ApiError } from '../errors.ts';
import type { OrgState } from '../org-state.ts';
import { parseValue } from '../schema/field-types.ts';
import type { TriggerValue } from '../store/automation.ts';
import { conditionOf, defineCall, mustBeId, mustHaveField, mustHaveObject, refuse } from './call.ts';

const named = z.strictObject({ object: z.string(), name: z.string() });

const value = z.union([z.string(), z.number(), z.boolean(), z.null(), z.strictObject({ upper: z.string() })]);

/** The same rule name puts a new rule in the old one's place. */
function others<Rule extends { object: string; name: string }>(
  rules: readonly Rule[],
  rule: Rule | z.infer<typeof named>,
) {
  return rules.filter((known) => known.object !== rule.object || known.name !== rule.name);
}

function triggerValue(org: OrgState, object: string, entry: { field: string; value: z.infer<typeof value> }) {
  const field = mustHaveField(org, object, entry.field);
  if (typeof entry.value === 'object' && entry.value !== null) {
    return [field.name, { upper: mustHaveField(org, object, entry.value.upper).name }] as const;
  }
  const parsed = parseValue(entry.value, field);
  if (parsed instanceof ApiError) throw parsed;
  return [field.name, parsed] as const;
}

/** Validation rules, before-save automation, duplicate rules and assignment rules. */
export const automationCalls = [
  defineCall(
    'POST validation-rules',
    named.extend({ errorWhen: z.string().min(1), message: z.string().min(1), field: z.string().optional() }),
    (org, { object: objectName, name, errorWhen, message, field }) => {
      const object = mustHaveObject(org, objectName).name;
      const shown = field === undefined ? undefined : mustHaveField(org, object, field).name;
      const rule = {
        object,
        name,
        errorWhen: conditionOf(org, object, errorWhen),
        text: errorWhen,
        message,
        field: shown,
      };
      org.automation.validationRules = [...others(org.automation.validationRules, rule), rule];
      return {};
    },
  ),
  defineCall('DELETE validation-rules', named, ({ automation }, rule) => {
    const left = others(automation.validationRules, rule);
    if (left.length === automation.validationRules.length) refuse(`${rule.object} has no validation rule ${rule.name}`);
    automation.validationRules = left;
    return {};
  }),
  defineCall(
    'POST triggers',
    named.extend({ set: z.record(z.string(), value) }),
    (org, { object: objectName, name, set }) => {
      const object = mustHaveObject(org, objectName).name;
      const entries = Object.entries(set).map(([field, to]) => triggerValue(org, object, { field, value: to }));
      const trigger = { object, name, set: Object.fromEntries<TriggerValue>(entries) };
      org.automation.triggers = [...others(org.automation.triggers, trigger), trigger];
      return {};
    },
  ),
  defineCall('DELETE triggers', named, ({ automation }, trigger) => {
    const left = others(automation.triggers, trigger);
    if (left.length === automation.triggers.length) refuse(`${trigger.object} has no trigger ${trigger.name}`);
    automation.triggers = left;
    return {};
  }),
  defineCall(
    'POST duplicate-rules',
    z.strictObject({
      object: z.string(),
      matchOn: z.array(z.string()).min(1),
      action: z.enum(['block', 'alert']),
      against: z.array(z.string()).min(1).optional(),
    }),
    (org, { object: objectName, matchOn, action, against = [objectName] }) => {
      const object = mustHaveObject(org, objectName).name;
      const fields = matchOn.map((field) => mustHaveField(org, object, field).name);
      const targets = against.map((target) => mustHaveObject(org, target).name);
      for (const target of targets) for (const field of fields) mustHaveField(org, target, field);
      org.automation.duplicateRules.push({ object, matchOn: fields, action, against: targets });
      return {};
    },
  ),
  defineCall('DELETE duplicate-rules', z.strictObject({ object: z.string() }), (org, { object: objectName }) => {
    const object = mustHaveObject(org, objectName).name;
    org.automation.duplicateRules = org.automation.duplicateRules.filter((rule) => rule.object !== object);
    return {};
  }),
  defineCall(
    'POST assignment-rules',
    z.strictObject({
      object: z.literal('Lead'),
      entries: z.array(z.strictObject({ when: z.string().optional(), ownerId: z.string() })),
    }),
    (org, { object, entries }) => {
      const [known] = org.automation.assignmentRules;
      const compiled = entries.map(({ when, ownerId }) => ({
        when: when === undefined ? undefined : conditionOf(org, object, when),
        ownerId: mustBeId(ownerId),
      }));
      org.automation.assignmentRules = [{ id: known?.id ?? '', object, entries: compiled }];
      return {};
    },
  ),
];
