import { ApiError } from '../errors.ts';
import type { OrgState } from '../org-state.ts';
import { codeOfName, countries, states } from '../schema/countries.ts';
import type { Schema } from '../schema/schema.ts';
import type { Row, Value } from '../soql/source.ts';

const NONE: ReadonlyMap<string, string> = new Map();

/** The fields that hold the text and the code of a country or of a state. */
interface Names {
  readonly text: string;
  readonly code: string;
}

interface Pair extends Names {
  readonly kind: 'country' | 'state';
  /** What the org offers, by code. */
  readonly offered: ReadonlyMap<string, string>;
  readonly label: (name: string) => string;
}

interface Saving {
  readonly row: Record<string, Value>;
  readonly before: Row | undefined;
  readonly given: ReadonlyMap<string, Value>;
}

/** What begins the names of an object's addresses that have codes: `Mailing` of `MailingStateCode`. */
function prefixes(schema: Schema, object: string): string[] {
  const fields = schema.object(object)?.fields ?? [];
  return fields.flatMap(({ name }) => (name.endsWith('StateCode') ? [name.slice(0, -'StateCode'.length)] : []));
}

/**
 * Where State and Country/Territory picklists are on, text and code follow each other: in a new record the code wins,
 * in an update both may be given only where they fit.
 * {@link https://help.salesforce.com/s/articleView?id=xcloud.admin_state_country_picklists_field_syncing.htm}
 */
export function followCodes({ features, schema }: OrgState, object: string, saving: Saving): ApiError[] {
  if (!features.has('stateCountryPicklists')) return [];
  return prefixes(schema, object).flatMap((prefix) => followAddress(schema, { object, prefix, saving }) ?? []);
}

interface Address {
  readonly object: string;
  readonly prefix: string;
  readonly saving: Saving;
}

function followAddress(schema: Schema, { object, prefix, saving }: Address): ApiError | undefined {
  const { row } = saving;
  const label = (name: string) => schema.field(object, name)?.label ?? name;
  const country = { text: `${prefix}Country`, code: `${prefix}CountryCode` };
  const state = { text: `${prefix}State`, code: `${prefix}StateCode` };
  const refused = followPair(saving, { ...country, kind: 'country', offered: countries, label });
  if (refused) return refused;
  if (isCleared(saving, country) && !isGiven(saving, state)) {
    row[state.text] = null;
    row[state.code] = null;
    return undefined;
  }
  return followState(saving, { country, state, label });
}

interface Places {
  readonly country: Names;
  readonly state: Names;
  readonly label: (name: string) => string;
}

/** The state of a new country must be new as well; one that was not touched stays as it is. */
function followState(saving: Saving, { country, state, label }: Places): ApiError | undefined {
  const { row, before } = saving;
  const code = row[country.code] as string | null;
  const offered = states.get(code ?? '') ?? NONE;
  if (isGiven(saving, state)) {
    return code === null
      ? stateAlone(row, state, label)
      : followPair(saving, { ...state, kind: 'state', offered, label });
  }
  if (before === undefined || before[country.code] === code || row[state.text] === null) return undefined;
  return offered.get(row[state.code] as string) === row[state.text] ? undefined : unrecognized(state.text, label);
}

function isGiven({ given, row, before }: Saving, { text, code }: Names): boolean {
  const changed = (name: string) => row[name] !== (before?.[name] ?? null);
  return given.has(text) || given.has(code) || changed(text) || changed(code);
}

function isCleared({ given, row }: Saving, { text, code }: Names): boolean {
  return row[code] === null && [text, code].some((name) => given.has(name) && given.get(name) === null);
}

function stateAlone(row: Row, state: Names, label: (name: string) => string): ApiError | undefined {
  if (row[state.text] === null && row[state.code] === null) return undefined;
  const field = row[state.code] === null ? state.text : state.code;
  return refusal(
    `A country/territory must be specified before specifying a state value for field: ${label(field)}`,
    field,
  );
}

