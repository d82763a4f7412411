import type { OrgState } from '../org-state.ts';
import { defineField, type Field } from '../schema/field.ts';
import { currencyTypeObject } from '../schema/standard-objects.ts';
import { insertSetup } from '../standard-records.ts';
import type { Feature } from './feature.ts';

/** Active currencies with their rates to the first, the corporate one; the last is inactive. */
const CURRENCIES = [
  { code: 'USD', rate: 1, active: true },
  { code: 'EUR', rate: 0.92, active: true },
  { code: 'GBP', rate: 0.79, active: true },
  { code: 'JPY', rate: 151.2, active: true },
  { code: 'CHF', rate: 0.88, active: false },
] as const;

const CORPORATE = 'USD';
const OBJECTS = ['Lead', 'Contact', 'Account'];
const USER_FIELD = 'DefaultCurrencyIsoCode';

function isoCode(name: string, label: string): Field {
  const values = CURRENCIES.filter(({ active }) => active).map(({ code }) => code);
  const more = { length: 3, restricted: true, values, defaultValue: CORPORATE, alwaysVisible: true };
  return defineField(name, 'picklist', { ...more, label });
}

function each(org: OrgState, work: (object: string, name: string, label: string) => void): void {
  for (const object of OBJECTS) work(object, 'CurrencyIsoCode', `${object} Currency`);
  work('User', USER_FIELD, 'Default Currency ISO Code');
  for (const object of [...OBJECTS, 'User']) {
    org.store.reshape(object, (row) => ({
      ...row,
      ...('CurrencyIsoCode' in row ? { CurrencyIsoCode: row.CurrencyIsoCode ?? CORPORATE } : {}),
      ...(USER_FIELD in row ? { [USER_FIELD]: row[USER_FIELD] ?? CORPORATE } : {}),
    }));
  }
}

/**
 * Every record has a currency of its own, which its amounts are in.
 * {@link https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_currencytype.htm}
 */
export const currencies: Feature = {
  on(org) {
    const now = org.clock.now();
    org.schema.addObject(currencyTypeObject, now);
    for (const { code, rate, active } of CURRENCIES) {
      const amounts = { ConversionRate: rate, DecimalPlaces: code === 'JPY' ? 0 : 2 };
      const row = { IsoCode: code, ...amounts, IsActive: active, IsCorporate: code === CORPORATE };
      insertSetup(org, 'CurrencyType', { ...row, CreatedById: org.standard.admin.id });
    }
    each(org, (object, name, label) => org.schema.addField(object, isoCode(name, label), now));
  },
  off(org) {
    const now = org.clock.now();
    const rows = Array.from(org.store.table('CurrencyType').values());
    for (const { Id } of rows) org.store.remove('CurrencyType', String(Id));
    org.schema.removeObject('CurrencyType', now);
    each(org, (object, name) => org.schema.removeField(object, name, now));
  },
};
