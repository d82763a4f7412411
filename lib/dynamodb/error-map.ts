import { ConfigError, ItemTooLargeError, TransientError } from '../sync/errors.ts';

type Translation = (code: string, message: string, cause: unknown) => Error;

const transient: Translation = (code, message, cause) => new TransientError(code, message, { cause });
const config: Translation = (code, message, cause) => new ConfigError(`DynamoDB: ${code}: ${message}`, { cause });

/**
 * By the error's name.
 *
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html
 */
const translations: Readonly<Record<string, Translation>> = {
  ProvisionedThroughputExceededException: transient,
  ThrottlingException: transient,
  RequestLimitExceeded: transient,
  LimitExceededException: transient,
  TransactionConflictException: transient,
  ReplicatedWriteConflictException: transient,
  InternalServerError: transient,
  ServiceUnavailable: transient,
  TimeoutError: transient,
  ExpiredTokenException: transient,
  ResourceNotFoundException: config,
  AccessDeniedException: config,
  UnrecognizedClientException: config,
  InvalidSignatureException: config,
  IncompleteSignatureException: config,
  MissingAuthenticationTokenException: config,
  CredentialsProviderError: config,
};

/**
 * "Item size has exceeded the maximum allowed size" for a put, "Item size to update has exceeded ..." for an update.
 */
const TOO_LARGE = /item size .*exceeded/i;

/** Translates an SDK error to a class known to the use cases; other errors are returned unchanged. */
export function translateError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const translation = translations[error.name];
  if (translation !== undefined) return translation(error.name, error.message, error);
  if (error.name === 'ValidationException' && TOO_LARGE.test(error.message)) {
    return new ItemTooLargeError(error.message, { cause: error });
  }
  const connection = connectionCode(error);
  return connection === undefined ? error : transient(connection, error.message, error);
}

/** The code of an error unrelated to the request: a broken connection or a server error. */
function connectionCode(error: Error): string | undefined {
  const { code, syscall, $metadata } = error as NodeJS.ErrnoException & { $metadata?: { httpStatusCode?: number } };
  if (code !== undefined && (syscall !== undefined || NETWORK_CODES.has(code))) return code;
  const status = $metadata?.httpStatusCode ?? 0;
  return status >= 500 ? `HTTP ${status}` : undefined;
}

/** Codes of Node's sockets without the name of a system call. */
const NETWORK_CODES: ReadonlySet<string> = new Set(['ECONNRESET', 'ECONNREFUSED', 'EPIPE', 'ETIMEDOUT', 'EAI_AGAIN']);
