import type { OrgState } from '../org-state.ts';
import type { Viewer } from '../schema/schema.ts';
import type { Row, Value } from '../soql/source.ts';

/** The encrypted fields of an object, of which the viewer sees only the last four characters. */
export function masksOf(org: OrgState, viewer: Viewer, object: string): string[] {
  if (viewer.administrator) return [];
  const fields = org.schema.object(object)?.fields ?? [];
  return fields.filter(({ type }) => type === 'encryptedstring').map(({ name }) => name);
}

/**
 * Rows as a user without the permission View Encrypted Data sees them.
 * {@link https://help.salesforce.com/s/articleView?id=platform.fields_about_encrypted_fields.htm}
 */
export function masked(org: OrgState, viewer: Viewer, object: string): (row: Row) => Row {
  const names = masksOf(org, viewer, object);
  if (names.length === 0) return (row) => row;
  return (row) => {
    const shown: Record<string, Value> = { ...row };
    for (const name of names) {
      const text = shown[name];
      if (typeof text === 'string') shown[name] = '*'.repeat(Math.max(0, text.length - 4)) + text.slice(-4);
    }
    return shown;
  };
}
