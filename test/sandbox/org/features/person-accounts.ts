import type { OrgState } from '../org-state.ts';
import { defineField, type Field } from '../schema/field.ts';
import { readOnly, reference } from '../schema/system-fields.ts';
import { PERSON_FIELDS } from '../store/person-accounts.ts';
import type { Feature } from './feature.ts';
import { addRecordType, dropRecordTypes, needRecordTypes } from './record-types.ts';

const isPersonAccount = readOnly('IsPersonAccount', 'boolean', { label: 'Is Person Account', alwaysVisible: true });

/** What an Account has of a person, as a Contact has it. */
function personFields(org: OrgState): Field[] {
  return Object.entries(PERSON_FIELDS).flatMap(([from, to]) => {
    const field = org.schema.field('Contact', from);
    if (!field || org.schema.field('Account', to)) return [];
    const isName = field.compoundFieldName === 'Name';
    const compoundFieldName =
      field.compoundFieldName === 'MailingAddress' ? 'PersonMailingAddress' : field.compoundFieldName;
    return [
      { ...field, name: to, nillable: true, idLookup: false, compoundFieldName: isName ? 'Name' : compoundFieldName },
    ];
  });
}

const OWN = ['IsPersonAccount', 'PersonContactId', 'PersonMailingAddress'];

/**
 * Accounts that are persons: each is an Account and a Contact in one. A Lead without a company becomes one.
 * {@link https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/sforce_api_guidelines_personaccounts.htm}
 */
export const personAccounts: Feature = {
  on(org) {
    const now = org.clock.now();
    needRecordTypes(org, ['Account']);
    for (const field of personFields(org)) org.schema.addField('Account', field, now);
    org.schema.addField('Account', defineField('PersonMailingAddress', 'address'), now);
    org.schema.addField('Account', isPersonAccount, now);
    const contact = { createable: false, updateable: false, alwaysVisible: true };
    org.schema.addField('Account', reference('PersonContactId', ['Contact'], contact), now);
    org.schema.addField('Contact', isPersonAccount, now);
    setCompanyNillable(org, true);
    const type = { object: 'Account', available: true, picklists: {} };
    addRecordType(org, { ...type, name: 'Business Account', developerName: 'Business_Account', isDefault: true });
    const person = { name: 'Person Account', developerName: 'PersonAccount', isDefault: false, isPersonType: true };
    addRecordType(org, { ...type, ...person });
    for (const object of ['Account', 'Contact']) org.store.reshape(object);
  },
  off(org) {
    const now = org.clock.now();
    const names = Object.values(PERSON_FIELDS).filter((name) => name !== 'Phone' && name !== 'Fax');
    for (const name of [...names, ...OWN]) org.schema.removeField('Account', name, now);
    org.schema.removeField('Contact', 'IsPersonAccount', now);
    setCompanyNillable(org, false);
    dropRecordTypes(org, ['Account']);
    for (const object of ['Account', 'Contact']) org.store.reshape(object);
  },
};

function setCompanyNillable(org: OrgState, nillable: boolean): void {
  const change = (field: Field) => (field.name === 'Company' ? { ...field, nillable } : field);
  org.schema.changeFields('Lead', change, org.clock.now());
}
