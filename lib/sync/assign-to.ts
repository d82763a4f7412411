/**
 * Who shall own the record: nobody else than now, a user or a queue, or whom the assignment rules choose on a create.
 */
export type AssignTo =
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'user' | 'queue'; readonly ownerId: string }
  | { readonly kind: 'assignmentRule' };
