import { normaliseId } from '../sandbox/org/ids.ts';
import type { Row, SoqlField, SoqlObject, SoqlSource, Value } from '../sandbox/org/soql/source.ts';

type FieldSpec = Partial<SoqlField> & { type: string };

/** A tiny org to query, which counts how many rows it handed out. */
export class InMemorySource implements SoqlSource {
  readonly objects = new Map<string, SoqlObject>();
  readonly tables = new Map<string, Row[]>();
  readonly indexed = new Set<string>();
  visited = 0;
  instant = '2026-11-21T12:00:00.000Z';

  define(name: string, fields: Record<string, string | FieldSpec>): this {
    const entries = Object.entries(fields).map(([field, spec]): [string, SoqlField] => [
      field.toLowerCase(),
      fieldOf(field, typeof spec === 'string' ? { type: spec } : spec),
    ]);
    this.objects.set(name.toLowerCase(), { name, fields: new Map(entries) });
    this.tables.set(name, []);
    return this;
  }

  add(object: string, ...rows: Record<string, Value>[]): this {
    const fields = [...(this.object(object)?.fields.values() ?? [])];
    const empty = Object.fromEntries(fields.map(({ name, type }) => [name, type === 'boolean' ? false : null]));
    this.tables.get(object)?.push(...rows.map((row) => ({ ...empty, ...row })));
    return this;
  }

  object(name: string): SoqlObject | undefined {
    return this.objects.get(name.toLowerCase());
  }

  *rows(object: string): Iterable<Row> {
    for (const row of this.tables.get(object) ?? []) {
      this.visited += 1;
      yield row;
    }
  }

  row(object: string, id: string): Row | undefined {
    return this.tables.get(object)?.find((row) => row.Id === id);
  }

  *rowsByStamp(object: string, from: string | undefined, to: string | undefined): Iterable<Row> {
    const stamp = (row: Row): string => `${row.SystemModstamp} ${row.Id}`;
    const sorted = (this.tables.get(object) ?? []).toSorted((a, b) => (stamp(a) < stamp(b) ? -1 : 1));
    for (const row of sorted) {
      const at = String(row.SystemModstamp);
      if ((from !== undefined && at < from) || (to !== undefined && at >= to)) continue;
      this.visited += 1;
      yield row;
    }
  }

  rowsByField(object: string, field: string, value: Value): Iterable<Row> | undefined {
    if (field !== 'Id' && !this.indexed.has(field)) return undefined;
    const wanted = String(value).toLowerCase();
    const found = (this.tables.get(object) ?? []).filter((row) => String(row[field]).toLowerCase() === wanted);
    this.visited += found.length;
    return found;
  }

  now(): Date {
    return new Date(this.instant);
  }
}

function fieldOf(name: string, spec: FieldSpec): SoqlField {
  return {
    name,
    custom: name.endsWith('__c'),
    relationshipName: null,
    referenceTo: [],
    filterable: true,
    sortable: true,
    groupable: true,
    ...spec,
  };
}

/** An 18-character id that ends in a number. */
export function idOf(prefix: string, number: number): string {
  return normaliseId(`${prefix}${String(number).padStart(12, '0')}`) ?? '';
}

/** Four leads, two owners (a user and a queue) and an account with a contact. */
export function smallOrg(): InMemorySource {
  const owner = { type: 'reference', relationshipName: 'Owner', referenceTo: ['Group', 'User'] };
  const account = { type: 'reference', relationshipName: 'Account', referenceTo: ['Account'] };
  const stamped = { CreatedDate: 'datetime', SystemModstamp: 'datetime', IsDeleted: 'boolean' };
  const org = new InMemorySource()
    .define('Lead', {
      Id: 'id',
      FirstName: 'string',
      LastName: 'string',
      Email: 'email',
      Description: { type: 'textarea', filterable: false, sortable: false, groupable: false },
      Status: { type: 'picklist', values: ['Working', 'Open'] },
      Interests__c: 'multipicklist',
      NumberOfEmployees: 'int',
      AnnualRevenue: 'currency',
      HasOptedOutOfEmail: 'boolean',
      Birthday__c: 'date',
      OwnerId: owner,
      ...stamped,
    })
    .define('User', { Id: 'id', Name: 'string', Email: 'email' })
    .define('Group', { Id: 'id', Name: 'string', Type: 'picklist' })
    .define('Account', { Id: 'id', Name: 'string', ...stamped })
    .define('Contact', { Id: 'id', LastName: 'string', AccountId: account, ...stamped });
  org.indexed.add('Email');
  org.add('User', { Id: idOf('005', 1), Name: 'Uma User', Email: 'uma@example.com' });
  org.add('Group', { Id: idOf('00G', 1), Name: 'Web Queue', Type: 'Queue' });
  org.add('Account', { Id: idOf('001', 1), Name: 'Acme' });
  org.add(
    'Contact',
    { Id: idOf('003', 1), LastName: 'Curie', AccountId: idOf('001', 1) },
    { Id: idOf('003', 2), LastName: 'Loose' },
  );
  org.add(
    'Lead',
    lead(1, { LastName: 'Lovelace', FirstName: 'Ada', Status: 'Open', NumberOfEmployees: 10, AnnualRevenue: 5.5 }),
  );
  org.add(
    'Lead',
    lead(2, { LastName: 'hopper', Status: 'Working', Interests__c: 'Ships;COBOL', HasOptedOutOfEmail: true }),
  );
  org.add(
    'Lead',
    lead(3, {
      LastName: "O'Neil",
      Status: 'Open',
      NumberOfEmployees: 30,
      OwnerId: idOf('00G', 1),
      Birthday__c: '2026-11-20',
    }),
  );
  org.add('Lead', lead(4, { LastName: 'Deleted', Status: 'Open', IsDeleted: true }));
  return org;
}

function lead(number: number, fields: Record<string, Value>): Record<string, Value> {
  const at = `2026-11-21T10:00:0${number}.000+0000`;
  const email = `lead${number}@example.com`;
  return {
    Id: idOf('00Q', number),
    Email: email,
    OwnerId: idOf('005', 1),
    CreatedDate: at,
    SystemModstamp: at,
    ...fields,
  };
}
