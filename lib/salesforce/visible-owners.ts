import { OWNER_COLUMNS } from '../schema/catalogue.ts';
import type { SalesforceClient, SubAnswer, Subrequest } from './client.ts';
import { endedAfterWrite, errorEntries } from './error-map.ts';

/**
 * The same client, whose queries ask no more of a row's owner than the sync user may see. No describe of a Lead or
 * Contact tells that: the first query that is refused for it does, and is asked once more without. What was left out
 * reads as null.
 */
export function withVisibleOwners(client: SalesforceClient): SalesforceClient {
  const hidden = new Set<string>();
  const visible = (request: Subrequest) => [...hidden].reduce(withoutColumn, request);

  const mended = async (sent: readonly Subrequest[], answers: readonly SubAnswer[], written: boolean) => {
    const refused = new Map<number, Subrequest>();
    for (const [at, request] of sent.entries()) {
      const column = hiddenColumn(request, answers[at]);
      if (column === undefined) continue;
      hidden.add(column);
      refused.set(at, request);
    }
    if (refused.size === 0) return answers;
    const asking = itself.composite([...refused.values()], false);
    const again = await (written ? asking.catch(endedAfterWrite) : asking);
    const places = [...refused.keys()];
    return answers.map((answer, at) => again.answers[places.indexOf(at)] ?? answer);
  };

  const itself: SalesforceClient = {
    usage: () => client.usage(),
    now: () => client.now(),
    wait: (milliseconds) => client.wait(milliseconds),
    composite: async (subrequests, writes) => {
      const sent = subrequests.map(visible);
      const { answers, ...times } = await client.composite(sent, writes);
      return { ...times, answers: await mended(sent, answers, writes) };
    },
    oneByOne: async (subrequests) => {
      const sent = subrequests.map(visible);
      return mended(sent, await client.oneByOne(sent), true);
    },
  };
  return itself;
}

/** A Lead's owner, a user or a group, goes by the name of `Name`. */
const HIDDEN = /No such column '(\w+)' on entity '(?:Name|User|Group)'/;

/** The column of the owner that a query was refused for. */
function hiddenColumn(request: Subrequest, answer: SubAnswer | undefined): string | undefined {
  const [error] = answer?.status === 400 ? errorEntries(answer.body) : [];
  if (error?.code !== 'INVALID_FIELD') return undefined;
  const named = `Owner.${HIDDEN.exec(error.message)?.[1]}`;
  return OWNER_COLUMNS.find((column) => column === named && withoutColumn(request, column) !== request);
}

const FROM = encodeURIComponent(' FROM ');

/** The same request where it is no query for the column, which is never the first. */
function withoutColumn(request: Subrequest, column: string): Subrequest {
  const [select = '', ...rest] = request.path.split(FROM);
  const less = select.replace(encodeURIComponent(`, ${column}`), '');
  return less === select ? request : { ...request, path: [less, ...rest].join(FROM) };
}
