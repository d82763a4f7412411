import type { Settings } from './settings.ts';

/**
 * Maximum time Salesforce works on a request.
 *
 * @see https://developer.salesforce.com/docs/atlas.en-us.salesforce_app_limits_cheatsheet.meta/salesforce_app_limits_cheatsheet/salesforce_app_limits_platform_api.htm
 */
export const LONGEST_REQUEST_SECONDS = 600;

/** Timeout of the poll function. */
export const POLL_TIMEOUT_SECONDS = 840;

/** The present second of Salesforce's clock, and the second cut off in the `Date` header. */
const LEAST_LAG_SECONDS = 2;

type Numbers = Pick<
  Settings,
  | 'pushLeaseSeconds'
  | 'cycleLeaseSeconds'
  | 'salesforceTimeoutSeconds'
  | 'lagSeconds'
  | 'objects'
  | 'auth'
  | 'console'
  | 'sandbox'
>;

/** Settings valid by type but violating a guarantee of the sync: one line each, without the prefix. */
export function settingsMistakes(settings: Numbers): string[] {
  const { pushLeaseSeconds, cycleLeaseSeconds, salesforceTimeoutSeconds, lagSeconds, objects, auth } = settings;
  const leastLease = salesforceTimeoutSeconds + (settings.sandbox ? 1 : LONGEST_REQUEST_SECONDS);
  const rules: readonly (readonly [broken: boolean, mistake: string])[] = [
    [new Set(objects).size < objects.length, 'objects: names an object twice'],
    [
      pushLeaseSeconds < leastLease,
      `pushLeaseSeconds: takes ${leastLease} at least: a push with a lost answer may commit until then`,
    ],
    [
      settings.console !== undefined && typeof auth === 'string',
      'console: takes auth.jwt: a page in a browser has no AWS credentials to sign with (`npm run console` has)',
    ],
    ...(settings.sandbox
      ? []
      : ([
          [
            auth === 'none',
            'auth: "none" is allowed only in the sandbox: every caller could read and edit every person',
          ],
          [
            cycleLeaseSeconds <= POLL_TIMEOUT_SECONDS,
            `cycleLeaseSeconds: takes more than ${POLL_TIMEOUT_SECONDS}, which the poll function may run: two cycles would run at once`,
          ],
          [
            lagSeconds < LEAST_LAG_SECONDS,
            `lagSeconds: takes ${LEAST_LAG_SECONDS} at least: changes of an unfinished second would be skipped`,
          ],
        ] as const)),
  ];
  return rules.flatMap(([broken, mistake]) => (broken ? [mistake] : []));
}
