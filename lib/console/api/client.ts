import type { ProblemAnswer } from './shapes.ts';

/** Thrown for every unsuccessful answer. `status` 0: no answer. */
export class ApiProblem extends Error {
  override readonly name = 'ApiProblem';
  readonly problem: ProblemAnswer;

  constructor(problem: ProblemAnswer) {
    super(problem.detail);
    this.problem = problem;
  }

  /** The API lacks the call: an older version. */
  get isMissingCall(): boolean {
    const { status, type, detail } = this.problem;
    return status === 405 || (status === 404 && (type === 'about:blank' || detail.includes('no such path')));
  }
}

/** Sends calls to an API. */
export interface ApiClient {
  /** `line`: `GET /persons/p-1`; `body` is optional. Returns the answer's body; throws `ApiProblem`. */
  call<Body>(line: string, body?: unknown): Promise<Body>;
}

export interface ClientOptions {
  /** Without a trailing slash; empty: the page's own origin. */
  readonly apiUrl: string;
  /** A bearer token for every call; undefined where not needed. */
  readonly token?: () => Promise<string | undefined>;
}

export function createClient({ apiUrl, token }: ClientOptions): ApiClient {
  return {
    call: async <Body>(line: string, body?: unknown): Promise<Body> => {
      const [method = '', path = ''] = line.split(' ');
      const bearer = await token?.();
      const headers = {
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }),
      };
      const answer = await answerOf(`${apiUrl}${path}`, {
        method,
        headers,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await answer.text();
      const answered = parsed(text);
      if (answer.ok) return answered as Body;
      throw new ApiProblem(problemOf(answer.status, answered, text));
    },
  };
}

async function answerOf(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, init);
  } catch (cause) {
    const detail = 'No answer. Check that the API is running and reachable.';
    throw Object.assign(new ApiProblem({ type: 'about:blank', title: 'No answer', status: 0, detail }), { cause });
  }
}

function parsed(text: string): unknown {
  try {
    return text === '' ? undefined : JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** API Gateway's own answers have a `message` but no `type`. */
function problemOf(status: number, answered: unknown, text: string): ProblemAnswer {
  if (typeof answered === 'object' && answered !== null && 'type' in answered && 'detail' in answered)
    return answered as ProblemAnswer;
  const message =
    typeof answered === 'object' && answered !== null && 'message' in answered ? String(answered.message) : text;
  return { type: 'about:blank', title: `HTTP ${status}`, status, detail: message.slice(0, 300) || `HTTP ${status}` };
}
