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
  /** Whether to create, change and delete a Lead of the doctor's own. Otherwise nothing is written. */
  readonly writes: boolean;
  /** The org that the table belongs to; left out where there is no table to look at. */
  readonly tableOwner?: () => Promise<string | undefined>;
  /** The org that the client has signed in to, once it has. */
  readonly signedInTo?: () => string | undefined;
  /** Our clock, in milliseconds since the epoch. */
  readonly now: () => number;
}

/** Every precondition in the org, one finding after another. Nothing more is asked where the sign-in fails. */
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
