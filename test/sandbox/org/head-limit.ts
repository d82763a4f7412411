import type { OrgRequest, OrgResponse } from './http-message.ts';

/** What the URI, and the URI together with the headers, may measure. */
const MAX_HEAD = 16_384;

/** Not the API answers these, but what stands before it. */
function page(status: number, title: string): OrgResponse {
  const body = `<html><head><title>${status} ${title}</title></head><body><h1>${title}</h1></body></html>`;
  return { status, headers: { 'Content-Type': 'text/html;charset=UTF-8' }, body };
}

/**
 * Refuses a request whose URI, or URI and headers, are too long. Subrequests of a composite request travel in its body
 * and may be longer.
 * {@link https://help.salesforce.com/s/articleView?id=000386264}
 */
export function checkHead({ path, headers }: OrgRequest): OrgResponse | undefined {
  if (path.length > MAX_HEAD) return page(414, 'URI Too Long');
  let length = path.length;
  for (const name in headers) length += name.length + (headers[name]?.length ?? 0) + 4;
  return length > MAX_HEAD ? page(431, 'Request Header Fields Too Large') : undefined;
}