function refusal(message: string, field: string): ApiError {
  return new ApiError('FIELD_INTEGRITY_EXCEPTION', message, [field]);
}

function unrecognized(field: string, label: (name: string) => string): ApiError {
  return refusal(`The existing country/territory doesn't recognize the state value for field: ${label(field)}`, field);
}

/** Brings text and code into step, or tells why not. */
function followPair(saving: Saving, pair: Pair): ApiError | undefined {
  const { row, before, given } = saving;
  const { text, code } = pair;
  const changed = (name: string) => given.has(name) || row[name] !== (before?.[name] ?? null);
  const [ofText, ofCode] = [changed(text), changed(code)];
  if (!ofText && !ofCode) return undefined;
  const creating = before === undefined;
  const leads = ofCode && (!creating || row[code] !== null) ? 'code' : 'text';
  if (ofText && ofCode && !creating && !isFitting(row, pair)) {
    return refusal(`Mismatched integration value and ISO code for field: ${pair.label(text)}`, text);
  }
  return leads === 'code' ? followCode(row, pair) : followText(row, pair);
}

function isFitting(row: Row, { text, code, offered }: Pair): boolean {
  const [name, key] = [row[text] as string | null, row[code] as string | null];
  if (name === null || key === null) return name === key;
  return offered.get(key.toUpperCase())?.toLowerCase() === name.toLowerCase();
}

function followCode(row: Record<string, Value>, pair: Pair): ApiError | undefined {
  const { text, code, offered, kind } = pair;
  const key = (row[code] as string | null)?.toUpperCase() ?? null;
  const name = key === null ? null : offered.get(key);
  if (name === undefined) {
    const isKnown = kind === 'state' && [...states.values()].some((names) => names.has(key ?? ''));
    if (isKnown) return unrecognized(code, pair.label);
    const what = kind === 'state' ? 'state' : 'country/territory';
    const message = `The ${code} field contains ${key}, which isn't an available ${what}. Your administrator can add it for you.`;
    return refusal(message, code);
  }
  row[code] = key;
  row[text] = name;
  return undefined;
}

/** {@link https://github.com/SalesforceFoundation/NPSP/issues/994} */
function followText(row: Record<string, Value>, pair: Pair): ApiError | undefined {
  const { text, code, offered, kind } = pair;
  const name = row[text] as string | null;
  const key = name === null ? null : codeOfName(offered, name);
  if (key === undefined) {
    const list =
      kind === 'country' ? 'country/territory from the list of valid countries' : 'state from the list of valid states';
    return refusal(
      `There's a problem with this ${kind}, even though it may appear correct. Please select a ${list}.: ${pair.label(text)}`,
      text,
    );
  }
  row[code] = key;
  row[text] = key === null ? null : (offered.get(key) ?? null);
  return undefined;
}

/**
 * Gives a row the codes of its texts. A state that its country does not offer stays where the row is older than the
 * picklists.
 */
export function adoptCodes({ features, schema }: OrgState, object: string, row: Row, isOlder: boolean): Row {
  if (!features.has('stateCountryPicklists')) return row;
  const adopted: Record<string, Value> = { ...row };
  for (const prefix of prefixes(schema, object)) {
    const country = codeOfName(countries, textOf(row, `${prefix}Country`)) ?? null;
    const offered = states.get(country ?? '') ?? NONE;
    const text = textOf(row, `${prefix}State`);
    const state = offered.has(text) ? text : (codeOfName(offered, text) ?? null);
    adopted[`${prefix}CountryCode`] = country;
    adopted[`${prefix}StateCode`] = state;
    if (state !== null || !isOlder) adopted[`${prefix}State`] = offered.get(state ?? '') ?? null;
  }
  return adopted;
}

function textOf(row: Row, name: string): string {
  return String(row[name] ?? '');
}
