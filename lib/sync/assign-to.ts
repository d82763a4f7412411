/** The requested owner of the record: unchanged, a user or queue, or chosen by assignment rules on creation. */
export type AssignTo =
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'user' | 'queue'; readonly ownerId: string }
  | { readonly kind: 'assignmentRule' };
