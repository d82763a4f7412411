import { createSalesforceClient, type SalesforceClient } from '../salesforce/client.ts';
import { createConnectingClient } from '../salesforce/connecting-client.ts';
import { createSalesforceChangeFeed } from '../salesforce/salesforce-change-feed.ts';
import { createSalesforceRecords } from '../salesforce/salesforce-records.ts';
import type { SalesforceCredentials } from '../salesforce/session.ts';
import { admitOrganization } from '../sync/context/admit-organization.ts';
import type { Ports } from '../sync/ports/ports.ts';
import { add } from './metrics.ts';
import { renewedCredentials, salesforceCredentials } from './salesforce-secret.ts';
import type { Settings } from './settings.ts';

export type SalesforcePorts = Pick<Ports, 'feed' | 'records'>;

/** `waiting`: a caller waits for the answer, so no API calls are reserved, and waits are short. */
export type Caller = 'background' | 'waiting';

/** Maximum wait of an API caller for Salesforce; API Gateway gives up after 30 seconds. */
export const CALLER_PATIENCE_SECONDS = 15;

/**
 * The Salesforce ports. Nothing is read before the first call: missing or refused credentials are a failure of the
 * call. A warm function keeps the session while the credentials are unchanged.
 */
export function composeSalesforce(
  settings: Settings,
  caller: Caller,
  state: Pick<Ports['state'], 'claimOrganization'>,
): SalesforcePorts {
  let connected: { readonly credentials: SalesforceCredentials; readonly client: SalesforceClient } | undefined;
  const client = createConnectingClient(async () => {
    const credentials = await salesforceCredentials(settings.salesforceSecretName);
    if (connected?.credentials !== credentials) {
      connected = { credentials, client: connect(settings, caller, { state, credentials }) };
    }
    return connected.client;
  });
  return { feed: createSalesforceChangeFeed(client), records: createSalesforceRecords(client) };
}

function connect(
  { salesforceSecretName, salesforceTimeoutSeconds: seconds, apiReserve }: Settings,
  caller: Caller,
  {
    state,
    credentials,
  }: { readonly state: Pick<Ports['state'], 'claimOrganization'>; readonly credentials: SalesforceCredentials },
): SalesforceClient {
  return createSalesforceClient({
    credentials,
    renewCredentials: () => renewedCredentials(salesforceSecretName),
    admit: (organization) => admitOrganization(state, organization),
    onCall: ({ tookMs, failed }) =>
      add({ SalesforceMilliseconds: Math.round(tookMs), SalesforceErrors: failed ? 1 : 0 }),
    ...(caller === 'waiting'
      ? { timeoutMs: Math.min(seconds, CALLER_PATIENCE_SECONDS) * 1000, reserve: 0 }
      : { timeoutMs: seconds * 1000, reserve: apiReserve }),
  });
}
