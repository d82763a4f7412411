/**
 * What jsforce's own transport takes from undici when it is loaded. Requests go through `FetchTransport` instead, so
 * nothing of this is ever called: it keeps a second copy of undici (700 KiB) out of the bundles.
 */
export class Agent {}
export class ProxyAgent {}
export const Response = globalThis.Response;
export const fetch = globalThis.fetch;
export const errors = { SocketError: class SocketError extends Error {} };
