/**
 * The exports of undici loaded by jsforce's own transport, never called: requests go through `FetchTransport`. The shim
 * keeps a second copy of undici (700 KiB) out of the bundles.
 */
export class Agent {}
export class ProxyAgent {}
export const Response = globalThis.Response;
export const fetch = globalThis.fetch;
export const errors = { SocketError: class SocketError extends Error {} };
