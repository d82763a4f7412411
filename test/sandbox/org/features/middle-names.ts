import type { OrgState } from '../org-state.ts';
import { defineField, type Field } from '../schema/field.ts';
import type { Feature } from './feature.ts';

const part = { compoundFieldName: 'Name', extraTypeInfo: 'personname', alwaysVisible: true, length: 40 } as const;
const FIELDS: readonly Field[] = [defineField('MiddleName', 'string', part), defineField('Suffix', 'string', part)];

function each(org: OrgState, work: (object: string, field: Field) => void): void {
  for (const object of ['Lead', 'Contact', 'User']) {
    for (const field of FIELDS) work(object, field);
    org.store.reshape(object);
  }
}

/** {@link https://developer.salesforce.com/docs/atlas.en-us.api_meta.meta/api_meta/meta_namesettings.htm} */
export const middleNames: Feature = {
  on: (org) => each(org, (object, field) => org.schema.addField(object, field, org.clock.now())),
  off: (org) => each(org, (object, field) => org.schema.removeField(object, field.name, org.clock.now())),
};
