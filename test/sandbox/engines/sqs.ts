import { type EngineOptions, type EngineProcess, startEngineProcess } from './engine-process.ts';

/**
 * Starts an embedded SQS (fauxqs). With `dataDir` the queues and their messages are there again after a restart, also
 * after a `kill -9`; messages that were in flight then are delivered again at once.
 *
 * The host of the queue URLs it gives out does not resolve: address a queue by this endpoint and the URL's path.
 */
export async function startSqs(options: EngineOptions = {}): Promise<EngineProcess> {
  return startEngineProcess('fauxqs-host', options);
}
