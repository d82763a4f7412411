import { ApiError } from '../errors.ts';
import type { Row } from '../soql/source.ts';
import type { Automation, DuplicateRule } from './automation.ts';
import type { Store } from './store.ts';

/**
 * The `Sforce-Duplicate-Rule-Header` of a request.
 * {@link https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/headers_duplicaterules.htm}
 */
export interface DuplicateOptions {
  readonly allowSave: boolean;
  readonly includeRecordDetails: boolean;
}

export const defaultDuplicateOptions: DuplicateOptions = { allowSave: false, includeRecordDetails: false };

/** Refuses a row that a duplicate rule matches; `allowSave` gets past rules that only alert. */
export function findDuplicate(
  { automation, store }: { automation: Automation; store: Store },
  object: string,
  row: Row,
  options: DuplicateOptions,
): ApiError | undefined {
  for (const rule of automation.duplicateRules) {
    if (rule.object !== object || (rule.action === 'alert' && options.allowSave)) continue;
    const matches = matchesOf(store, rule, row);
    if (matches.length > 0) return refusal(rule, matches, options);
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

function refusal(rule: DuplicateRule, matches: readonly Row[], options: DuplicateOptions): ApiError {
  const errorMessage =
    rule.action === 'block'
      ? "You're creating a duplicate record. We recommend you use an existing record instead."
      : 'Use one of these records?';
  const matchRecords = matches.map((match) => ({
    additionalInformation: [],
    fieldDiffs: [],
    matchConfidence: 100,
    record: {
      attributes: { type: rule.object, url: `/services/data/v62.0/sobjects/${rule.object}/${String(match.Id)}` },
      Id: match.Id,
    },
  }));
  const duplicateResult = {
    allowSave: rule.action === 'alert',
    duplicateRule: `${rule.object}_by_${rule.matchOn.join('_')}`,
    duplicateRuleEntityType: rule.object,
    errorMessage,
    matchResults: [
      {
        entityType: rule.object,
        errors: [],
        matchEngine: 'ExactMatchEngine',
        matchRecords: options.includeRecordDetails ? matchRecords : [],
        rule: `${rule.object}_by_${rule.matchOn.join('_')}`,
        size: matches.length,
        success: true,
      },
    ],
  };
  return new ApiError('DUPLICATES_DETECTED', errorMessage, [], { duplicateResult });
}
