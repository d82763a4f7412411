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
    const nillable = field.type !== 'boolean';
    const own = { ...field, name: to, nillable, idLookup: false };
    const compound = field.compoundFieldName;
    if (compound === 'Name') return [{ ...own, extraTypeInfo: 'switchablepersonname' }];
    const prefixed = (name: string | null) => (name === null ? null : `Person${name}`);
    const relationshipName = prefixed(field.relationshipName);
    return [{ ...own, compoundFieldName: prefixed(compound), relationshipName }];
  });
}

const OWN = ['IsPersonAccount', 'PersonContactId', 'PersonMailingAddress', 'PersonOtherAddress'];

/**
 * Accounts that are persons: each is an Account and a Contact in one. A Lead without a company becomes one.
 * {@link https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/sforce_api_guidelines_personaccounts.htm}
 */
export const personAccounts: Feature = {
  on(org) {
    const now = org.clock.now();
    needRecordTypes(org, ['Account']);
    for (const field of personFields(org)) org.schema.addField('Account', field, now);
    for (const kind of ['Mailing', 'Other']) {
      const address = defineField(`Person${kind}Address`, 'address', { label: `${kind} Address` });
      org.schema.addField('Account', address, now);
    }
    org.schema.addField('Account', isPersonAccount, now);
    const contact = { createable: false, updateable: false, alwaysVisible: true, label: 'Contact ID' };
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
