const INSTANCE_URL = 'https://simulated.my.salesforce.com';

/** Where the client reaches the org; in the same process, where a real org would be. */
export function instanceUrlOf(headers: Readonly<Record<string, string>>): string {
  const { host } = headers;
  return host === undefined ? INSTANCE_URL : `http://${host}`;
}
