import { OWNER_COLUMNS } from '../schema/catalogue.ts';
import type { SalesforceClient } from './client.ts';
import { endedAfterWrite, errorEntries } from './error-map.ts';
import { isRaw } from './query-answer.ts';
import type { SubAnswer, Subrequest } from './subrequest.ts';

/**
 * The same client, with queries limited to the owner columns visible to the sync user. The describe of Lead or Contact
 * does not show owner columns, so the first refused query is repeated without the hidden column. Omitted columns read
 * as null.
 */
export function withVisibleOwners(client: SalesforceClient): SalesforceClient {
  const hidden = new Set<string>();
  const visible = (request: Subrequest) => [...hidden].reduce(withoutColumn, request);

  type Ask = (requests: readonly Subrequest[]) => Promise<readonly SubAnswer[]>;

  const mended = async (sent: readonly Subrequest[], answers: readonly SubAnswer[], written: boolean, ask: Ask) => {
    const refused = new Map<number, Subrequest>();
    for (const [at, request] of sent.entries()) {
      const column = hiddenColumn(request, answers[at]);
      if (column === undefined) continue;
      hidden.add(column);
      refused.set(at, request);
    }
    if (refused.size === 0) return answers;
    const asking = ask([...refused.values()]);
    const again = await (written ? asking.catch(endedAfterWrite) : asking);
    const places = [...refused.keys()];
    return answers.map((answer, at) => again[places.indexOf(at)] ?? answer);
  };

  const itself: SalesforceClient = {
    usage: () => client.usage(),
    now: () => client.now(),
    wait: (milliseconds) => client.wait(milliseconds),
    stream: (subrequest) => client.stream(subrequest),
    composite: async (subrequests, writes) => {
      const sent = subrequests.map(visible);
      const ask: Ask = async (requests) => (await itself.composite(requests, false)).answers;
      const { answers, ...times } = await client.composite(sent, writes);
      return { ...times, answers: await mended(sent, answers, writes, ask) };
    },
    oneByOne: async (subrequests) => {
      const sent = subrequests.map(visible);
      return mended(sent, await client.oneByOne(sent), true, (requests) => itself.oneByOne(requests));
    },
  };
  return itself;
}

/** Salesforce calls a Lead's owner, user or group, `Name`. */
const HIDDEN = /No such column '(\w+)' on entity '(?:Name|User|Group)'/;

/** The owner column named in a query's refusal. */
function hiddenColumn(request: Subrequest, answer: SubAnswer | undefined): string | undefined {
  const [error] = answer?.status === 400 ? errorEntries(answer.body) : [];
  if (error?.code !== 'INVALID_FIELD') return undefined;
  const named = `Owner.${HIDDEN.exec(error.message)?.[1]}`;
  return OWNER_COLUMNS.find((column) => column === named && withoutColumn(request, column) !== request);
}

/** The request without the column; the same request if not a query with the column. The column is never the first. */
function withoutColumn(request: Subrequest, column: string): Subrequest {
  const query = jobQuery(request);
  if (query !== undefined) {
    const less = unasked(query, ' FROM ', `, ${column}`);
    return less === query ? request : { ...request, body: { ...(request.body as object), query: less } };
  }
  const less = unasked(request.path, encodeURIComponent(' FROM '), encodeURIComponent(`, ${column}`));
  return less === request.path ? request : { ...request, path: less, absent: [...(request.absent ?? []), column] };
}

/** The query of a query job request. */
function jobQuery({ path, body }: Subrequest): string | undefined {
  const query: unknown = path === '/jobs/query' && isRaw(body) ? body.query : undefined;
  return typeof query === 'string' ? query : undefined;
}

function unasked(text: string, from: string, column: string): string {
  const [select = '', ...rest] = text.split(from);
  return [select.replace(column, ''), ...rest].join(from);
}
