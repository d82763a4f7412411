import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { SalesforceType } from '../person/row.ts';
import type { StoredSchema } from '../sync/ports/sync-state-store.ts';
import { DynamoSyncStateStore } from './dynamo-sync-state-store.ts';

export interface RememberingOptions {
  readonly tableName: string;
  /** For how long a schema that was read counts as the stored one. */
  readonly schemasForMs: number;
  /** Milliseconds of any clock that only goes forward. */
  readonly elapsed: () => number;
}

interface Remembered {
  readonly schema: StoredSchema;
  readonly until: number;
}

/**
 * The same store for a function that somebody waits for: a schema is read once for many syncs. What a poll or a person
 * changes about it is seen a little later; a field that Salesforce no longer knows is found by the call that it refuses.
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
    // One that is missing is about to be saved by somebody.
    if (schema !== undefined) this.#schemas.set(type, { schema, until });
    return schema;
  }

  /** Whatever comes of it, what is stored now is to be read again. */
  override async saveSchema(schema: StoredSchema): Promise<'saved' | 'overtaken'> {
    this.#schemas.delete(schema.schema.type);
    try {
      return await super.saveSchema(schema);
    } finally {
      this.#schemas.delete(schema.schema.type);
    }
  }
}
