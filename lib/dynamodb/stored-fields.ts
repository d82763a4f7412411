import type { Fields, FieldValue } from '../person/field-value.ts';
import { attributeBytes, writeUnits } from './attribute-size.ts';
import { packJson, unpackJson } from './packed-json.ts';

/** A stored field value. A number outside DynamoDB's range is stored as text. */
type StoredValue = FieldValue | { readonly number: string };
export type StoredFields = Readonly<Record<string, StoredValue>>;

/**
 * Separate attributes are readable in the table, but a write costs a unit per KB of the item: fields are packed where
 * packing saves a unit.
 */
export function storedOrPacked(fields: Fields, othersBytes: number): StoredFields | Uint8Array {
  const stored = toStoredFields(fields);
  const units = writeUnits(othersBytes + attributeBytes(stored));
  if (units === 1) return stored;
  const sorted = Object.fromEntries(Object.entries(fields).sort(([left], [right]) => (left < right ? -1 : 1)));
  const packed = packJson(sorted, DICTIONARY);
  return writeUnits(othersBytes + packed.length) < units ? packed : stored;
}

export function toStoredFields(fields: Fields): StoredFields {
  return Object.fromEntries(Object.entries(fields).map(([field, value]) => [field, toStoredValue(value)]));
}

export function fromStoredFields(stored: StoredFields | Uint8Array): Fields {
  if (stored instanceof Uint8Array) return unpackJson(stored, DICTIONARY) as Fields;
  return Object.fromEntries(Object.entries(stored).map(([field, value]) => [field, fromStoredValue(value)]));
}

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html#limits-data-types-numbers */
function toStoredValue(value: FieldValue): StoredValue {
  if (typeof value !== 'number' || value === 0) return value;
  const size = Math.abs(value);
  return size >= 1e-130 && size < 1e125 ? value : { number: String(value) };
}

function fromStoredValue(value: StoredValue): FieldValue {
  return typeof value === 'object' && value !== null ? Number(value.number) : value;
}

/** Must never change: see `packJson`. */
const DICTIONARY = Buffer.from(
  [
    'JanuaryFebruaryMarchAprilJuneJulyAugustSeptemberOctoberNovemberDecemberManagerDirectorChief OfficerEngineer',
    'United StatesUnited KingdomGermanyFranceCanadaAustralia Street Road Avenue GmbH Inc. Ltd. Technologies Group',
    'Open - Not ContactedWorking - ContactedClosed - ConvertedClosed - Not ConvertedWebPhone InquiryPartner ReferralHotWarmCold',
    'http://https://www.@example.com.org.net+1 +44 +49 2026-01-01T00:00:00.000Z000+0000false,true,null,',
    '","Fax":"","HomePhone":"","Jigsaw":"","Birthdate":"","Department":"","AssistantName":"","AssistantPhone":"","OtherPhone":"',
    '","Latitude":,"Longitude":,"GeocodeAccuracy":"","EmailBouncedDate":"","EmailBouncedReason":"","Suffix":"","MiddleName":"',
    '__c":"","__c":null,"__c":false,"__c":0,"Score__c":,"Person_Id__c":"',
    '{"AnnualRevenue":,"City":"","Company":"","Country":"","CountryCode":"","Description":"","DoNotCall":false,"Email":"',
    '","FirstName":"","HasOptedOutOfEmail":false,"HasOptedOutOfFax":false,"Industry":"","LastName":"","LeadSource":"',
    '","MobilePhone":"","NumberOfEmployees":,"OwnerId":"005","Phone":"","PostalCode":"","Rating":"","Salutation":"',
    '","State":"","StateCode":"","Status":"","Street":"","Title":"","Website":"https://www.',
  ].join(''),
);
