import type { OrgState } from '../org-state.ts';
import { reference } from '../schema/system-fields.ts';
import { insertSetup } from '../standard-records.ts';
import type { RecordTypeRule } from '../store/record-types.ts';
import type { Feature } from './feature.ts';

const TYPED_OBJECTS = ['Lead', 'Contact'];

const recordTypeId = reference('RecordTypeId', ['RecordType'], { alwaysVisible: true, label: 'Record Type ID' });

/** The record types that an org with this feature begins with. */
const FIRST = [
  { object: 'Lead', name: 'Business', isDefault: true },
  { object: 'Lead', name: 'Consumer', isDefault: false },
  { object: 'Contact', name: 'Customer', isDefault: true },
  { object: 'Contact', name: 'Partner', isDefault: false },
] as const;

/** Adds a record type, or puts it in the place of the one with its name. */
export function addRecordType(org: OrgState, type: Omit<RecordTypeRule, 'id'> & { isPersonType?: boolean }): string {
  const { object, name, developerName, isPersonType = false, ...rule } = type;
  const known = org.recordTypes.find((one) => one.object === object && one.developerName === developerName);
  const id =
    known?.id ??
    insertSetup(org, 'RecordType', {
      Name: name,
      DeveloperName: developerName,
      SobjectType: object,
      IsActive: true,
      IsPersonType: isPersonType,
      CreatedById: org.standard.admin.id,
    });
  const others = org.recordTypes.filter((one) => one.id !== id);
  const kept = rule.isDefault
    ? others.map((one) => (one.object === object ? { ...one, isDefault: false } : one))
    : others;
  org.recordTypes = [...kept, { id, object, name, developerName, ...rule }];
  org.schema.changeFields(object, (field) => field, org.clock.now());
  return id;
}

export function needRecordTypes(org: OrgState, objects: readonly string[]): void {
  for (const object of objects) {
    org.schema.addField(object, recordTypeId, org.clock.now());
    org.store.reshape(object);
  }
}

export function dropRecordTypes(org: OrgState, objects: readonly string[]): void {
  for (const { id, object } of org.recordTypes) if (objects.includes(object)) org.store.remove('RecordType', id);
  org.recordTypes = org.recordTypes.filter(({ object }) => !objects.includes(object));
  for (const object of objects) {
    org.schema.removeField(object, 'RecordTypeId', org.clock.now());
    org.store.reshape(object);
  }
}

/**
 * Records of one object with different picklist values.
 * {@link https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_recordtype.htm}
 */
export const recordTypes: Feature = {
  on(org) {
    needRecordTypes(org, TYPED_OBJECTS);
    for (const { object, name, isDefault } of FIRST) {
      addRecordType(org, { object, name, developerName: name, isDefault, available: true, picklists: {} });
    }
  },
  off: (org) => dropRecordTypes(org, TYPED_OBJECTS),
};
