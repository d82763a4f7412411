import { createSalesforceClient } from '../salesforce/client.ts';
import { createSalesforceChangeFeed } from '../salesforce/salesforce-change-feed.ts';
import { createSalesforceRecords } from '../salesforce/salesforce-records.ts';
import type { SalesforceCredentials } from '../salesforce/session.ts';
import type { Ports } from '../sync/ports/ports.ts';
import { salesforceCredentials } from './salesforce-secret.ts';
import type { Settings } from './settings.ts';

export type SalesforcePorts = Pick<Ports, 'feed' | 'records'>;

/** Whether somebody waits for the answer: then no call is held back, and none is waited for too long. */
export type Caller = 'background' | 'waiting';

/** What an API caller is made to wait for Salesforce, at most; API Gateway gives up after 30 seconds. */
const CALLER_PATIENCE_SECONDS = 15;

let composed: { readonly credentials: SalesforceCredentials; readonly ports: SalesforcePorts } | undefined;

/** The org behind its ports. A warm function keeps its session for as long as the credentials stay the same. */
export async function composeSalesforce(settings: Settings, caller: Caller): Promise<SalesforcePorts> {
  const credentials = await salesforceCredentials(settings.salesforceSecretName);
  if (composed?.credentials !== credentials) {
    const { salesforceTimeoutSeconds: seconds, apiReserve } = settings;
    const client = createSalesforceClient(
      caller === 'waiting'
        ? { credentials, timeoutMs: Math.min(seconds, CALLER_PATIENCE_SECONDS) * 1000, reserve: 0 }
        : { credentials, timeoutMs: seconds * 1000, reserve: apiReserve },
    );
    composed = {
      credentials,
      ports: { feed: createSalesforceChangeFeed(client), records: createSalesforceRecords(client) },
    };
  }
  return composed.ports;
}
