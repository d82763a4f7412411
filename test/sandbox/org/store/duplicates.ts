import { ApiError } from '../errors.ts';
import type { OrgState } from '../org-state.ts';
import type { Viewer } from '../schema/schema.ts';
import type { Row } from '../soql/source.ts';
import type { DuplicateRule } from './automation.ts';
import type { Store } from './store.ts';

/**
 * The `Sforce-Duplicate-Rule-Header` of a request.
 * {@link https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/headers_duplicaterules.htm}
 */
export interface DuplicateOptions {
  readonly allowSave: boolean;
  readonly includeRecordDetails: boolean;
  /** Of the version that the request speaks: `/services/data/v62.0`. */
  readonly root: string;
}

interface DuplicateCheck extends DuplicateOptions {
  readonly viewer: Viewer;
  readonly object: string;
}

export const defaultDuplicateOptions: DuplicateOptions = {
  allowSave: false,
  includeRecordDetails: false,
  root: '/services/data/v62.0',
};

/**
 * Refuses a row that a duplicate rule matches; `allowSave` gets past rules that only alert. Rules enforce sharing: they
 * find what the user sees.
 */
export function findDuplicate(org: OrgState, row: Row, options: DuplicateCheck): ApiError | undefined {
  for (const rule of org.automation.duplicateRules) {
    if (rule.object !== options.object || (rule.action === 'alert' && options.allowSave)) continue;
    const matches = matchesOf(org.store, rule, row).filter(({ Id }) => org.sharing.isVisible(options.viewer, Id));
    if (matches.length > 0) return refusal(rule, matchRecords(org, matches, options), matches.length);
  }
  return undefined;
}

function matchesOf(store: Store, rule: DuplicateRule, row: Row): Row[] {
  const [first, ...others] = rule.matchOn;
  const value = first === undefined ? null : (row[first] ?? null);
  if (first === undefined || value === null) return [];
  const candidates = store.table(rule.object).rowsByField(first, value);
  return candidates.filter(
    (other) =>
      other.Id !== row.Id &&
      other.IsDeleted === false &&
      other.IsConverted !== true &&
      others.every((field) => sameValue(other[field], row[field])),
  );
}

function sameValue(one: unknown, other: unknown): boolean {
  if (typeof one === 'string' && typeof other === 'string') return one.toLowerCase() === other.toLowerCase();
  return one === other && one !== null;
}

/** Duplicates are shown by their ids; with all that the user may see of them where the header asks for details. */
function matchRecords(
  org: OrgState,
  matches: readonly Row[],
  { viewer, includeRecordDetails, object, root }: DuplicateCheck,
) {
  const visible = org.schema.visible(viewer, object)?.fields.values() ?? [];
  const names = includeRecordDetails ? [...visible].map(({ name }) => name) : [];
  return matches.map((match) => ({
    additionalInformation: [],
    fieldDiffs: [],
    matchConfidence: 100,
    record: {
      attributes: { type: object, url: `${root}/sobjects/${object}/${String(match.Id)}` },
      Id: match.Id,
      ...Object.fromEntries(names.flatMap((name) => (match[name] == null ? [] : [[name, match[name]]]))),
    },
  }));
}

/** The misspelt member is Salesforce's own. */
function refusal(rule: DuplicateRule, found: readonly unknown[], size: number): ApiError {
  const errorMessage =
    rule.action === 'block'
      ? "You're creating a duplicate record. We recommend you use an existing record instead."
      : 'Use one of these records?';
  const name = `${rule.object}_by_${rule.matchOn.join('_')}`;
  const duplicateResut = {
    allowSave: rule.action === 'alert',
    duplicateRule: name,
    duplicateRuleEntityType: rule.object,
    errorMessage,
    matchResults: [
      {
        entityType: rule.object,
        errors: [],
        matchEngine: 'ExactMatchEngine',
        matchRecords: found,
        rule: name,
        size,
        success: true,
      },
    ],
  };
  return new ApiError('DUPLICATES_DETECTED', errorMessage, [], { duplicateResut });
}
