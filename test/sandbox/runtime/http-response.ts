import { validateHeaderName, validateHeaderValue } from 'node:http';

/** What goes back to the client of the HTTP API. */
export interface HttpResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[]>>;
  readonly body: Buffer;
}

interface FunctionResponse {
  readonly statusCode: unknown;
  readonly headers?: unknown;
  readonly cookies?: unknown;
  readonly body?: unknown;
  readonly isBase64Encoded?: unknown;
}

/** API Gateway's own answers. */
export function gatewayMessage(status: number, message: string): HttpResponse {
  return {
    status,
    headers: { 'content-type': 'application/json' },
    body: Buffer.from(JSON.stringify({ message })),
  };
}

class MalformedResponseError extends Error {}

function headersOf(value: unknown): Record<string, string> {
  if (value === undefined || value === null) return {};
  if (typeof value !== 'object') throw new MalformedResponseError('headers');
  const headers: Record<string, string> = {};
  for (const [name, header] of Object.entries(value)) {
    const text = String(header);
    try {
      validateHeaderName(name);
      validateHeaderValue(name, text);
    } catch (error) {
      throw new MalformedResponseError('headers', { cause: error });
    }
    headers[name.toLowerCase()] = text;
  }
  return headers;
}

function bodyOf({ body, isBase64Encoded }: FunctionResponse): Buffer {
  if (body === undefined || body === null) return Buffer.alloc(0);
  if (typeof body !== 'string') throw new MalformedResponseError('body');
  return Buffer.from(body, isBase64Encoded === true ? 'base64' : 'utf8');
}

function explicit(response: FunctionResponse): HttpResponse {
  const { statusCode, cookies } = response;
  if (typeof statusCode !== 'number' || !Number.isInteger(statusCode) || statusCode < 200 || statusCode > 599) {
    throw new MalformedResponseError('statusCode');
  }
  const setCookie = Array.isArray(cookies) && cookies.length > 0 ? { 'set-cookie': cookies.map(String) } : {};
  // The length is this server's to tell, and the body comes whole.
  const { 'content-length': _length, 'transfer-encoding': _encoding, ...headers } = headersOf(response.headers);
  return {
    status: statusCode,
    headers: { 'content-type': 'text/plain; charset=utf-8', ...headers, ...setCookie },
    body: bodyOf(response),
  };
}

/** A result without a status code is taken as the body of a 200. */
function inferred(result: unknown, payload: string): HttpResponse {
  const body = typeof result === 'string' ? result : payload;
  return { status: 200, headers: { 'content-type': 'application/json' }, body: Buffer.from(body) };
}

/**
 * Turns a function's JSON into a response, or into a 500 where it does not have the documented form.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html#http-api-develop-integrations-lambda.response
 */
export function httpResponse(payload: string): HttpResponse {
  try {
    const result = JSON.parse(payload) as unknown;
    const hasStatus = typeof result === 'object' && result !== null && 'statusCode' in result;
    return hasStatus ? explicit(result as FunctionResponse) : inferred(result, payload);
  } catch (error) {
    if (error instanceof MalformedResponseError || error instanceof SyntaxError) {
      return gatewayMessage(500, 'Internal Server Error');
    }
    throw error;
  }
}
