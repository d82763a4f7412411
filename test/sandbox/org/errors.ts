/**
 * The HTTP status of each error code.
 * {@link https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/errorcodes.htm}
 */
const STATUS: Readonly<Record<string, number>> = {
  INVALID_SESSION_ID: 401,
  INVALID_AUTH_HEADER: 401,
  REQUEST_LIMIT_EXCEEDED: 403,
  API_DISABLED_FOR_ORG: 403,
  FUNCTIONALITY_NOT_ENABLED: 403,
  NOT_FOUND: 404,
  ENTITY_IS_DELETED: 404,
  METHOD_NOT_ALLOWED: 405,
  UNSUPPORTED_MEDIA_TYPE: 415,
  URI_TOO_LONG: 414,
  UNKNOWN_EXCEPTION: 500,
  SERVER_UNAVAILABLE: 503,
};

/** One entry of an error answer, as single-record resources write it. */
export interface ErrorEntry {
  message: string;
  errorCode: string;
  fields?: readonly string[];
}

/** A refusal in Salesforce's own words: code, message and the fields it is about. */
export class ApiError extends Error {
  readonly code: string;
  readonly fields: readonly string[];
  /** Extra members of the answer, such as a duplicate rule's result. */
  readonly extra: Readonly<Record<string, unknown>>;

  constructor(code: string, message: string, fields: readonly string[] = [], extra: Record<string, unknown> = {}) {
    super(message);
    this.name = 'ApiError';
    this.code = code;
    this.fields = fields;
    this.extra = extra;
  }

  get status(): number {
    return STATUS[this.code] ?? 400;
  }

  /** As a resource of one record answers it. Codes about the request as a whole carry no `fields`. */
  toEntry(): ErrorEntry & Record<string, unknown> {
    const entry = { message: this.message, errorCode: this.code, ...this.extra };
    return this.fields.length > 0 || RECORD_CODES.has(this.code) ? { ...entry, fields: this.fields } : entry;
  }

  /** As the sObject collections resources answer it, inside a record's result. */
  toResult(): Record<string, unknown> {
    return { statusCode: this.code, message: this.message, fields: this.fields, ...this.extra };
  }
}

/** A value of a type that its field cannot have. It refuses the whole request, with the place of the value in the body. */
export class UnreadableValueError extends ApiError {
  override readonly name = 'UnreadableValueError';
  /** The names and positions that lead to the value. */
  readonly path: readonly (string | number)[];
  readonly #found: string;
  readonly #type: string;

  /** `found` is the first token of the value, as the JSON reader calls it. */
  constructor(type: string, found: string, path: readonly (string | number)[] = []) {
    super('JSON_PARSER_ERROR', `Cannot deserialize instance of ${type} from ${found}`);
    this.#type = type;
    this.#found = found;
    this.path = path;
  }

  /** The value in what holds it. */
  within(...outer: (string | number)[]): UnreadableValueError {
    return new UnreadableValueError(this.#type, this.#found, [...outer, ...this.path]);
  }

  /**
   * The answer that names the place. After an array there are no words between.
   *
   * @see https://salesforce.stackexchange.com/questions/54882
   */
  at(place: string): ApiError {
    const between = this.#found.startsWith('START_ARRAY') ? '' : ' or request may be missing a required field at';
    return new ApiError(this.code, `${this.message}${between} ${place}`);
  }
}

/** The record that the path names is not there: the code is that of a wrong reference, the status says which it is. */
class NoRecordError extends ApiError {
  override readonly name = 'NoRecordError';

  constructor() {
    super('INVALID_CROSS_REFERENCE_KEY', 'invalid cross reference id');
  }

  override get status(): number {
    return 404;
  }
}

/** Codes of a save result: their entries carry `fields` even when it is empty. */
const RECORD_CODES = new Set([
  'CANNOT_UPDATE_CONVERTED_LEAD',
  'DUPLICATE_VALUE',
  'ENTITY_IS_DELETED',
  'FIELD_CUSTOM_VALIDATION_EXCEPTION',
  'INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY',
  'INVALID_CROSS_REFERENCE_KEY',
  'INVALID_EMAIL_ADDRESS',
  'INVALID_FIELD_FOR_INSERT_UPDATE',
  'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST',
  'MALFORMED_ID',
  'REQUIRED_FIELD_MISSING',
  'STRING_TOO_LONG',
  'UNABLE_TO_LOCK_ROW',
]);

/** Words used in several places. */
export const refusals = {
  notFound: () => new ApiError('NOT_FOUND', 'The requested resource does not exist'),
  noRecord: () => new NoRecordError(),
  deleted: () => new ApiError('ENTITY_IS_DELETED', 'entity is deleted'),
  noObject: (name: string) => new ApiError('INVALID_TYPE', `sObject type '${name}' is not supported.`),
  noField: (field: string, object: string) =>
    new ApiError('INVALID_FIELD', `No such column '${field}' on sobject of type ${object}`),
  badJson: (message: string) => new ApiError('JSON_PARSER_ERROR', message),
  /** A body that is JSON, but not of the form that the resource takes. */
  badForm: (what: string) =>
    new ApiError(
      'JSON_PARSER_ERROR',
      `Cannot deserialize instance of ${what}, or request may be missing a required field`,
    ),
  locked: (id: string) =>
    new ApiError('UNABLE_TO_LOCK_ROW', `unable to obtain exclusive access to this record or 1 records: ${id}`),
  /** Another user's record, which the sharing settings do not let this user see. */
  outOfReach: (id: string) =>
    new ApiError(
      'INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY',
      `insufficient access rights on cross-reference id: ${id.slice(0, 15)}`,
    ),
  crossReference: (fields: readonly string[] = []) =>
    new ApiError('INVALID_CROSS_REFERENCE_KEY', 'invalid cross reference id', fields),
} as const;
