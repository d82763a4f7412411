import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { SalesforceType } from '../person/row.ts';
import type { StoredSchema } from '../sync/ports/sync-state-store.ts';
import { DynamoSyncStateStore } from './dynamo-sync-state-store.ts';

export interface RememberingOptions {
  readonly tableName: string;
  /** How long a read schema is reused. */
  readonly schemasForMs: number;
  /** Milliseconds of a monotonic clock. */
  readonly elapsed: () => number;
}

interface Remembered {
  readonly schema: StoredSchema;
  readonly until: number;
}

/**
 * The same store for a function with a waiting caller: a schema is read once for many syncs. Changes of the schema are
 * noticed with a delay; a field unknown to Salesforce is noticed by the refused call.
 */
export class RememberingSyncStateStore extends DynamoSyncStateStore {
  readonly #options: RememberingOptions;
  readonly #schemas = new Map<SalesforceType, Remembered>();

  constructor(client: DynamoDBDocumentClient, options: RememberingOptions) {
    super(client, options);
    this.#options = options;
  }

  override async loadSchema(type: SalesforceType): Promise<StoredSchema | undefined> {
    const { elapsed, schemasForMs } = this.#options;
    const known = this.#schemas.get(type);
    if (known !== undefined && known.until > elapsed()) return known.schema;
    const until = elapsed() + schemasForMs;
    const schema = await super.loadSchema(type);
    // A missing schema is about to be saved by another process.
    if (schema !== undefined) this.#schemas.set(type, { schema, until });
    return schema;
  }

  /** Whatever the result, the stored schema must be read again. */
  override async saveSchema(schema: StoredSchema): Promise<'saved' | 'overtaken'> {
    this.#schemas.delete(schema.schema.type);
    try {
      return await super.saveSchema(schema);
    } finally {
      this.#schemas.delete(schema.schema.type);
    }
  }
}
