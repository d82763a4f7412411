import type { ComponentChildren } from 'preact';
import type { ApiProblem } from '../api/client.ts';
import type { Answer } from '../api/queries.ts';

/** Shows an answer's body, or the loading state, or a problem with advice. */
export function Answered<Body>({
  answer,
  what,
  children,
}: {
  readonly answer: Answer<Body>;
  /** The subject after `Loading`: `the persons`. */
  readonly what: string;
  readonly children: (body: Body) => ComponentChildren;
}) {
  const { body, problem, isLoading, again } = answer;
  return (
    <>
      {problem !== undefined && <ProblemBox problem={problem} again={again} />}
      {isLoading && (
        <p class="loading" role="status">
          Loading {what} …
        </p>
      )}
      {body !== undefined && (problem === undefined || problem.problem.status !== 404) && children(body)}
    </>
  );
}

const TODO: Readonly<Record<number, string>> = {
  0: 'Check that the API runs, then ask again.',
  401: 'Sign in again.',
  403: 'Your credentials are not allowed to make this call: ask the operator for the right.',
  404: 'Check the address, or search under Persons.',
  409: 'Wait a moment, then try again.',
  429: 'Too many calls: wait a moment, then ask again.',
  503: 'Wait a moment, then ask again.',
};

/** A problem in words, with advice. */
export function ProblemBox({
  problem,
  again,
}: {
  readonly problem: ApiProblem;
  readonly again?: (() => void) | undefined;
}) {
  const { title, detail, status, fields = [], rejection, candidates = [] } = problem.problem;
  if (problem.isMissingCall) return <Missing />;
  return (
    <div class="box bad" role="alert">
      <strong>{title}</strong>
      <p>{detail}</p>
      {fields.length > 0 && (
        <ul>
          {fields.map(({ field, reason }) => (
            <li key={field}>{`${field}: ${reason}`}</li>
          ))}
        </ul>
      )}
      {rejection !== undefined && <p>{`Salesforce says: “${rejection.message}” (${rejection.code}).`}</p>}
      {candidates.length > 0 && <p>{`Records: ${candidates.map(({ type, id }) => `${type} ${id}`).join(', ')}`}</p>}
      {TODO[status] !== undefined && <p>{TODO[status]}</p>}
      {again !== undefined && (
        <button type="button" onClick={again}>
          Ask again
        </button>
      )}
    </div>
  );
}

/** For a part missing in the API's version. */
export function Missing() {
  return <p class="muted">The API of this version does not have this call yet.</p>;
}

export function Empty({ children }: { readonly children: ComponentChildren }) {
  return <p class="empty">{children}</p>;
}

const STATUS_WORDS = {
  synced: ['good', 'in step'],
  pending: ['busy', 'waiting'],
  rejected: ['bad', 'refused'],
  localOnly: ['idle', 'only here'],
} as const;

export function StatusBadge({ status }: { readonly status: keyof typeof STATUS_WORDS }) {
  const [tone, words] = STATUS_WORDS[status];
  return <span class={`badge ${tone}`}>{words}</span>;
}
