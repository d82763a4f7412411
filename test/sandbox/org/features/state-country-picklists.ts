import type { OrgState } from '../org-state.ts';
import { countries, states } from '../schema/countries.ts';
import { defineField, type Field } from '../schema/field.ts';
import { adoptCodes } from '../store/address-codes.ts';
import type { Feature } from './feature.ts';

const ADDRESSES: Readonly<Record<string, readonly string[]>> = {
  Lead: [''],
  Contact: ['Mailing', 'Other'],
  Account: ['Billing', 'Shipping'],
};

/** The same code means different states in different countries. */
const stateChoices = [...states].flatMap(([country, names]) =>
  [...names].map(([value, label]) => ({ value, label, validFor: [country] })),
);

function codeFields(prefix: string): Field[] {
  const part = { length: 10, compoundFieldName: `${prefix}Address`, groupable: true };
  return [
    defineField(`${prefix}StateCode`, 'picklist', {
      ...part,
      label: `${prefix} State/Province Code`.trim(),
      controller: `${prefix}CountryCode`,
      values: [...new Set(stateChoices.map(({ value }) => value))],
      choices: stateChoices,
    }),
    defineField(`${prefix}CountryCode`, 'picklist', {
      ...part,
      label: `${prefix} Country Code`.trim(),
      values: [...countries.keys()],
      valueLabels: Object.fromEntries(countries),
    }),
  ];
}

function each(work: (object: string, field: Field) => void): void {
  for (const [object, prefixes] of Object.entries(ADDRESSES)) {
    for (const field of prefixes.flatMap(codeFields)) work(object, field);
  }
}

function reshape(org: OrgState): void {
  for (const object of Object.keys(ADDRESSES)) org.store.reshape(object, (row) => adoptCodes(org, object, row, true));
}

/**
 * On in every new developer org: the texts of states and countries become integration values, with a code beside each.
 * {@link https://help.salesforce.com/s/articleView?id=xcloud.admin_state_country_picklists_overview.htm}
 */
export const stateCountryPicklists: Feature = {
  on(org) {
    each((object, field) => org.schema.addField(object, field, org.clock.now()));
    reshape(org);
  },
  off(org) {
    each((object, field) => org.schema.removeField(object, field.name, org.clock.now()));
    reshape(org);
  },
};
