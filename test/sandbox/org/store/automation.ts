import { ApiError } from '../errors.ts';
import type { Row, Value } from '../soql/source.ts';

/** Says whether a row meets a condition. */
export type Condition = (row: Row) => boolean;

/** Rejects every record for which `errorWhen` is true. */
export interface ValidationRule {
  readonly object: string;
  readonly name: string;
  readonly errorWhen: Condition;
  /** The condition as it was written. */
  readonly text: string;
  readonly message: string;
  readonly field: string | undefined;
}

/** A value to set: as it is, or made from another field. */
export type TriggerValue = Value | { readonly upper: string };

/** Changes a record before it is saved. */
export interface Trigger {
  readonly object: string;
  readonly name: string;
  readonly set: Readonly<Record<string, TriggerValue>>;
}

/** Finds records of the objects `against` that are the same in all fields of `matchOn`. */
export interface DuplicateRule {
  readonly object: string;
  readonly against: readonly string[];
  readonly matchOn: readonly string[];
  readonly action: 'block' | 'alert';
}

/** The first entry whose condition holds names the owner; an entry without one always holds. */
export interface AssignmentRule {
  readonly id: string;
  readonly object: string;
  readonly entries: readonly { readonly when: Condition | undefined; readonly ownerId: string }[];
}

/** The org's automation, by kind. */
export interface Automation {
  validationRules: ValidationRule[];
  triggers: Trigger[];
  duplicateRules: DuplicateRule[];
  assignmentRules: AssignmentRule[];
  /** By object and field: what a record must be to be looked up. */
  readonly lookupFilters: Map<string, Condition>;
}

export function noAutomation(): Automation {
  return { validationRules: [], triggers: [], duplicateRules: [], assignmentRules: [], lookupFilters: new Map() };
}

/** The automation of the object that uses a field, by its name; such a field cannot be removed. */
export function usersOfField(automation: Automation, object: string, field: string): string[] {
  const word = new RegExp(`\\b${field}\\b`, 'i');
  const rules = automation.validationRules.map((rule) => ({ ...rule, uses: `${rule.text} ${rule.field ?? ''}` }));
  const triggers = automation.triggers.map((trigger) => ({ ...trigger, uses: JSON.stringify(trigger.set) }));
  const duplicates = automation.duplicateRules.map((rule) => ({
    ...rule,
    name: 'duplicate rule',
    uses: rule.matchOn.join(),
  }));
  return [...rules, ...triggers, ...duplicates]
    .filter((one) => one.object === object && word.test(one.uses))
    .map(({ name }) => name);
}

/** Runs before-save automation on the row: the last trigger has the last word. */
export function runTriggers(automation: Automation, object: string, row: Record<string, Value>): void {
  for (const trigger of automation.triggers) {
    if (trigger.object !== object) continue;
    for (const [field, value] of Object.entries(trigger.set)) row[field] = valueToSet(value, row);
  }
}

function valueToSet(value: TriggerValue, row: Row): Value {
  if (typeof value !== 'object' || value === null) return value;
  const source = row[value.upper] ?? null;
  return typeof source === 'string' ? source.toUpperCase() : source;
}

/** One refusal for each validation rule that the row breaks. */
export function brokenRules(automation: Automation, object: string, row: Row): ApiError[] {
  return automation.validationRules
    .filter((rule) => rule.object === object && rule.errorWhen(row))
    .map(
      (rule) =>
        new ApiError('FIELD_CUSTOM_VALIDATION_EXCEPTION', rule.message, rule.field === undefined ? [] : [rule.field]),
    );
}
