import { json, type OrgResponse } from '../http-message.ts';
import { instanceUrlOf } from '../instance-url.ts';
import type { Call, Route } from './call.ts';

const OLDEST = 31;
const NEWEST = 68;
const SEASONS = ["Spring '", "Summer '", "Winter '"] as const;

/** Version 31.0 came with Summer '14; three follow each year, and Winter is named after the next one. */
function labelOf(version: number): string {
  const since = version - 30;
  const season = SEASONS[since % 3] ?? SEASONS[0];
  const year = 14 + Math.floor(since / 3) + (since % 3 === 2 ? 1 : 0);
  return `${season}${year}`;
}

const versions = Array.from({ length: NEWEST - OLDEST + 1 }, (_, at) => {
  const version = `${OLDEST + at}.0`;
  return { label: labelOf(OLDEST + at), url: `/services/data/v${version}`, version };
});

/** Does the org speak this version of the API? */
export function isKnownVersion(version: string): boolean {
  return versions.some((known) => known.version === version);
}

/** {@link https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_versions.htm} */
export function listVersions(): OrgResponse {
  return json(200, versions);
}

/** {@link https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_discoveryresource.htm} */
function listResources({ root, org, user, headers }: Call): OrgResponse {
  const names = [
    'composite',
    'jobs',
    'limits',
    'parameterizedSearch',
    'query',
    'queryAll',
    'recent',
    'search',
    'sobjects',
  ];
  const identity = `${instanceUrlOf(headers)}/id/${org.standard.organizationId}/${user.id}`;
  return json(200, { identity, ...Object.fromEntries(names.map((name) => [name, `${root}/${name}`])) });
}

export const versionRoutes: readonly Route[] = [{ method: 'GET', path: '/', kind: 'read', handle: listResources }];
