import { ApiError } from '../errors.ts';
import type { OrgState } from '../org-state.ts';
import type { Viewer } from '../schema/schema.ts';
import type { Row } from '../soql/source.ts';
import type { DuplicateRule } from './automation.ts';

/**
 * The `Sforce-Duplicate-Rule-Header` of a request.
 * {@link https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/headers_duplicaterules.htm}
 */
export interface DuplicateOptions {
  readonly allowSave: boolean;
  readonly includeRecordDetails: boolean;
  /** Whether rules find only what the user sees; the sharing of the system is that of an administrator. */
  readonly runAsCurrentUser: boolean;
  /** Of the version that the request speaks: `/services/data/v62.0`. */
  readonly root: string;
}

interface DuplicateCheck extends DuplicateOptions {
  readonly viewer: Viewer;
  readonly object: string;
  readonly before: Row | undefined;
}

export const defaultDuplicateOptions: DuplicateOptions = {
  allowSave: false,
  includeRecordDetails: false,
  runAsCurrentUser: false,
  root: '/services/data/v62.0',
};

/**
 * Refuses a row that a duplicate rule matches; `allowSave` gets past rules that only alert. An edit runs only the rules
 * of which it changes a field.
 */
export function findDuplicate(org: OrgState, row: Row, check: DuplicateCheck): ApiError | undefined {
  for (const rule of org.automation.duplicateRules) {
    if (rule.object !== check.object || (rule.action === 'alert' && check.allowSave)) continue;
    const { before } = check;
    if (before && rule.matchOn.every((field) => before[field] === row[field])) continue;
    const found = rule.against.map((object) => ({ object, rows: matchesOf(org, rule, { object, row, check }) }));
    const matching = found.filter(({ rows }) => rows.length > 0);
    if (matching.length > 0)
      return refusal(
        rule,
        matching.map((match) => matchResult(org, rule, { ...match, check })),
      );
  }
  return undefined;
}

function matchesOf(
  org: OrgState,
  rule: DuplicateRule,
  { object, row, check }: { object: string; row: Row; check: DuplicateCheck },
): Row[] {
  const [first, ...others] = rule.matchOn;
  const value = first === undefined ? null : (row[first] ?? null);
  if (first === undefined || value === null) return [];
  return org.store
    .table(object)
    .rowsByField(first, value)
    .filter(
      (other) =>
        other.Id !== row.Id &&
        other.IsDeleted === false &&
        other.IsConverted !== true &&
        (!check.runAsCurrentUser || org.sharing.isVisible(check.viewer, other.Id)) &&
        others.every((field) => sameValue(other[field], row[field])),
    );
}

function sameValue(one: unknown, other: unknown): boolean {
  if (typeof one === 'string' && typeof other === 'string') return one.toLowerCase() === other.toLowerCase();
  return one === other && one !== null;
}

/** Duplicates are shown by their ids; with all that the user may see of them where the header asks for details. */
function matchResult(
  org: OrgState,
  rule: DuplicateRule,
  { object, rows, check }: { object: string; rows: readonly Row[]; check: DuplicateCheck },
): Record<string, unknown> {
  const visible = org.schema.visible(check.viewer, object)?.fields.values() ?? [];
  const names = check.includeRecordDetails ? [...visible].map(({ name }) => name) : [];
  const matchRecords = rows.map((match) => ({
    additionalInformation: [],
    fieldDiffs: [],
    matchConfidence: 100,
    record: {
      attributes: { type: object, url: `${check.root}/sobjects/${object}/${String(match.Id)}` },
      Id: match.Id,
      ...Object.fromEntries(names.flatMap((name) => (match[name] == null ? [] : [[name, match[name]]]))),
    },
  }));
  return {
    entityType: object,
    errors: [],
    matchEngine: 'ExactMatchEngine',
    matchRecords,
    rule: nameOf(rule),
    size: rows.length,
    success: true,
  };
}

function nameOf({ object, matchOn }: DuplicateRule): string {
  return `${object}_by_${matchOn.join('_')}`;
}

/** The misspelt member is Salesforce's own. */
function refusal(rule: DuplicateRule, matchResults: readonly unknown[]): ApiError {
  const errorMessage =
    rule.action === 'block'
      ? "You're creating a duplicate record. We recommend you use an existing record instead."
      : 'Use one of these records?';
  const duplicateResut = {
    allowSave: rule.action === 'alert',
    duplicateRule: nameOf(rule),
    duplicateRuleEntityType: rule.object,
    errorMessage,
    matchResults,
  };
  return new ApiError('DUPLICATES_DETECTED', errorMessage, [], { duplicateResut });
}
