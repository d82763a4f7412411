import { createSalesforceClient } from '../salesforce/client.ts';
import { createSalesforceChangeFeed } from '../salesforce/salesforce-change-feed.ts';
import { createSalesforceRecords } from '../salesforce/salesforce-records.ts';
import type { SalesforceCredentials } from '../salesforce/session.ts';
import type { Ports } from '../sync/ports/ports.ts';
import { salesforceCredentials } from './salesforce-secret.ts';
import type { Settings } from './settings.ts';

export type SalesforcePorts = Pick<Ports, 'feed' | 'records'>;

export interface SalesforceLimits {
  /** For one HTTP exchange; below the function's own time-out. */
  readonly timeoutMs: number;
  /** Share of the daily calls that this function leaves to others. */
  readonly reserve: number;
}

let composed: { readonly credentials: SalesforceCredentials; readonly ports: SalesforcePorts } | undefined;

/** The org behind its ports. A warm function keeps its session for as long as the credentials stay the same. */
export async function composeSalesforce(settings: Settings, limits: SalesforceLimits): Promise<SalesforcePorts> {
  const credentials = await salesforceCredentials(settings.salesforceSecretName);
  if (composed?.credentials !== credentials) {
    const client = createSalesforceClient({ credentials, ...limits });
    composed = {
      credentials,
      ports: { feed: createSalesforceChangeFeed(client), records: createSalesforceRecords(client) },
    };
  }
  return composed.ports;
}
