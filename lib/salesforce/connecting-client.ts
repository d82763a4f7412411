import type { ApiUsage } from '../sync/ports/change-feed.ts';
import type { SalesforceClient } from './client.ts';

/**
 * A client connecting on every call: a failed connection (a missing secret, say) is a failure of the call, and does not
 * affect work without calls. `connect` returns the same client as long as valid.
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
