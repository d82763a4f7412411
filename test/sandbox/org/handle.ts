import { control } from './control/control.ts';
import { ApiError } from './errors.ts';
import type { FaultEffect } from './faults.ts';
import { checkHead } from './head-limit.ts';
import { json, type OrgRequest, type OrgResponse, type Transport } from './http-message.ts';
import { instanceUrlOf } from './instance-url.ts';
import { bearer } from './oauth/bearer.ts';
import { oauth } from './oauth/endpoints.ts';
import type { OrgState } from './org-state.ts';
import { limitHeader } from './rest/limits.ts';
import { route } from './rest/router.ts';
import { listVersions } from './rest/versions.ts';
import { doDue, type Working } from './working.ts';

/**
 * Ends the work on a request at once. Time that a fault lets pass between subrequests passes on the org's own clock;
 * nobody waits for a locked row.
 */
export function finish(org: OrgState, working: Working<OrgResponse>): OrgResponse {
  for (let passed = false; ; ) {
    const step = working.next(passed);
    if (step.done) return step.value;
    passed = step.value.for === 'subrequest';
    if (passed) org.clock.advance(step.value.milliseconds / 1000);
  }
}

/** Answers one request: what is due by now is committed first, then faults strike, then the resource works. */
export function* begin(org: OrgState, sent: OrgRequest): Working<OrgResponse> {
  const request = { ...sent, path: sent.path.replace(/^[^?]*/, (path) => path.replace(/\/{2,}/g, '/')) };
  doDue(org);
  if (request.path.startsWith('/_org')) return control(org, request);
  const refusedHead = checkHead(request);
  if (refusedHead) return refusedHead;
  const effects = org.faults.strike(request.path);
  const answer = faultAnswer(org, request, effects) ?? (yield* answerRequest(org, request));
  const struck = effects.find((effect) => effect.kind === 'transport');
  const dated = withHeader(answer, 'Date', new Date(org.clock.now()).toUTCString());
  return struck ? withTransport(org, dated, struck.transport) : dated;
}

function withHeader(answer: OrgResponse, name: string, value: string): OrgResponse {
  return { ...answer, headers: { ...answer.headers, [name]: value } };
}

function withTransport(org: OrgState, answer: OrgResponse, transport: Transport): OrgResponse {
  if (transport.kind !== 'drop') org.limits.began(org.clock.now(), transport.milliseconds);
  return { ...answer, transport };
}

/** A fault that answers in the place of the resource. Only a refusal for the daily limit is not counted. */
function faultAnswer(org: OrgState, request: OrgRequest, effects: readonly FaultEffect[]): OrgResponse | undefined {
  const last = effects.at(-1);
  if (!last || last.kind === 'transport') return undefined;
  if (last.kind === 'expireSession') {
    org.sessions.end(bearer(request) ?? '');
    return undefined;
  }
  if (last.kind === 'answer') {
    countRequest(org, request);
    return last.response;
  }
  if (last.error.code !== 'REQUEST_LIMIT_EXCEEDED') countRequest(org, request);
  return refuse(last.error);
}

function refuse(error: ApiError): OrgResponse {
  return json(error.status, [error.toEntry()]);
}

function* answerRequest(org: OrgState, request: OrgRequest): Working<OrgResponse> {
  if (/^\/(?:services\/oauth2|id)\//.test(request.path)) return oauth(org, request, instanceUrlOf(request.headers));
  if (/^\/services\/data\/?(?:\?|$)/.test(request.path)) return listVersions();
  if (!request.path.startsWith('/services/data/'))
    return refuse(new ApiError('NOT_FOUND', 'The requested resource does not exist'));
  return yield* answerSignedIn(org, request);
}

/**
 * A token in the form of a JWT (three parts with points between) is refused in other words.
 * {@link https://github.com/airbytehq/airbyte/issues/71024}
 */
function signedOut(token: string | undefined): ApiError {
  const isJwt = /^[\w-]+\.[\w-]+\.[\w-]+$/.test(token ?? '');
  return isJwt
    ? new ApiError('INVALID_AUTH_HEADER', 'INVALID_JWT_FORMAT')
    : new ApiError('INVALID_SESSION_ID', 'Session expired or invalid');
}

function* answerSignedIn(org: OrgState, request: OrgRequest): Working<OrgResponse> {
  const now = org.clock.now();
  const token = bearer(request);
  if (token === undefined && request.headers.authorization !== undefined) {
    return refuse(new ApiError('INVALID_AUTH_HEADER', 'INVALID_HEADER_TYPE'));
  }
  const session = org.sessions.use(token ?? '', now);
  if (!session) return withHeader(refuse(signedOut(token)), 'WWW-Authenticate', 'Token');
  if (org.limits.isExhausted(now))
    return refuse(new ApiError('REQUEST_LIMIT_EXCEEDED', 'TotalRequests Limit exceeded.'));
  if (org.limits.tooManyLong(now)) {
    return refuse(
      new ApiError('REQUEST_LIMIT_EXCEEDED', 'ConcurrentRequests (Concurrent API Requests) Limit exceeded.'),
    );
  }
  countRequest(org, request);
  const answer = yield* route(org, session.user, request);
  return withHeader(answer, 'Sforce-Limit-Info', limitHeader(org));
}

function countRequest(org: OrgState, request: OrgRequest): void {
  if (!request.path.startsWith('/services/data/v')) return;
  org.stats.requests += 1;
  org.limits.count(org.clock.now());
}
