import type { SalesforceType } from '../../person/row.ts';
import type { SalesforceClient } from '../../salesforce/client.ts';
import { createSalesforceChangeFeed } from '../../salesforce/salesforce-change-feed.ts';
import { feedColumns, objectSchema } from '../../schema/object-schema.ts';
import type { SyncPolicy } from '../../schema/sync-policy.ts';
import { callsOfFirstSync } from '../../sync/poll/choose-api.ts';
import type { FeedOpening } from '../../sync/ports/change-feed.ts';
import { type Examination, type Finding, note, ok, problem } from './finding.ts';
import { statusAndCode } from './org-checks.ts';
import { recordingClient } from './recording-client.ts';

/** The period read by the trial cycle. */
const WINDOW_MS = 10 * 60_000;

export interface TrialOptions {
  readonly types: readonly SalesforceType[];
  readonly policy: SyncPolicy;
}

/** The calls of a real cycle: the composite request with queries, `updated` and conditional describes. */
export function cycleCalls(given: SalesforceClient, { types, policy }: TrialOptions): Examination {
  return {
    name: "a cycle's calls",
    async run() {
      const { client, calls } = recordingClient(given);
      const feed = createSalesforceChangeFeed(client);
      const described = await feed.describe(types);
      const from = new Date((await client.now()) - WINDOW_MS).toISOString();
      const requests = [...described].map(([type, { object, lastModified }]) => ({
        type,
        from,
        columns: feedColumns(objectSchema(type, object, policy)),
        schemaLastModified: lastModified,
      }));
      const before = calls.length;
      const { openings } = await feed.open(requests);
      const made = calls.slice(before).map(({ request, answer }) => {
        return note('call', `${request.method} ${kindOf(request.path)}: ${statusAndCode(answer)}`);
      });
      return [...[...openings].flatMap(([type, opening]) => openingFindings(type, opening)), ...made];
    },
  };
}

function openingFindings(type: SalesforceType, opening: FeedOpening): readonly Finding[] {
  const { page, latestDateCovered, described } = opening;
  return [
    page === 'invalidField'
      ? problem(`${type} changes`, 'a described field cannot be queried', 'report this line as a bug')
      : ok(`${type} changes`, `${page.rows.length} rows changed in the last ten minutes`),
    latestDateCovered === null
      ? note(`${type} updated`, 'Salesforce does not report a covered date; the poll relies on the lookback')
      : ok(`${type} updated`, `covered up to ${latestDateCovered}`),
    described === null
      ? ok(`${type} conditional describe`, 'answers 304 while unchanged')
      : note(`${type} conditional describe`, 'answers in full each time: a larger answer, no further call'),
  ];
}

/** The resource without ids, queries and dates. */
function kindOf(path: string): string {
  return path.replace(/[?].*$/, '');
}

/** The number of records, and the estimated first sync. */
export function firstSync(client: SalesforceClient, types: readonly SalesforceType[]): Examination {
  return {
    name: 'first sync',
    async run() {
      const list = types.join(',');
      const [counts] = await client.oneByOne([{ method: 'GET', path: `/limits/recordCount?sObjects=${list}` }]);
      const body = (counts?.body ?? {}) as { readonly sObjects?: readonly { name: string; count: number }[] };
      if (counts?.status !== 200 || body.sObjects === undefined) {
        return [note('first sync', `the number of records is not known: ${statusAndCode(counts)}`)];
      }
      const calls = body.sObjects.reduce((sum, { count }) => sum + callsOfFirstSync(count), 0);
      const amounts = body.sObjects.map(({ name, count }) => `about ${count} ${name}s`).join(', ');
      const rows = body.sObjects.reduce((sum, { count }) => sum + count, 0);
      return [note('first sync', `${amounts}: about ${calls} calls and ${durationOf(rows)}`)];
    },
  };
}

/** A cautious rate of a first sync; `GET /sync/status` has the measured rate once a first sync runs. */
const ROWS_PER_SECOND = 300;

function durationOf(rows: number): string {
  const minutes = Math.ceil(rows / ROWS_PER_SECOND / 60);
  return minutes <= 90 ? `${minutes} min` : `${Math.ceil(minutes / 60)} h`;
}
