import { ConfigError, TransientError } from '../sync/errors.ts';

/**
 * Names of errors requiring an operator.
 *
 * @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/CommonErrors.html
 */
const CONFIG_ERRORS: ReadonlySet<string> = new Set([
  'QueueDoesNotExist',
  'AccessDenied',
  'AccessDeniedException',
  'InvalidClientTokenId',
  'UnrecognizedClientException',
  'SignatureDoesNotMatch',
  'InvalidSignatureException',
  'MissingAuthenticationToken',
  'CredentialsProviderError',
  'KmsAccessDenied',
  'KmsDisabled',
  'KmsNotFound',
]);

/** Names of temporary errors. */
const TRANSIENT_ERRORS: ReadonlySet<string> = new Set([
  'RequestThrottled',
  'ThrottlingException',
  'KmsThrottled',
  'InternalError',
  'InternalFailure',
  'ServiceUnavailable',
  'TimeoutError',
  'ExpiredToken',
  'ExpiredTokenException',
]);

/** Translates an SDK error to a class known to the use cases; other errors are returned unchanged. */
export function translateError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  if (CONFIG_ERRORS.has(error.name)) {
    return new ConfigError(`SQS: ${error.name}: ${error.message}`, { cause: error });
  }
  const code = TRANSIENT_ERRORS.has(error.name) ? error.name : connectionCode(error);
  return code === undefined ? error : new TransientError(code, error.message, { cause: error });
}

/** The code of an error unrelated to the request: a broken connection or a server error. */
function connectionCode(error: Error): string | undefined {
  const { code, $metadata } = error as NodeJS.ErrnoException & { $metadata?: { httpStatusCode?: number } };
  const status = $metadata?.httpStatusCode;
  if (status !== undefined) return status >= 500 ? `HTTP ${status}` : undefined;
  return code;
}
