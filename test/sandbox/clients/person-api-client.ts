import type { activityView, personView } from '../../../lib/lambda/person-answers.ts';
import type { Conflict, Rejection } from '../../../lib/person/activity.ts';
import type { Fields } from '../../../lib/person/field-value.ts';
import type { SyncStatus } from '../../../lib/sync/operate/sync-status.ts';
import {
  type JsonAnswer,
  type JsonCall,
  callJson as sendCall,
  succeededBody,
  UnexpectedAnswerError,
} from './json-call.ts';

/** A person as the API shows it. */
export type PersonView = ReturnType<typeof personView>;

/** An entry of a person's activity log as the API shows it. */
export type ActivityView = ReturnType<typeof activityView>;

export type AssignTo = { readonly ownerId: string } | { readonly queueId: string } | { readonly assignmentRule: true };

/** A sync that was done, or the problem that it was answered with. */
export type SyncAnswer =
  | {
      readonly kind: 'synced';
      readonly outcome: 'created' | 'linked' | 'updated' | 'unchanged';
      readonly person: PersonView;
      readonly pushed: readonly string[];
      readonly pulled: readonly string[];
      readonly conflicts: readonly Conflict[];
    }
  | { readonly kind: 'problem'; readonly status: number; readonly type: string; readonly rejection?: Rejection };

/** The person API. Every method but `send`, `sync` and `syncPerson` throws `UnexpectedAnswerError` for a problem. */
export interface PersonApiClient {
  /** Any call, `GET /persons?email=…`, with whatever it is answered. */
  send(line: string, body?: unknown, headers?: Readonly<Record<string, string>>): Promise<JsonAnswer>;
  create(fields: Fields): Promise<PersonView>;
  person(personId: string): Promise<PersonView>;
  personsWithEmail(email: string): Promise<readonly PersonView[]>;
  edit(personId: string, fields: Fields): Promise<PersonView>;
  delete(personId: string, salesforce: 'keep' | 'delete'): Promise<void>;
  sync(personId: string, assignTo?: AssignTo): Promise<SyncAnswer>;
  /** Creates or edits by email, and syncs. */
  syncPerson(fields: Fields, assignTo?: AssignTo): Promise<SyncAnswer>;
  /** The whole log, newest first. */
  activities(personId: string): Promise<readonly ActivityView[]>;
  status(): Promise<SyncStatus>;
  /** Asks for a reconciliation. */
  reconcile(acceptMissing: boolean): Promise<void>;
  /** All that are rejected now, newest first. */
  rejections(): Promise<readonly PersonView[]>;
}

/** Hears every call with its answer; what it throws is the caller's. */
export type Listener = (call: JsonCall, answer: JsonAnswer) => void;

/** A client of the person API at this URL. */
export function personApiClient(apiUrl: string, hear: Listener = () => undefined): PersonApiClient {
  const callJson = async (each: JsonCall): Promise<JsonAnswer> => {
    const answer = await sendCall(each);
    hear(each, answer);
    return answer;
  };
  const bodyOf = async <Body>(each: JsonCall): Promise<Body> => succeededBody<Body>(each, await callJson(each));
  const call = (line: string, body?: unknown) => {
    const [method = '', path = ''] = line.split(' ');
    return { method, url: `${apiUrl}${path}`, ...(body === undefined ? {} : { body }) };
  };
  const get = <Body>(path: string) => bodyOf<Body>(call(`GET ${path}`));
  const sync = async (each: JsonCall) => synced(each, await callJson(each));
  return {
    send: (line, body, headers = {}) => callJson({ ...call(line, body), headers }),
    create: (fields) => bodyOf(call('POST /persons', { fields })),
    person: (personId) => get(`/persons/${personId}`),
    personsWithEmail: async (email) => {
      const path = `/persons?email=${encodeURIComponent(email)}`;
      return (await get<{ persons: PersonView[] }>(path)).persons;
    },
    edit: (personId, fields) => bodyOf(call(`PATCH /persons/${personId}`, { fields })),
    delete: (personId, salesforce) => bodyOf(call(`DELETE /persons/${personId}?salesforce=${salesforce}`)),
    sync: (personId, assignTo) => sync(call(`POST /persons/${personId}/sync`, assignTo && { assignTo })),
    syncPerson: (fields, assignTo) => sync(call('POST /sync-person', { fields, ...(assignTo && { assignTo }) })),
    activities: (personId) => allPages(get, `/persons/${personId}/activities`, 'activities'),
    status: () => get('/sync/status'),
    reconcile: (acceptMissing) => bodyOf(call('POST /sync/reconcile', { acceptMissing })),
    rejections: () => allPages(get, '/sync/rejections', 'persons'),
  };
}

function synced(call: JsonCall, answer: JsonAnswer): SyncAnswer {
  if (answer.status === 200) return { kind: 'synced', ...(answer.body as object) } as SyncAnswer;
  if (!answer.headers.get('content-type')?.startsWith('application/problem+json')) {
    throw new UnexpectedAnswerError(call, answer);
  }
  return { kind: 'problem', ...(answer.body as object) } as SyncAnswer;
}

type Page<Item> = Readonly<Record<string, readonly Item[]>> & { readonly cursor: string | null };

async function allPages<Item>(
  get: (path: string) => Promise<unknown>,
  path: string,
  member: string,
): Promise<readonly Item[]> {
  const items: Item[] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const page = (await get(`${path}?limit=200&cursor=${encodeURIComponent(cursor)}`)) as unknown as Page<Item>;
    items.push(...(page[member] ?? []));
    cursor = page.cursor;
  }
  return items;
}
