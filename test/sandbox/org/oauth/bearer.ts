import type { OrgRequest } from '../http-message.ts';

/** The access token that a request carries. */
export function bearer(request: OrgRequest): string | undefined {
  return /^(?:Bearer|OAuth)\s+(\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
}
