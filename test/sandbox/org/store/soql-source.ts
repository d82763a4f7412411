import type { OrgState } from '../org-state.ts';
import type { Field } from '../schema/field.ts';
import type { Viewer } from '../schema/schema.ts';
import type { Row, SoqlSource, Value } from '../soql/source.ts';
import { liveFormulas } from './formulas.ts';
import { masked, masksOf } from './masks.ts';

/** What a user's queries read from: the org as it is at each call, under that user's field-level security and sharing. */
export function createSource(org: OrgState, viewer: Viewer): SoqlSource {
  const show = (object: string) => {
    const compute = liveFormulas(org, object);
    const hasMasks = masksOf(org, viewer, object).length > 0;
    if (!hasMasks) return compute;
    const mask = masked(org, viewer, object);
    return compute ? (row: Row) => mask(compute(row)) : mask;
  };
  const seen = (rows: Iterable<Row>) => org.sharing.seen(viewer, rows);
  return {
    object: (name) => org.schema.visible(viewer, name),
    rows: (object) => shown(seen(org.store.table(object).between(undefined, undefined)), show(object)),
    row(object, id) {
      const row = org.sharing.isVisible(viewer, id) ? org.store.table(object).get(id) : undefined;
      const compute = show(object);
      return row && compute ? compute(row) : row;
    },
    rowsByStamp: (object, from, to) => shown(seen(org.store.table(object).between(from, to)), show(object)),
    rowsByField(object, field, value) {
      if (!isIndexed(org, object, field)) return undefined;
      return shown(seen(rowsOf(org, object, { field, value })), show(object));
    },
    now: () => new Date(org.clock.now()),
    zone: () => String(org.store.table('User').get(viewer.id)?.TimeZoneSidKey ?? 'GMT'),
  };
}

function isIndexed(org: OrgState, object: string, field: string): boolean {
  const definition = org.schema.field(object, field);
  if (!definition) return false;
  return definition.idLookup || definition.externalId || isParent(definition);
}

/** References to users are not worth an index: few users own, made or changed all the rows there are. */
function isParent({ type, referenceTo }: Field): boolean {
  return type === 'reference' && !referenceTo.includes('User');
}

function rowsOf(org: OrgState, object: string, { field, value }: { field: string; value: Value }): Row[] {
  const table = org.store.table(object);
  if (field === 'Id') {
    const row = table.get(String(value));
    return row ? [row] : [];
  }
  return table.rowsByField(field, value);
}

function shown(rows: Iterable<Row>, compute: ((row: Row) => Row) | undefined): Iterable<Row> {
  return compute ? Iterator.from(rows).map(compute) : rows;
}
