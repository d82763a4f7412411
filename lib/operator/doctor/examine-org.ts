import type { SalesforceType } from '../../person/row.ts';
import type { SalesforceClient } from '../../salesforce/client.ts';
import type { SyncPolicy } from '../../schema/sync-policy.ts';
import { cycleCalls, firstSync } from './call-checks.ts';
import { fields } from './field-checks.ts';
import { examine, type Finding } from './finding.ts';
import { objectRights, organization, signIn, tableOwner } from './org-checks.ts';
import { writeTest } from './write-test.ts';

export interface OrgToExamine {
  readonly client: SalesforceClient;
  readonly loginUrl: string;
  readonly types: readonly SalesforceType[];
  readonly policy: SyncPolicy;
  /** Whether to create, change and delete a test Lead. Otherwise nothing is written. */
  readonly writes: boolean;
  /** The org of the table; absent without a table. */
  readonly tableOwner?: () => Promise<string | undefined>;
  /** The org signed in to; undefined before the sign-in. */
  readonly signedInTo?: () => string | undefined;
  /** The machine's clock, in milliseconds since the epoch. */
  readonly now: () => number;
}

/** Checks every precondition in the org, one finding after another. Stops after a failed sign-in. */
export async function* examineOrg(org: OrgToExamine): AsyncGenerator<Finding> {
  const { client, loginUrl, types, policy, writes, now } = org;
  let signedIn = true;
  for await (const finding of examine([signIn(client, loginUrl, now)])) {
    signedIn &&= finding.level !== 'problem' || finding.check === 'clock';
    yield finding;
  }
  if (!signedIn) return;
  const { tableOwner: owner, signedInTo = () => undefined } = org;
  yield* examine([
    organization(client),
    ...(owner === undefined ? [] : [tableOwner(owner, signedInTo)]),
    objectRights(client, types),
    fields(client, types, policy),
    cycleCalls(client, { types, policy }),
    firstSync(client, types),
    ...(writes ? [writeTest(client)] : []),
  ]);
}
