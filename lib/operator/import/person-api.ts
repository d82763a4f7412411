import { setTimeout as sleep } from 'node:timers/promises';
import { addressOf } from '../call-api.ts';
import type { Sign } from '../sign-request.ts';
import type { ApiField } from './columns.ts';

export interface SavedPerson {
  readonly status: number;
  readonly personId: string | null;
  /** Why not saved; `fields`: the wrong fields with reasons. */
  readonly problem?: {
    readonly title: string;
    readonly detail: string;
    readonly fields?: readonly { readonly field: string; readonly reason: string }[];
  };
}

export interface ListStatus {
  readonly state: 'running' | 'paused' | 'done';
  readonly total: number;
  readonly [outcome: string]: string | number | null;
}

/** The API used by the import. Waits and retries when the API is busy; finally throws. */
export interface ImportApi {
  fields(): Promise<readonly ApiField[]>;
  save(persons: readonly { readonly fields: object }[]): Promise<readonly SavedPerson[]>;
  syncPersons(personIds: readonly string[]): Promise<string>;
  job(jobId: string): Promise<ListStatus>;
}

const TRIES = 6;
const PAUSE_MS = 1000;

/** `sign` undefined: the API needs no signature. */
export function importApi(apiUrl: URL, sign: Sign | undefined): ImportApi {
  const call = async <Body>(method: string, path: string, body?: unknown): Promise<Body> => {
    const url = addressOf(apiUrl, path);
    const sent = Buffer.from(body === undefined ? '' : JSON.stringify(body));
    const plain: Record<string, string> = body === undefined ? {} : { 'content-type': 'application/json' };
    for (let attempt = 1; ; attempt += 1) {
      const headers = (await sign?.({ method, url, headers: plain, body: sent })) ?? plain;
      const answer = await fetch(url, { method, headers, ...(body === undefined ? {} : { body: sent }) });
      const text = await answer.text();
      if (answer.ok) return JSON.parse(text) as Body;
      const isBusy = answer.status === 503 || answer.status === 429;
      if (!isBusy || attempt === TRIES)
        throw new Error(`${method} ${path} was answered ${answer.status}: ${text.slice(0, 500)}`);
      await sleep(Math.max(PAUSE_MS * attempt, Number(answer.headers.get('retry-after') ?? 0) * 1000));
    }
  };
  return {
    fields: async () => {
      const { objects } = await call<{ objects: Record<string, { fields: ApiField[] } | null> }>('GET', '/sync/fields');
      return Object.values(objects).flatMap((object) => object?.fields ?? []);
    },
    save: async (persons) => {
      return (await call<{ results: readonly SavedPerson[] }>('POST', '/persons/batch', { persons })).results;
    },
    syncPersons: async (personIds) => (await call<{ jobId: string }>('POST', '/sync-persons', { personIds })).jobId,
    job: (jobId) => call('GET', `/sync/jobs/${jobId}`),
  };
}
