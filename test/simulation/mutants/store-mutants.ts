// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are pieces of programs.

import type { Mutant } from './mutant.ts';

const CLIENT = 'lib/salesforce/client.ts';
const TABLE = 'lib/dynamodb/item-table.ts';
const UPDATE = 'lib/dynamodb/person-update.ts';
const ITEM = 'lib/dynamodb/item.ts';

/** What the stores ask of DynamoDB, and the client of Salesforce, and what both make of the answers. */
export const STORE_MUTANTS: readonly Mutant[] = [
  {
    name: 'DynamoDB: no version condition on an update',
    file: UPDATE,
    from: "expression.demand(`#revision = ${expression.value('stored', stored.revision)}`, 'revision');\n  if (stored.lease",
    to: "expression.demand(`#revision >= ${expression.value('stored', stored.revision)}`, 'revision');\n  if (stored.lease",
    with: ['realStore', 'messageDuplicated'],
  },
  {
    name: 'DynamoDB: a lease is taken whoever holds it',
    file: UPDATE,
    from: "expression.demand(free, 'lease', 'owner', 'expiresAt');",
    to: "expression.demand(`(${free} OR attribute_exists(#lease))`, 'lease', 'owner', 'expiresAt');",
    with: ['realStore', 'messageDuplicated', 'commitsLate'],
  },
  {
    name: 'DynamoDB: keys that a batch left unread are forgotten',
    file: TABLE,
    from: 'if (wanted.length === 0) return found;',
    to: 'if (wanted.length >= 0) return found;',
    with: ['realStore', 'keysUnprocessed'],
  },
  {
    name: 'DynamoDB: an update leaves attributes that are gone',
    file: UPDATE,
    from: 'if (value === undefined) expression.remove(name);',
    to: 'if (value === undefined) continue;',
    with: ['realStore'],
  },
  {
    name: 'DynamoDB: who waits for a push is not queued',
    file: ITEM,
    from: "return { queue: queueKey('pending', personId)",
    to: "return { queue: queueKey('held', personId)",
    with: ['realStore'],
  },
  {
    name: 'the client does not sign in again',
    file: CLIENT,
    from: 'if (answer.status !== 401) return answer;',
    to: 'if (answer.status > 0) return answer;',
    with: ['realClient', 'sessionExpired'],
  },
  {
    name: 'DynamoDB: a version counts by two',
    file: 'lib/dynamodb/dynamo-person-store.ts',
    from: 'revision: stored.revision + 1 };',
    to: 'revision: stored.revision + 2 };',
    with: ['realStore'],
  },
];
