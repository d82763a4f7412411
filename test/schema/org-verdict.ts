import type { Fields, FieldValue } from '../../lib/person/field-value.ts';
import { createSalesforceChangeFeed } from '../../lib/salesforce/salesforce-change-feed.ts';
import { type ObjectSchema, objectSchema } from '../../lib/schema/object-schema.ts';
import { pushable } from '../../lib/schema/record.ts';
import { DEFAULT_POLICY } from '../../lib/schema/sync-policy.ts';
import { InProcessClient } from '../fakes/in-process-client.ts';
import { createOrg } from '../sandbox/org/create-org.ts';

/** One field of each kind there is, as an administrator would add them. */
export const CUSTOM_FIELDS: readonly { readonly name: string; readonly type: string }[] = [
  { name: 'Text__c', type: 'string', length: 20 },
  { name: 'Long__c', type: 'textarea', length: 300 },
  { name: 'Email__c', type: 'email' },
  { name: 'Phone__c', type: 'phone' },
  { name: 'Url__c', type: 'url' },
  { name: 'Flag__c', type: 'checkbox' },
  { name: 'Whole__c', type: 'int' },
  { name: 'Score__c', type: 'double', precision: 5, scale: 2 },
  { name: 'Amount__c', type: 'currency' },
  { name: 'Share__c', type: 'percent', precision: 6, scale: 3 },
  { name: 'Day__c', type: 'date' },
  { name: 'SeenAt__c', type: 'datetime' },
  { name: 'Level__c', type: 'picklist', values: ['Low', 'High'] },
  { name: 'Free__c', type: 'picklist' },
  { name: 'Interests__c', type: 'multipicklist', values: ['Golf', 'Chess', 'Opera'] },
  { name: 'Needed__c', type: 'string', length: 20, required: true, defaultValue: 'x' },
].map((field) => ({ ...field }));

/** What the org said of a value: the first code and all fields, or that it was taken. */
export type Verdict = { readonly code: string; readonly fields: readonly string[]; readonly message: string } | 'taken';

/** An org with fields of every type, its schema as the sync user sees it, and a Lead to write to. */
export class OrgUnderTest {
  readonly #org = createOrg({ time: () => Date.parse('2026-11-21T10:00:00.000Z') });
  readonly #client = new InProcessClient(this.#org, 'lockstep');
  #lead = '';

  async open(): Promise<ObjectSchema> {
    for (const field of CUSTOM_FIELDS) this.#control('fields', { object: 'Lead', ...field });
    this.#control('fields', { object: 'Lead', name: 'Partner__c', type: 'lookup', referenceTo: ['Lead'] });
    const created = this.#client.call('POST', '/sobjects/Lead', {
      LastName: 'Lovelace',
      Company: 'Analytical Engines',
    });
    this.#lead = (created.body as { readonly id: string }).id;
    const description = (await createSalesforceChangeFeed(this.#client).describe(['Lead'])).get('Lead');
    if (description === undefined) throw new Error('the Lead was not described');
    return objectSchema('Lead', description.object, DEFAULT_POLICY);
  }

  get leadId(): string {
    return this.#lead;
  }

  /** Writes the values as a push would. */
  update(schema: ObjectSchema, fields: Fields): Verdict {
    const { record } = pushable(schema, fields, 'update');
    return verdictOf(this.#client.call('PATCH', `/sobjects/Lead/${this.#lead}`, record));
  }

  create(schema: ObjectSchema, fields: Fields): Verdict {
    const { record } = pushable(schema, fields, 'create');
    return verdictOf(this.#client.call('POST', '/sobjects/Lead', record));
  }

  /** The record as the REST API answers it. */
  read(): Readonly<Record<string, FieldValue>> {
    return this.#client.call('GET', `/sobjects/Lead/${this.#lead}`).body as Readonly<Record<string, FieldValue>>;
  }

  #control(path: string, body: unknown): void {
    const { status, body: answer } = this.#org.handle({ method: 'POST', path: `/_org/${path}`, headers: {}, body });
    if (status >= 300) throw new Error(`${path}: ${JSON.stringify(answer)}`);
  }
}

interface OrgError {
  readonly errorCode: string;
  readonly message: string;
  readonly fields?: readonly string[];
}

function verdictOf({ status, body }: { readonly status: number; readonly body?: unknown }): Verdict {
  if (status < 300) return 'taken';
  const errors = body as readonly OrgError[];
  return {
    code: errors[0]?.errorCode ?? '',
    message: errors.map(({ message }) => message).join('; '),
    fields: errors.flatMap(({ fields = [] }) => fields),
  };
}
