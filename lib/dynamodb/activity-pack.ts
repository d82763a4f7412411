import type { Activity } from '../person/activity.ts';
import { packJson, unpackJson } from './packed-json.ts';

/**
 * Activities are packed: deflated JSON without `seq`, which follows from the position. Unpacked, a person's item would
 * grow by about a hundred bytes per entry, and every write costs a unit per KB of the item:
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html
 */
export function packActivities(activities: readonly Activity[]): Uint8Array {
  const entries = activities.map((activity) => {
    const { seq: _, ...entry } = activity;
    return entry;
  });
  return packJson(entries, DICTIONARY);
}

/** The activities of a pack; `next` is the number following the last. */
export function unpackActivities(packed: Uint8Array, next: number): Activity[] {
  const entries = unpackJson(packed, DICTIONARY) as Omit<Activity, 'seq'>[];
  const first = next - entries.length;
  return entries.map((entry, offset) => ({ ...entry, seq: first + offset }) as Activity);
}

/** The activities of a chunk; `first` is the number of the first. */
export function unpackChunk(packed: Uint8Array, first: number): Activity[] {
  const entries = unpackJson(packed, DICTIONARY) as Omit<Activity, 'seq'>[];
  return entries.map((entry, offset) => ({ ...entry, seq: first + offset }) as Activity);
}

/** Must never change: see `packJson`. */
const DICTIONARY = Buffer.from(
  [
    'StreetCityStatePostalCodeCountryFirstNameLastNameCompanyTitlePhoneMobilePhoneEmailWebsiteIndustryRatingStatus',
    'LeadSourceDescriptionNumberOfEmployeesAnnualRevenueHasOptedOutOfEmailDoNotCallOwnerIdScore__c',
    '"type":"merged","direction":"pull","detail":{"into":"sf-00Q","type":"undeleted","type":"deletedInSalesforce",',
    '"type":"converted","direction":"pull","detail":{"type":"Contact","id":"003',
    '"type":"linked","direction":"pull","detail":{"type":"Lead","id":"00Q',
    '"type":"rejected","direction":"push","detail":{"code":"FIELD_CUSTOM_VALIDATION_EXCEPTION","message":"","fields":[],"values":{}},',
    '"type":"conflict","direction":"pull","detail":{"field":"","local":"","remote":"","winner":"local"}},"winner":"remote"}},',
    '"type":"created","direction":null,"detail":{"source":"api"}},"detail":{"source":"Lead"}},"detail":{"source":"Contact"}},',
    '"type":"syncedToSalesforce","direction":"push","detail":{"fields":[""],"created":false}},"created":true}},',
    '"type":"fieldsChanged","direction":null,"detail":{"changes":[{"field":"","from":false,"to":true}]}},',
    '[{"type":"fieldsChanged","direction":"pull","detail":{"changes":[{"field":"","from":null,"to":""},{"field":"","from":"","to":null}]},"at":"2026-01-00T00:00:00.000Z"},',
    '{"type":"fieldsChanged","direction":"pull","detail":{"changes":[{"field":"","from":"","to":""}]},"at":"2026-',
  ].join('\n'),
);
