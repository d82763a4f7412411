import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';

/** The problems of the API, with status and title; `type` is `/problems/<name>`. */
export const PROBLEMS = {
  'invalid-body': { status: 400, title: 'The body is not valid for the call' },
  'invalid-fields': { status: 400, title: 'Some fields cannot be taken' },
  'invalid-parameter': { status: 400, title: 'A parameter is not valid for the call' },
  'not-found': { status: 404, title: 'Not found' },
  'method-not-allowed': { status: 405, title: 'The path does not support the method' },
  busy: { status: 409, title: 'A different sync of the person is in progress' },
  'contact-not-assignable': { status: 409, title: 'A Contact cannot belong to a queue' },
  'ambiguous-match': { status: 409, title: 'Several records in Salesforce match the person' },
  'record-not-visible': { status: 409, title: 'The record in Salesforce cannot be seen' },
  'person-deleted': { status: 409, title: 'The person was deleted here' },
  'field-visible': { status: 409, title: 'The field is visible to the sync user' },
  'version-mismatch': { status: 412, title: 'The person has a different version' },
  'body-too-large': { status: 413, title: 'The body is too large' },
  'unsupported-media-type': { status: 415, title: 'The body is not JSON' },
  'salesforce-rejected': { status: 422, title: 'Salesforce refused the record' },
  'internal-error': { status: 500, title: 'Something went wrong here' },
  'salesforce-unavailable': { status: 503, title: 'Salesforce cannot be reached now' },
  'salesforce-limit': { status: 503, title: 'The daily calls to Salesforce are used up' },
  'store-unavailable': { status: 503, title: 'The person store cannot be reached now' },
} as const;

export type ProblemName = keyof typeof PROBLEMS;

/** A problem to be answered; `members` are added to the standard members. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly problem: ProblemName;
  readonly members: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, string>>;

  constructor(problem: ProblemName, detail: string, options: ProblemOptions = {}) {
    super(detail);
    const { members = {}, retryAfterSeconds, headers = {} } = options;
    this.problem = problem;
    this.members = members;
    this.headers = retryAfterSeconds === undefined ? headers : { ...headers, 'retry-after': String(retryAfterSeconds) };
  }
}

interface ProblemOptions {
  readonly members?: Readonly<Record<string, unknown>>;
  readonly retryAfterSeconds?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * The HTTP answer for a problem.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9457
 */
export function problemResponse(problem: Problem): APIGatewayProxyStructuredResultV2 {
  return {
    statusCode: PROBLEMS[problem.problem].status,
    headers: { 'content-type': 'application/problem+json', ...problem.headers },
    body: JSON.stringify(problemBody(problem)),
  };
}

/** The members of a problem in the answer. */
export function problemBody({ problem, message, members }: Problem) {
  const { status, title } = PROBLEMS[problem];
  return { type: `/problems/${problem}`, title, status, detail: message, ...members };
}
