import type * as z from 'zod';
import { ApiError } from '../errors.ts';
import { json, type OrgRequest, type OrgResponse } from '../http-message.ts';
import type { OrgState } from '../org-state.ts';
import { SoqlError } from '../soql/index.ts';
import { automationCalls } from './automation-calls.ts';
import { type ControlCall, isControlError } from './call.ts';
import { faultCalls } from './fault-calls.ts';
import { featureCalls } from './feature-calls.ts';
import { lifecycleCalls } from './lifecycle-calls.ts';
import { orgCalls } from './org-calls.ts';
import { schemaCalls } from './schema-calls.ts';

/** Every call below `/_org`. */
const calls: readonly ControlCall[] = [
  ...orgCalls,
  ...faultCalls,
  ...featureCalls,
  ...schemaCalls,
  ...automationCalls,
  ...lifecycleCalls,
];

/**
 * Answers a call that drives what a REST client could not. A wrong body, or an impossible wish, is answered with 400.
 */
export function control(org: OrgState, request: OrgRequest): OrgResponse {
  const [path = '', search = ''] = request.path.split(/\?(.*)/s);
  const fitting = calls.filter((call) => call.path === path);
  const call = fitting.find(({ method }) => method === request.method);
  if (call) return run(org, call, inputOf(request, search));
  if (fitting.length > 0) return json(405, { error: `${path} takes no ${request.method}` });
  return json(404, { error: `There is no ${path}` });
}

/** Bodies are JSON whatever their content type says, so that the shortest curl line works. */
function inputOf({ method, body }: OrgRequest, search: string): unknown {
  if (method === 'GET') return Object.fromEntries(new URLSearchParams(search));
  if (typeof body !== 'string') return body ?? {};
  return body.trim() === '' ? {} : parseJson(body);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    if (error instanceof SyntaxError) return text;
    throw error;
  }
}

function run(org: OrgState, call: ControlCall, input: unknown): OrgResponse {
  try {
    const parsed = call.input.safeParse(input);
    if (!parsed.success) return json(400, { error: explain(parsed.error) });
    const result = org.schema.asOne(() => call.run(org, parsed.data as never));
    return json(200, result);
  } catch (error) {
    const message = messageOf(error);
    if (message !== undefined) return json(400, { error: message });
    throw error;
  }
}

/** The mistakes of a body in one line. */
function explain(error: z.ZodError): string {
  return error.issues
    .map(({ path, message }) => (path.length > 0 ? `${path.join('.')}: ${message}` : message))
    .join('; ');
}

function messageOf(error: unknown): string | undefined {
  if (error instanceof ApiError || error instanceof SoqlError) return `${error.code}: ${error.message}`;
  return isControlError(error) ? error.message : undefined;
}
