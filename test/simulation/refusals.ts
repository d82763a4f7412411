/** How Salesforce refuses every save of a record, by what it names: until somebody changes the record's surroundings. */
export const REFUSALS = {
  nothing: {
    statusCode: 'CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY',
    message: 'A trigger of the org fails for this record',
    fields: [],
  },
  lookup: {
    statusCode: 'FIELD_FILTER_VALIDATION_EXCEPTION',
    message: 'The record that is looked up does not meet the filter',
    fields: ['Referrer__c'],
  },
  owner: {
    statusCode: 'INACTIVE_OWNER_OR_USER',
    message: 'operation performed with inactive user as owner',
    fields: ['OwnerId'],
  },
} as const;

/** The same, until somebody mends what is behind: a code that nobody knows, and a lock that is held for long. */
export const PASSING = {
  unknown: { statusCode: 'ORG_SPECIFIC_REFUSAL', message: 'Nobody knows this code', fields: [] },
  lock: { statusCode: 'UNABLE_TO_LOCK_ROW', message: 'unable to obtain exclusive access to this record', fields: [] },
} as const;

export type RefusalName = keyof typeof REFUSALS | keyof typeof PASSING;

export const PASSING_CODES: ReadonlySet<string> = new Set(Object.values(PASSING).map(({ statusCode }) => statusCode));

/** Codes with which Salesforce, and nobody else, refuses for good what these stories send. */
export const LASTING_CODES: ReadonlySet<string> = new Set([
  'FIELD_CUSTOM_VALIDATION_EXCEPTION',
  ...Object.values(REFUSALS).map(({ statusCode }) => statusCode),
  PASSING.unknown.statusCode,
]);
