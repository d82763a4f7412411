import { Duration } from 'aws-cdk-lib';
import { RecursiveLoop } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import type { FunctionName } from '../lib/lambda/environment.ts';
import { POLL_TIMEOUT_SECONDS } from '../lib/lambda/settings.ts';
import { SyncFunction, type SyncFunctionProps } from './sync-function.ts';

export const MERGE_TIMEOUT = Duration.minutes(2);

/**
 * API Gateway's timeout for an HTTP API's integration is 30 s.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html
 */
const API_TIMEOUT = Duration.seconds(29);

/** The functions, by file name in functions/. */
export function syncFunctions(
  scope: Construct,
  common: Pick<SyncFunctionProps, 'environment' | 'namespace'>,
): Readonly<Record<FunctionName, SyncFunction>> {
  // No reserved concurrency: the cycle's lease already makes a second poll harmless, and a reservation would fail in an
  // account with a small limit (100 must stay unreserved).
  // https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html
  const poll = new SyncFunction(scope, 'Poll', {
    name: 'poll',
    description: 'Reads the changes in Salesforce, and the persons with edits, into the changes queue',
    timeout: Duration.seconds(POLL_TIMEOUT_SECONDS),
    memorySize: 1024,
    ...common,
  });
  const merge = new SyncFunction(scope, 'Merge', {
    name: 'merge',
    description: 'Merges changes into the persons and pushes pending edits',
    timeout: MERGE_TIMEOUT,
    memorySize: 1024,
    // Failed messages return to the function's own queue: Lambda would consider the return a loop and stop after 16
    // turns. Every message has at most five tries, so loops end.
    // https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html
    recursiveLoop: RecursiveLoop.ALLOW,
    ...common,
  });
  const syncPerson = new SyncFunction(scope, 'SyncPerson', {
    name: 'sync-person',
    description: 'Syncs one person now',
    timeout: API_TIMEOUT,
    memorySize: 1024,
    ...common,
  });
  const persons = new SyncFunction(scope, 'Persons', {
    name: 'persons',
    description: 'Creates, reads and edits persons',
    timeout: API_TIMEOUT,
    memorySize: 512,
    ...common,
  });
  const operate = new SyncFunction(scope, 'Operate', {
    name: 'operate',
    description: 'Tells how the sync is doing, and takes orders for it',
    timeout: API_TIMEOUT,
    memorySize: 512,
    ...common,
  });
  return { poll, merge, 'sync-person': syncPerson, persons, operate };
}
