import type { FieldShape, FieldValue } from '../../lib/person/field-value.ts';
import { sameValue, toIsoInstant } from '../../lib/person/field-value.ts';
import type { SalesforceType } from '../../lib/person/row.ts';
import type { Row } from '../sandbox/org/soql/source.ts';

interface Field {
  readonly name: string;
  readonly remote: Readonly<Record<SalesforceType, string | null>>;
  readonly shape: FieldShape;
}

const TEXT: FieldShape = { kind: 'text' };
const both = (name: string, shape: FieldShape = TEXT): Field => ({
  name,
  remote: { Lead: name, Contact: name },
  shape,
});
const leadOnly = (name: string, shape: FieldShape = TEXT): Field => ({
  name,
  remote: { Lead: name, Contact: null },
  shape,
});

/** A field that is added in the middle of a story, and what it is called once it is renamed. */
export const ADDED = { name: 'Extra__c', type: 'string' } as const;
export const RENAMED = { name: 'Renamed__c', type: 'string' } as const;

/** A field that holds digits as text until it becomes a number. */
export const RETYPED = { name: 'Level__c', type: 'string' } as const;

export const FORMULA = { name: 'Rank__c', type: 'double', scale: 2, formula: 'Score__c * 2' } as const;

/** What the oracles compare: said again here rather than taken from the product, which could be wrong about it. */
export const FIELDS: readonly Field[] = [
  both('FirstName'),
  both('LastName'),
  leadOnly('Company'),
  both('Email', { kind: 'email' }),
  both('Title'),
  both('Phone'),
  { name: 'City', remote: { Lead: 'City', Contact: 'MailingCity' }, shape: TEXT },
  leadOnly('NumberOfEmployees', { kind: 'number', scale: 0 }),
  both('DoNotCall', { kind: 'boolean' }),
  leadOnly('Status'),
  both('Score__c', { kind: 'number', scale: 2 }),
  both('Interests__c', { kind: 'picklists' }),
  both(ADDED.name),
  both(RENAMED.name),
  both(RETYPED.name),
  both(FORMULA.name, { kind: 'number', scale: 2 }),
];

/** Fields that only the stories add to the org: the seeded org of the sandbox does not have them. */
export const STORY_FIELDS: ReadonlySet<string> = new Set(
  ['Interests__c', ADDED, RENAMED, RETYPED, FORMULA].map((each) => (typeof each === 'string' ? each : each.name)),
);

/** Fields in which each edit has a value of its own; the staged stories edit one of these. */
export const TRACED_FIELDS = ['Title', 'Phone', 'City', 'Score__c'] as const;

/** The fields whose edits are followed from side to side: all that sync. */
export const FOLLOWED_FIELDS: readonly string[] = FIELDS.map(({ name }) => name).filter(
  (name) => name !== FORMULA.name,
);

/** The fields that people edit in these stories; an Email is edited by a fault of its own. */
export const EDITED_FIELDS = [
  ...TRACED_FIELDS,
  ...TRACED_FIELDS,
  ...TRACED_FIELDS,
  'Interests__c',
  'Interests__c',
  'DoNotCall',
  'DoNotCall',
  'FirstName',
  'LastName',
  'Company',
  'NumberOfEmployees',
] as const;

export function remoteName(field: string, type: SalesforceType): string | null {
  return FIELDS.find(({ name }) => name === field)?.remote[type] ?? null;
}

export function remoteValue(row: Row, name: string): FieldValue {
  const value = (name === FORMULA.name ? rankOf(row) : row[name]) ?? null;
  return typeof value === 'string' ? toIsoInstant(value) : (value as FieldValue);
}

/** An empty number counts as zero in a formula. */
function rankOf({ Score__c: score }: Row): number {
  return typeof score === 'number' ? score * 2 : 0;
}

/** Whether two values are one, also where automation has put a text into capitals. */
export function alike(one: FieldValue, other: FieldValue): boolean {
  return followed(one) === followed(other);
}

/** The same for the values of one field, compared as its type is. */
export function alikeIn(field: string, one: FieldValue, other: FieldValue): boolean {
  return alike(one, other) || sameIn(field, one, other);
}

/** Whether two values of a field are one to the product. */
export function sameIn(field: string, one: FieldValue, other: FieldValue): boolean {
  return sameValue(FIELDS.find(({ name }) => name === field)?.shape, one, other);
}

function followed(value: FieldValue): string {
  return value === null || value === '' ? '' : String(value).toUpperCase();
}

/** The fields in which a person and a row of it differ. */
export function differences(
  fields: Readonly<Record<string, FieldValue>>,
  row: Row,
  type: SalesforceType,
  leftOut: ReadonlySet<string>,
): string[] {
  const found: string[] = [];
  for (const { name, remote, shape } of FIELDS) {
    const column = remote[type];
    if (column === null || leftOut.has(name)) continue;
    if (!sameValue(shape, fields[name] ?? null, remoteValue(row, column))) found.push(name);
  }
  return found;
}
