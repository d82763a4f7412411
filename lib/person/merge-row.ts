import type { Conflict, FieldChange, Happening, Winner } from './activity.ts';
import { type FieldShapes, type Fields, type FieldValue, isEmptyValue, sameValue } from './field-value.ts';
import type { Person, SalesforceLink } from './person.ts';
import type { Row } from './row.ts';

/** How one object's fields compare, which of them can be pushed, and who wins a conflict about them. */
export interface MergeRules {
  readonly shapes: FieldShapes;
  readonly canPush: (field: string) => boolean;
  readonly winnerOf: (field: string) => Winner;
}

/**
 * Values that our side sent. `settled` says that Salesforce is known to have taken them before the row was read:
 * what the row holds there now is our push as Salesforce kept it. Otherwise a row that holds exactly the sent value
 * holds our push, and any other value is somebody's edit.
 */
export interface OwnPush {
  readonly values: Fields;
  readonly settled: boolean;
}

export type RowMerge =
  /** The row is older than base, or not this person's row any more: nothing of it counts. */
  | { readonly kind: 'stale' }
  /** Nothing to do: the row is base to the second. */
  | { readonly kind: 'unchanged' }
  /** A newer state of the row with nothing in it that is new to us; `person` knows its stamp. */
  | { readonly kind: 'touched'; readonly person: Person }
  | {
      readonly kind: 'merged';
      /** The next state, its version and log still those of the input. */
      readonly person: Person;
      readonly happenings: readonly Happening[];
      readonly pulled: readonly string[];
      readonly conflicts: readonly Conflict[];
    };

/**
 * Merges a row into the person it belongs to, field by field against base:
 *
 * | remote vs base | local vs base | outcome |
 * |---|---|---|
 * | same | same | nothing |
 * | changed | same | take remote |
 * | same | changed | stays pending |
 * | changed | changed, equal values | agree |
 * | changed | changed, different | conflict: the rules name the winner |
 *
 * Merging the same row again changes nothing.
 */
export function mergeRow(person: Person, row: Row, rules: MergeRules, own?: OwnPush): RowMerge {
  const standing = standingOf(person.salesforce, row);
  if (standing === 'past') return { kind: 'stale' };
  const fields = new FieldMerge(standing === 'new' ? withoutBase(person, row, rules) : person, rules, own);
  fields.mergeAll(row.fields);
  const happenings = [...linkHappenings(person.salesforce, row), ...fields.happenings()];
  const link = linkTo(row);
  const merged: Person = { ...person, fields: fields.local, pending: fields.pending, salesforce: link };
  if (happenings.length > 0 || fields.changed || !sameLink(person.salesforce, link)) {
    const pulled = fields.changes.map((change) => change.field);
    return { kind: 'merged', person: merged, happenings, pulled, conflicts: fields.conflicts };
  }
  return person.salesforce?.systemModstamp === row.systemModstamp
    ? { kind: 'unchanged' }
    : { kind: 'touched', person: merged };
}

/** One person's fields on their way through a merge; copied only when the first of them changes. */
class FieldMerge {
  local: Record<string, FieldValue>;
  pending: Record<string, FieldValue>;
  readonly changes: FieldChange[] = [];
  readonly conflicts: Conflict[] = [];
  changed = false;
  #localCopied = false;
  #pendingCopied = false;
  readonly #rules: MergeRules;
  readonly #own: OwnPush | undefined;

  constructor(person: Person, rules: MergeRules, own: OwnPush | undefined) {
    this.local = person.fields;
    this.pending = person.pending;
    this.#rules = rules;
    this.#own = own;
  }

  mergeAll(remoteFields: Fields): void {
    for (const field in remoteFields) {
      const remote = remoteFields[field];
      if (remote !== undefined) this.#merge(field, remote);
    }
    if (this.#own?.settled) this.#settleUnread(this.#own.values, remoteFields);
  }

  /** What was sent and taken, and is never read back (a field that is only pushed), is the base we know of. */
  #settleUnread(sentFields: Fields, remoteFields: Fields): void {
    for (const field in sentFields) {
      const sent = sentFields[field];
      if (sent !== undefined && remoteFields[field] === undefined) this.#settle(field, sent, sent);
    }
  }

  happenings(): Happening[] {
    const found: Happening[] = [];
    if (this.changes.length > 0) {
      found.push({ type: 'fieldsChanged', direction: 'pull', detail: { changes: this.changes } });
    }
    for (const conflict of this.conflicts) found.push({ type: 'conflict', direction: 'pull', detail: conflict });
    return found;
  }

  #merge(field: string, remote: FieldValue): void {
    const sent = this.#sentValue(field, remote);
    if (sent !== undefined) this.#settle(field, remote, sent);
    else if (field in this.pending) this.#mergeEdited(field, remote);
    else if (!this.#same(field, this.local[field] ?? null, remote)) this.#take(field, remote);
  }

