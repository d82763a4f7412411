/** What the page of the API says and the OpenAPI document has no place for. */
export const BEFORE = `# The API

<!-- Made by \`npm run api-page\` from the OpenAPI document; edit the shapes in lib/lambda/api or the texts in test/docs. -->

JSON in and out. \`GET /openapi.json\` describes every call as OpenAPI 3.1: a typed client can be generated from it. Each
\`GET\` answers \`HEAD\` too. Problems are \`application/problem+json\` (RFC 9457) with \`type\`, \`title\`, \`status\` and
\`detail\`.

API Gateway answers some requests itself, before a function is asked, with \`{"message": "…"}\`: 401 and 403 without
a valid token or signature, 413 above 10 MB, 429 above the throttle, 503 where a function gave no answer in 30 seconds.

## Who may call

On AWS the default authorizer is IAM: a call is signed with Signature Version 4 for the service \`execute-api\`. With
curl and credentials in the environment:

\`\`\`sh
curl --aws-sigv4 "aws:amz:$AWS_REGION:execute-api" --user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" \\
  -H "x-amz-security-token: $AWS_SESSION_TOKEN" "$API_URL/sync/status"
\`\`\`

With the setting \`auth.jwt\` a call carries \`Authorization: Bearer …\`; each call asks for a scope of the token:
\`lockstep/read\`, \`lockstep/write\` or \`lockstep/operate\`. The sandbox asks for nothing.

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

- \`fields\` are keyed by the API names of a Lead; a Contact uses the same names (its \`MailingCity\` is \`City\`).
  Values are stored as Salesforce keeps them: text trimmed, emails in lower case, numbers at the field's scale, instants
  in UTC and whole seconds, multi-select picklists in the order offered, ids with 18 characters.
- \`salesforce\` is null for a person who has never been there. A person who is created here reaches Salesforce by a
  sync that asks for it.
- \`sync.status\`: \`localOnly\`, never in Salesforce; \`synced\`, in step; \`pending\`, edits wait for the next cycle;
  \`rejected\`, Salesforce refused an edit, and \`rejection\` says why and when the edit is tried again (\`retryAt\`).
- An edit takes every field that a Lead or a Contact has. What the person's record has no place for stays here
  until the record has the field, and is named in the answer: \`"notSynced": [{"field", "why"}]\`.
  Before the first cycle custom fields are taken as they are.
- Lists show the first 1,000 characters of a long text, as \`{"start", "length", "sha256"}\`.
- Every answer comes within 28 seconds. A sync that takes longer is answered 503 with \`Retry-After\` and the
  \`personId\`; the edits are kept.`;

/** What each kind of activity means. */
export const ACTIVITIES: Readonly<Record<string, string>> = {
  created: 'the person was created, here or by a record of Salesforce',
  fieldsChanged: 'values changed; `direction` is null for an edit here, `push` with `tooLong` for a text that was cut',
  conflict: 'both sides changed the field; the value of the side that lost is kept whole',
  syncedToSalesforce: 'a push was carried out; `created` where it created the Lead',
  rejected: 'Salesforce refused the values',
  linked: 'the person was linked to a record',
  converted: 'the Lead became this Contact',
  deletedInSalesforce: 'the record was deleted in Salesforce',
  undeleted: 'the record was undeleted in Salesforce',
  merged: 'another person (`from`), or another record (`row`), became a part of this person',
  ownerChanged: 'the record has another owner',
  deleted: 'the person was deleted here',
  revived: 'a deleted person was brought back',
};

export const AFTER = `## Known limits

- \`GET /persons\` without \`email\`, \`salesforceId\` or a status other than \`synced\` reads the table in its own
  order: a page may be short, and the cursor leads on.
- A body is 1 MB at most (a batch 5 MB), a request has 1,000 fields at most, a batch 500 persons.`;
