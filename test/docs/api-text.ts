/** What the page of the API says and the OpenAPI document has no place for. */
export const BEFORE = `# The API

<!-- Made by \`npm run api-page\` from the OpenAPI document; edit the shapes in lib/lambda/api or the texts in test/docs. -->

JSON in and out. \`GET /openapi.json\` describes every call as OpenAPI 3.1, suitable for generating a typed client. Every
\`GET\` answers \`HEAD\` too. Problems are \`application/problem+json\` (RFC 9457) with \`type\`, \`title\`, \`status\` and
\`detail\`.

API Gateway answers some requests itself, before a function is called, with \`{"message": "…"}\`: 401 and 403 without
a valid token or signature, 413 above 10 MB, 429 above the throttle, 503 if a function gives no answer within 30 seconds.

## Who may call

On AWS the default authorizer is IAM: a call is signed with Signature Version 4 for the service \`execute-api\`. With
curl and credentials in the environment:

\`\`\`sh
curl --aws-sigv4 "aws:amz:$AWS_REGION:execute-api" --user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" \\
  -H "x-amz-security-token: $AWS_SESSION_TOKEN" "$API_URL/sync/status"
\`\`\`

With the setting \`auth.jwt\` a call carries \`Authorization: Bearer …\`; every call requires a scope of the token:
\`lockstep/read\`, \`lockstep/write\` or \`lockstep/operate\`. The sandbox requires no authorization.

## A person

\`\`\`json
{
  "personId": "…",
  "version": 7,
  "fields": { "Company": "Analytical Engines", "Email": "ada@example.com", "LastName": "Lovelace", "Score__c": 12 },
  "salesforce": {
    "type": "Lead",
    "id": "00Q…",
    "systemModstamp": "2026-11-21T10:00:00.000Z",
    "isDeleted": false,
    "isConverted": false,
    "owner": { "id": "005…", "type": "User", "name": "Grace", "email": "grace@example.com" }
  },
  "sync": { "status": "pending", "pending": ["Title"], "lastSyncedAt": "2026-11-21T10:00:05.000Z", "rejection": null },
  "createdAt": "2026-11-20T09:00:00.000Z",
  "updatedAt": "2026-11-21T10:03:00.000Z"
}
\`\`\`

- \`fields\` are keyed by the API names of a Lead; a Contact uses the same names (a Contact's \`MailingCity\` is
  \`City\`). Values are stored in Salesforce's form: text trimmed, emails in lower case, numbers at the field's scale, instants
  in UTC and whole seconds, multi-select picklists in the order offered, ids with 18 characters.
- \`salesforce\` is null for a person never in Salesforce. A person created by the API reaches Salesforce only by an
  explicit sync.
- \`sync.status\`: \`localOnly\`, never in Salesforce; \`synced\`, in step; \`pending\`, edits wait for the next cycle;
  \`rejected\`, Salesforce refused an edit, and \`rejection\` has the reason and the time of the retry (\`retryAt\`).
- An edit accepts every field of a Lead or Contact. A value of a field missing from the person's record stays local until
  the record has the field, and the answer names the field: \`"notSynced": [{"field", "why"}]\`. Before the first cycle
  custom fields are accepted unchecked.
- Lists show the first 1,000 characters of a long text, as \`{"start", "length", "sha256"}\`.
- Every answer comes within 28 seconds. A longer sync is answered 503 with \`Retry-After\` and the \`personId\`; the
  edits are kept.`;

/** What each kind of activity means. */
export const ACTIVITIES: Readonly<Record<string, string>> = {
  created: 'the person was created, by the API or from a Salesforce record',
  fieldsChanged: 'values changed; `direction` is null for a local edit, `push` with `tooLong` for a cut text',
  conflict: 'both sides changed the field; the losing value is stored in full',
  syncedToSalesforce: 'a push was carried out; `created` if the push created the Lead',
  rejected: 'Salesforce refused the values',
  linked: 'the person was linked to a record',
  converted: 'the Lead became this Contact',
  deletedInSalesforce: 'the record was deleted in Salesforce',
  undeleted: 'the record was undeleted in Salesforce',
  merged: 'a different person (`from`) or record (`row`) was joined into the person',
  ownerChanged: 'the record has a new owner',
  deleted: 'the person was deleted in Lockstep',
  revived: 'a deleted person was brought back',
};

export const AFTER = `## Known limits

- \`GET /persons\` without \`email\`, \`salesforceId\` or a status other than \`synced\` reads the table in internal
  order: a page may be short, and the cursor leads to further pages.
- A body is 1 MB at most (a batch 5 MB), a request has 1,000 fields at most, a batch 500 persons.`;
