/** What a JSON API answered. `body` is undefined where there was none. */
export interface JsonAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
}

export interface JsonCall {
  readonly method: string;
  readonly url: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** An answer with another status than the caller can go on with. */
export class UnexpectedAnswerError extends Error {
  override readonly name = 'UnexpectedAnswerError';
  readonly answer: JsonAnswer;

  constructor({ method, url }: JsonCall, answer: JsonAnswer) {
    super(`${method} ${url} answered ${answer.status}: ${JSON.stringify(answer.body)}`);
    this.answer = answer;
  }
}

/** Sends one request and reads its answer, whatever its status. */
export async function callJson({ method, url, body, headers = {} }: JsonCall): Promise<JsonAnswer> {
  const response = await fetch(url, {
    method,
    headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text === '' ? undefined : JSON.parse(text) };
}

/** Sends one request and gives the body of its answer; throws `UnexpectedAnswerError` unless it succeeded. */
export async function bodyOf<Body>(call: JsonCall): Promise<Body> {
  return succeededBody(call, await callJson(call));
}

/** The body of an answer; throws `UnexpectedAnswerError` unless the call succeeded. */
export function succeededBody<Body>(call: JsonCall, answer: JsonAnswer): Body {
  if (answer.status >= 300) throw new UnexpectedAnswerError(call, answer);
  return answer.body as Body;
}