  /** The value we sent, where the remote value is to be read as our own push and not as somebody's edit. */
  #sentValue(field: string, remote: FieldValue): FieldValue | undefined {
    const sent = this.#own?.values[field];
    if (sent === undefined) return undefined;
    return this.#own?.settled || this.#same(field, sent, remote) ? sent : undefined;
  }

  /** Base becomes what Salesforce made of our push; so does the local value, unless it was edited since. */
  #settle(field: string, remote: FieldValue, sent: FieldValue): void {
    const local = this.local[field] ?? null;
    if (this.#same(field, local, remote)) this.#setPending(field, undefined);
    else if (this.#same(field, local, sent)) {
      this.#setPending(field, undefined);
      this.#take(field, remote);
    } else this.#setPending(field, remote);
  }

  #mergeEdited(field: string, remote: FieldValue): void {
    const base = this.pending[field] ?? null;
    const local = this.local[field] ?? null;
    if (this.#same(field, remote, base)) return;
    if (this.#same(field, remote, local)) {
      this.#setPending(field, undefined);
      return;
    }
    if (this.#same(field, local, base)) {
      this.#setPending(field, undefined);
      this.#take(field, remote);
      return;
    }
    const winner = this.#rules.winnerOf(field);
    this.conflicts.push({ field, local, remote, winner });
    if (winner === 'local') this.#setPending(field, remote);
    else {
      this.#setPending(field, undefined);
      this.#setLocal(field, remote);
    }
  }

  #take(field: string, remote: FieldValue): void {
    this.changes.push({ field, from: this.local[field] ?? null, to: remote });
    this.#setLocal(field, remote);
  }

  #same(field: string, left: FieldValue, right: FieldValue): boolean {
    return sameValue(this.#rules.shapes[field], left, right);
  }

  #setLocal(field: string, value: FieldValue): void {
    const writable: Record<string, FieldValue> = this.#localCopied ? this.local : { ...this.local };
    writable[field] = value;
    this.local = writable;
    this.#localCopied = true;
    this.changed = true;
  }

  #setPending(field: string, base: FieldValue | undefined): void {
    const known = this.pending[field];
    if (known === base || (known !== undefined && base !== undefined && this.#same(field, known, base))) return;
    const writable: Record<string, FieldValue> = this.#pendingCopied ? this.pending : { ...this.pending };
    if (base === undefined) delete writable[field];
    else writable[field] = base;
    this.pending = writable;
    this.#pendingCopied = true;
    this.changed = true;
  }
}

/**
 * What the row is to a person linked as given: the row it is linked to (`current`), a row it goes over to (`new`),
 * or a state or a row that lies behind it (`past`).
 */
function standingOf(link: SalesforceLink | null, row: Row): 'current' | 'new' | 'past' {
  if (link?.id === row.id) return row.systemModstamp < link.systemModstamp ? 'past' : 'current';
  if (row.isDeleted || row.isConverted) return 'past';
  if (link === null || link.isDeleted || link.isConverted) return 'new';
  return row.type === 'Contact' && link.type === 'Lead' ? 'new' : 'past';
}

/**
 * The person as it goes over to a row of which no base is stored. What stands here and not there waits to be pushed.
 * Where both sides hold a value, an edit that waits keeps its base, and a converted Lead's values are the base of the
 * Contact's; but nothing is known of what a row held before that has just been linked, so that every value which
 * stands here counts as an edit of an empty field.
 */
function withoutBase(person: Person, row: Row, rules: MergeRules): Person {
  const pending: Record<string, FieldValue> = {};
  const converted = isConversion(person.salesforce, row);
  for (const field in person.fields) {
    const local = person.fields[field] ?? null;
    const remote = row.fields[field] ?? null;
    const shape = rules.shapes[field];
    if (!rules.canPush(field) || sameValue(shape, local, remote)) continue;
    const base = isEmptyValue(shape, remote) ? undefined : person.pending[field];
    if (base !== undefined) pending[field] = base;
    else if (!isEmptyValue(shape, local) && !(converted && !isEmptyValue(shape, remote))) pending[field] = null;
  }
  return { ...person, pending };
}

/** Whether the person's Lead became this Contact. */
function isConversion(link: SalesforceLink | null, row: Row): boolean {
  return link?.type === 'Lead' && row.type === 'Contact' && !link.isDeleted;
}

function linkTo(row: Row): SalesforceLink {
  const { type, id, systemModstamp, isDeleted, isConverted, ownerId } = row;
  return { type, id, systemModstamp, isDeleted, isConverted, ownerId };
}

/** Whether the links agree in all but the stamp. */
function sameLink(left: SalesforceLink | null, right: SalesforceLink): boolean {
  return (
    left !== null &&
    left.id === right.id &&
    left.isDeleted === right.isDeleted &&
    left.isConverted === right.isConverted &&
    left.ownerId === right.ownerId
  );
}

function linkHappenings(link: SalesforceLink | null, row: Row): Happening[] {
  const detail = { type: row.type, id: row.id };
  if (link?.id !== row.id) {
    // A Lead that was seen to be converted has told so already.
    const type = isConversion(link, row) && !link?.isConverted ? 'converted' : 'linked';
    return [{ type, direction: 'pull', detail }];
  }
  const found: Happening[] = [];
  if (row.isDeleted !== link.isDeleted) {
    found.push({ type: row.isDeleted ? 'deletedInSalesforce' : 'undeleted', direction: 'pull', detail });
  }
  if (row.isConverted && !link.isConverted) {
    const contactId = row.convertedContactId;
    const into = contactId === null ? detail : { type: 'Contact' as const, id: contactId };
    found.push({ type: 'converted', direction: 'pull', detail: into });
  }
  return found;
}
