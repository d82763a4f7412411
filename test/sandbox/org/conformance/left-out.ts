/** Test files of jsforce that talk to an org about what this one covers. */
export const SUITE: readonly string[] = [
  'bulk2',
  'connection-crud',
  'connection-meta',
  'connection-session',
  'query',
  'schema',
  'sobject',
];

/** Test files of jsforce whose whole subject is left out. */
export const LEFT_OUT_FILES: Readonly<Record<string, string>> = {
  analytics: 'Analytics API',
  apex: 'Apex REST',
  bulk: 'Bulk API 1.0',
  chatter: 'Chatter API',
  metadata: 'Metadata API',
  process: 'process rules and approvals',
  'quick-action': 'quick actions',
  soap: 'SOAP API',
  streaming: 'Streaming API',
  tooling: 'Tooling API',
};

/** Tests in the other files that need something left out, by their file and their name. */
const LEFT_OUT_TESTS: readonly (readonly [file: string, name: RegExp, needs: string])[] = [
  // These files import the tests of `bulk` with its helper, and the tests below prepare their records with it.
  ['query', /^should (?:bulk|call bulk api)/, 'Bulk API 1.0'],
  ['query', /using Query#(?:update|destroy)(?!.*unmatching)/, 'Bulk API 1.0'],
  ['connection-crud', /^should (?:bulk|call bulk api)|should search records/, 'Bulk API 1.0'],
  ['query', /explain query plan/, 'query plans'],
  ['sobject', /explain query plan/, 'query plans'],
  ['sobject', /layout/, 'layouts'],
  ['sobject', /list ?up list views|list view/, 'list views'],
  ['sobject', /sort option|should select records/, 'Opportunity'],
  ['connection-meta', /user identity information/, 'an address that begins with https'],
  ['connection-meta', /tabs list|theme information/, 'tabs and themes'],
  ['schema', /standard schema should query/, 'Task'],
];

/** What a test needs that the org leaves out. */
export function neededBy(file: string, name: string): string | undefined {
  return LEFT_OUT_TESTS.find(([ofFile, pattern]) => ofFile === file && pattern.test(name))?.[2];
}
