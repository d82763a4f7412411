import { dynoxideBinary } from './dynoxide-binary.ts';
import { type EngineOptions, type EngineProcess, startEngineProcess } from './engine-process.ts';

/** Which program serves the tables. They do not read each other's files. */
export type DynamoDbEngine = 'dynoxide' | 'dynalite';

/** The embedded DynamoDB. */
export interface DynamoDb extends EngineProcess {
  readonly engine: DynamoDbEngine;
}

/**
 * Starts an embedded DynamoDB: dynoxide where its optional package is installed, dynalite elsewhere. With `dataDir` the
 * tables are there again after a restart, also after a `kill -9`.
 */
export async function startDynamoDb(options: EngineOptions & { engine?: DynamoDbEngine } = {}): Promise<DynamoDb> {
  const engine = options.engine ?? (dynoxideBinary() === undefined ? 'dynalite' : 'dynoxide');
  const started = await startEngineProcess(`${engine}-host`, options);
  return { ...started, engine };
}
