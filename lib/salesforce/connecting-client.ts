import type { ApiUsage } from '../sync/ports/change-feed.ts';
import type { SalesforceClient } from './client.ts';

/**
 * A client that finds its connection with each call: what keeps it from connecting (a missing secret, say) is the
 * failure of that call, told like any other, and no failure of what had not to call at all. `connect` answers the same
 * client for as long as it serves.
 */
export function createConnectingClient(connect: () => Promise<SalesforceClient>): SalesforceClient {
  let client: SalesforceClient | undefined;
  let earlierCalls = 0;
  const connected = async (): Promise<SalesforceClient> => {
    const next = await connect();
    if (client !== undefined && client !== next) earlierCalls += client.usage().calls;
    client = next;
    return next;
  };
  return {
    composite: async (subrequests, writes) => (await connected()).composite(subrequests, writes),
    oneByOne: async (subrequests) => (await connected()).oneByOne(subrequests),
    stream: async (subrequest) => (await connected()).stream(subrequest),
    now: async () => (await connected()).now(),
    wait: async (milliseconds) => (await connected()).wait(milliseconds),
    usage: (): ApiUsage => {
      const { calls, org } = client?.usage() ?? { calls: 0, org: null };
      return { calls: earlierCalls + calls, org };
    },
  };
}
