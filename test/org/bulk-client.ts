import { createOrg, type Org } from '../sandbox/org/create-org.ts';
import type { OrgResponse } from '../sandbox/org/http-message.ts';

const ROOT = '/services/data/v62.0';

/** A client of an org in this process whose clock stands still until it is told to move. */
export class BulkClient {
  readonly org: Org;
  readonly #token: string;

  constructor(clientId = 'admin', org: Org = createOrg({ time: () => Date.parse('2026-11-21T10:00:00Z') })) {
    this.org = org;
    const body = `grant_type=client_credentials&client_id=${clientId}&client_secret=${clientId}`;
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const answer = org.handle({ method: 'POST', path: '/services/oauth2/token', headers, body });
    this.#token = (answer.body as { access_token: string }).access_token;
  }

  send(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): OrgResponse {
    const authorized = { authorization: `Bearer ${this.#token}`, ...headers };
    const full = path.startsWith('/services') ? path : `${ROOT}${path}`;
    return this.org.handle({ method, path: full, headers: authorized, ...(body === undefined ? {} : { body }) });
  }

  /** The JSON of an answer. */
  json(method: string, path: string, body?: unknown): Record<string, unknown> {
    return this.send(method, path, body).body as Record<string, unknown>;
  }

  control(method: string, path: string, body?: unknown): OrgResponse {
    return this.org.handle({ method, path: `/_org${path}`, headers: {}, ...(body === undefined ? {} : { body }) });
  }

  /** Creates, uploads, closes and waits until the org's clock has brought the job to its end. */
  ingest(job: Record<string, unknown>, data: string): { id: string; info: Record<string, unknown> } {
    const id = String(this.json('POST', '/jobs/ingest', job).id);
    this.send('PUT', `/jobs/ingest/${id}/batches`, data, { 'content-type': 'text/csv' });
    this.send('PATCH', `/jobs/ingest/${id}`, { state: 'UploadComplete' });
    this.org.clock.advance(60);
    return { id, info: this.json('GET', `/jobs/ingest/${id}`) };
  }

  /** A file of an ingest job's results. */
  results(id: string, file: 'successfulResults' | 'failedResults' | 'unprocessedrecords'): string {
    return this.send('GET', `/jobs/ingest/${id}/${file}`).body as string;
  }

  /** Runs a query job to its end. */
  query(job: Record<string, unknown>): string {
    const id = String(this.json('POST', '/jobs/query', { operation: 'query', ...job }).id);
    this.org.clock.advance(60);
    return id;
  }
}
