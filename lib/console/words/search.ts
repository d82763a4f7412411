/** The meaning of a search text: an email, a record id, or a person id. */
export type Search =
  | { readonly kind: 'email' | 'salesforceId'; readonly value: string }
  | { readonly kind: 'personId'; readonly value: string };

/** Ids have 15 or 18 characters; a Lead's id begins with 00Q, a Contact's with 003. */
export function searchFor(typed: string): Search | undefined {
  const value = typed.trim();
  if (value === '') return undefined;
  if (value.includes('@')) return { kind: 'email', value };
  if (/^(00Q|003)[A-Za-z0-9]{12}([A-Za-z0-9]{3})?$/.test(value)) return { kind: 'salesforceId', value };
  return { kind: 'personId', value };
}
