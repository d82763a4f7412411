import { ConfigError, TransientError } from '../sync/errors.ts';

/**
 * Names of errors that a human has to mend.
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

/** Names of errors that pass. */
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

/** What an error of the SDK means to the use cases; an error that none of them could act on is returned as it is. */
export function translateError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  if (CONFIG_ERRORS.has(error.name)) {
    return new ConfigError(`SQS: ${error.name}: ${error.message}`, { cause: error });
  }
  const code = TRANSIENT_ERRORS.has(error.name) ? error.name : connectionCode(error);
  return code === undefined ? error : new TransientError(code, error.message, { cause: error });
}

/** The code of an error that says nothing of the request: the connection broke, or the server did. */
function connectionCode(error: Error): string | undefined {
  const { code, $metadata } = error as NodeJS.ErrnoException & { $metadata?: { httpStatusCode?: number } };
  const status = $metadata?.httpStatusCode;
  if (status !== undefined) return status >= 500 ? `HTTP ${status}` : undefined;
  return code;
}
