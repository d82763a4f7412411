const BASE_URL = 'https://simulated.my.salesforce.com';

/** Where the client reaches the org; in the same process, where a real org would be. */
export function baseUrlOf(headers: Readonly<Record<string, string>>): string {
  const { host } = headers;
  return host === undefined ? BASE_URL : `http://${host}`;
}
