import { refusals } from '../errors.ts';
import { type Field, isCompound } from '../schema/field.ts';
import type { RecordsResult, Row, Value } from '../soql/index.ts';
import { liveFormulas } from '../store/formulas.ts';
import { masked } from '../store/masks.ts';
import type { Call } from './call.ts';

/** A compound address as one value, or null where all its parts are empty. */
function address(row: Row, name: string): Record<string, Value> | null {
  const prefix = name.replace(/Address$/, '');
  const part = (suffix: string) => row[`${prefix}${suffix}`] ?? null;
  const coded = `${prefix}StateCode` in row;
  const value = {
    city: part('City'),
    country: part('Country'),
    ...(coded ? { countryCode: part('CountryCode') } : {}),
    geocodeAccuracy: part('GeocodeAccuracy'),
    latitude: part('Latitude'),
    longitude: part('Longitude'),
    postalCode: part('PostalCode'),
    state: part('State'),
    ...(coded ? { stateCode: part('StateCode') } : {}),
    street: part('Street'),
  };
  return Object.values(value).every((one) => one === null) ? null : value;
}

/** A compound field as one value. */
export function compound(row: Row, { name, type }: Pick<Field, 'name' | 'type'>): Record<string, Value> | null {
  if (type === 'address') return address(row, name);
  const stem = name.replace(/__c$/, '');
  const [latitude = null, longitude = null] = [row[`${stem}__Latitude__s`], row[`${stem}__Longitude__s`]];
  return latitude === null && longitude === null ? null : { latitude, longitude };
}

/** The fields that a client names, or refuses one that it may not see. */
export function namedFields(call: Call, object: string, names: readonly string[]): Field[] {
  const visible = call.org.schema.visible(call.user, object);
  return names.map((name) => {
    const field = visible?.fields.get(name.trim().toLowerCase());
    if (field) return field;
    throw refusals.noField(name.trim(), object);
  });
}

export function allFields(call: Call, object: string): Field[] {
  return [...(call.org.schema.visible(call.user, object)?.fields.values() ?? [])];
}

/** A record as the row and collections resources show it. */
export function renderRecord(
  call: Call,
  object: string,
  { row, fields }: { row: Row; fields: readonly Field[] },
): Record<string, unknown> {
  const shown = masked(call.org, call.user, object)(liveFormulas(call.org, object)?.(row) ?? row);
  const id = row.Id as string;
  const record: Record<string, unknown> = {
    attributes: { type: object, url: `${call.root}/sobjects/${object}/${id}` },
  };
  for (const field of fields) {
    record[field.name] = isCompound(field) ? compound(shown, field) : (shown[field.name] ?? null);
  }
  record.Id = id;
  return record;
}

/** Compound fields are put together here: rows hold only their parts. */
export function withCompounds({ columns, record }: RecordsResult): (row: Row) => unknown {
  const fields = columns.flatMap(({ type, path: [name = '', ...rest] }) =>
    (type === 'address' || type === 'location') && rest.length === 0 ? [{ name, type }] : [],
  ) as { name: string; type: 'address' | 'location' }[];
  if (fields.length === 0) return record;
  return (row) => ({
    ...record(row),
    ...Object.fromEntries(fields.map((field) => [field.name, compound(row, field)])),
  });
}
