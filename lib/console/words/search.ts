/** What somebody typed into the search: an email, the id of a record, or the id of a person. */
export type Search =
  | { readonly kind: 'email' | 'salesforceId'; readonly value: string }
  | { readonly kind: 'personId'; readonly value: string };

/** Ids of Leads begin with 00Q, those of Contacts with 003; they have 15 or 18 characters. */
export function searchFor(typed: string): Search | undefined {
  const value = typed.trim();
  if (value === '') return undefined;
  if (value.includes('@')) return { kind: 'email', value };
  if (/^(00Q|003)[A-Za-z0-9]{12}([A-Za-z0-9]{3})?$/.test(value)) return { kind: 'salesforceId', value };
  return { kind: 'personId', value };
}
