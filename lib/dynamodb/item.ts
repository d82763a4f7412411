import { isDeepStrictEqual } from 'node:util';
import type { Fields } from '../person/field-value.ts';
import {
  awaitsPush,
  type DeletedHere,
  isPresent,
  isUndecided,
  type Lease,
  type Person,
  type SalesforceLink,
  type StandingRejection,
  syncStatus,
  type Tried,
} from '../person/person.ts';
import { retryAt } from '../person/retry.ts';
import type { OwnerName } from '../person/row.ts';
import type { Stub } from '../person/standing.ts';
import { packActivities, unpackActivities } from './activity-pack.ts';
import { attributeBytes } from './attribute-size.ts';
import { emailKey, type Key, personIdOf, personKey, queueKey, rejectedKey } from './keys.ts';
import { fromStoredFields, type StoredFields, storedOrPacked, toStoredFields } from './stored-fields.ts';

/** A stored instant: milliseconds since the epoch, a third of the ISO text's size. */
type StoredInstant = number | string;

/** The attributes written by an update; undefined for empty attributes (no pending edits, ...). */
export interface PersonAttributes {
  readonly version: number;
  readonly revision: number;
  readonly rowOf: string | undefined;
  readonly goneAt: string | undefined;
  readonly left: Readonly<Record<string, StoredInstant>> | undefined;
  readonly gives: true | undefined;
  readonly newborn: true | undefined;
  readonly erased: true | undefined;
  readonly fields: StoredFields | Uint8Array;
  readonly pending: StoredFields | undefined;
  readonly placeless: readonly string[] | undefined;
  readonly pendingSince: StoredInstant | undefined;
  readonly salesforce: StoredLink | undefined;
  readonly rejection: StandingRejection | undefined;
  /** The entries not yet moved out, packed, and the number of the next entry. */
  readonly log: Uint8Array | undefined;
  readonly logNext: number;
  readonly mergedInto: string | undefined;
  readonly absorbed: readonly string[] | undefined;
  readonly claims: readonly string[] | undefined;
  readonly deletedHere: DeletedHere | undefined;
  readonly lastSyncedAt: StoredInstant | undefined;
  readonly createdAt: StoredInstant;
  readonly updatedAt: StoredInstant;
  /** Key of `byEmail`. */
  readonly email: string | undefined;
  /** Keys of `byQueue`. */
  readonly queue: string | undefined;
  readonly queueSince: string | undefined;
}

/** A person's item. The lease and the record of vain tries have separate writes, and are therefore not part of an update. */
export type PersonItem = Key &
  PersonAttributes & { readonly lease?: StoredLease | undefined; readonly tried?: Tried | undefined };

interface StoredLink {
  readonly type: SalesforceLink['type'];
  readonly id: string;
  readonly modstamp: StoredInstant;
  readonly ownerId?: string | undefined;
  /** Name and email are absent for a queue; `owner` is absent if unknown. */
  readonly owner?: { readonly name?: string | undefined; readonly email?: string | undefined } | undefined;
  /** Present if true. */
  readonly isDeleted?: true | undefined;
  readonly isConverted?: true | undefined;
  readonly successor?: { readonly type: SalesforceLink['type']; readonly id: string } | undefined;
}

/** A stored lease; `expiresAt` is ISO text, for comparisons in conditions. */
export interface StoredLease {
  readonly owner: string;
  readonly expiresAt: string;
  readonly attempt: StoredFields;
  readonly guard?: string | undefined;
}

/** A stub's item, without any attribute of a person; invisible to the indexes. */
export type StubItem = Key & Pick<PersonAttributes, 'revision' | 'rowOf' | 'goneAt'>;

export function isStubItem(item: StubItem | PersonItem): item is StubItem {
  return !('createdAt' in item);
}

export function toStubItem({ personId, revision, rowOf, goneAt }: Stub): StubItem {
  return { ...personKey(personId), revision, rowOf: rowOf ?? undefined, goneAt: goneAt ?? undefined };
}

export function toStub(item: StubItem): Stub {
  const { revision, rowOf, goneAt } = item;
  return { personId: personIdOf(item), revision, rowOf: rowOf ?? null, goneAt: goneAt ?? null };
}

export function toItem(person: Person): PersonItem {
  const lease = person.lease === null ? undefined : toStoredLease(person.lease);
  return { ...personKey(person.personId), ...attributesOf(person), lease, tried: person.tried ?? undefined };
}

export function toPerson(item: PersonItem): Person {
  return {
    personId: personIdOf(item),
    version: item.version,
    ...fromStoredStanding(item),
    fields: fromStoredFields(item.fields),
    pending: fromStoredFields(item.pending ?? {}),
    placeless: item.placeless ?? [],
    salesforce: item.salesforce === undefined ? null : fromStoredLink(item.salesforce),
    rejection: item.rejection ?? null,
    lease: item.lease === undefined ? null : fromStoredLease(item.lease),
    tried: item.tried ?? null,
    log: { next: item.logNext, recent: item.log === undefined ? [] : unpackActivities(item.log, item.logNext) },
    claims: item.claims ?? [],
    deletedHere: item.deletedHere === undefined ? null : { ...item.deletedHere },
    pendingSince: item.pendingSince === undefined ? null : fromStoredInstant(item.pendingSince),
    lastSyncedAt: item.lastSyncedAt === undefined ? null : fromStoredInstant(item.lastSyncedAt),
    createdAt: fromStoredInstant(item.createdAt),
    updatedAt: fromStoredInstant(item.updatedAt),
  };
}

export function attributesOf(person: Person): PersonAttributes {
  const others = attributesBesideFields(person);
  const othersBytes = attributeBytes({ ...personKey(person.personId), ...others, fields: '' });
  return { ...others, fields: storedOrPacked(person.fields, othersBytes) };
}

function attributesBesideFields(person: Person): Omit<PersonAttributes, 'fields'> {
  return {
    version: person.version,
    ...toStoredStanding(person),
    pending: isEmpty(person.pending) ? undefined : toStoredFields(person.pending),
    placeless: person.placeless.length === 0 ? undefined : [...person.placeless],
    pendingSince: toStoredOrAbsent(person.pendingSince),
    salesforce: person.salesforce === null ? undefined : toStoredLink(person.salesforce),
    rejection: person.rejection === null ? undefined : { ...person.rejection },
    log: person.log.recent.length === 0 ? undefined : packActivities(person.log.recent),
    logNext: person.log.next,
    claims: person.claims.length === 0 ? undefined : [...person.claims],
    deletedHere: person.deletedHere === null ? undefined : { ...person.deletedHere },
    lastSyncedAt: toStoredOrAbsent(person.lastSyncedAt),
    createdAt: toStoredInstant(person.createdAt),
    updatedAt: toStoredInstant(person.updatedAt),
    email: emailOf(person),
    ...queueOf(person),
  };
}

/** Whether two persons are equal as stored, leases excluded. */
export function sameAtRest(left: Person, right: Person): boolean {
  return isDeepStrictEqual(attributesOf(left), attributesOf(right));
}

export function toStoredLease(lease: Lease): StoredLease {
  const { owner, expiresAt, attempt, guard } = lease;
  return { owner, expiresAt, attempt: toStoredFields(attempt), guard };
}

function fromStoredLease({ owner, expiresAt, attempt, guard }: StoredLease): Lease {
  return { owner, expiresAt, attempt: fromStoredFields(attempt), ...(guard === undefined ? {} : { guard }) };
}

function emailOf(person: Person): string | undefined {
  const email = person.fields.Email;
  if (person.mergedInto !== null) return undefined;
  // A key of an index cannot be empty text.
  return typeof email === 'string' && email.trim() !== '' ? emailKey(email) : undefined;
}

/**
 * The queue for the person's status; a person in step or not present is in no queue. A person with edits besides the
 * rejected edits is in the queue for pushes.
 */
function queueOf(person: Person): Pick<PersonAttributes, 'queue' | 'queueSince'> {
  const { personId, rejection, pendingSince, createdAt, updatedAt } = person;
  if (awaitsPush(person)) return { queue: queueKey('pending', personId), queueSince: pendingSince ?? updatedAt };
  if (isUndecided(person)) return { queue: queueKey('undecided', personId), queueSince: updatedAt };
  const status = isPresent(person) ? syncStatus(person) : 'synced';
  switch (status) {
    case 'synced':
      return { queue: undefined, queueSince: undefined };
    case 'rejected':
      return {
        queue: queueKey('rejected', personId),
        queueSince: rejectedKey(rejection?.at ?? updatedAt, retryAt(person)),
      };
    case 'localOnly':
      return { queue: queueKey('localOnly', personId), queueSince: createdAt };
    case 'pending':
      return { queue: queueKey('held', personId), queueSince: pendingSince ?? updatedAt };
  }
}

function toStoredLink(link: SalesforceLink): StoredLink {
  return {
    type: link.type,
    id: link.id,
    modstamp: toStoredInstant(link.systemModstamp),
    ownerId: link.ownerId ?? undefined,
    owner: link.owner === undefined ? undefined : toStoredOwner(link.owner),
    isDeleted: link.isDeleted || undefined,
    isConverted: link.isConverted || undefined,
    successor: link.successor === undefined ? undefined : { ...link.successor },
  };
}

function toStoredOwner({ name, email }: OwnerName): StoredLink['owner'] {
  return { name: name ?? undefined, email: email ?? undefined };
}

export function fromStoredLink(stored: StoredLink): SalesforceLink {
  const { owner, successor } = stored;
  const known = owner === undefined ? {} : { owner: { name: owner.name ?? null, email: owner.email ?? null } };
  const became = successor === undefined ? {} : { successor: { type: successor.type, id: successor.id } };
  return {
    ...known,
    ...became,
    type: stored.type,
    id: stored.id,
    systemModstamp: fromStoredInstant(stored.modstamp),
    isDeleted: stored.isDeleted ?? false,
    isConverted: stored.isConverted ?? false,
    ownerId: stored.ownerId ?? null,
  };
}

type StoredStanding = Pick<
  PersonAttributes,
  'revision' | 'rowOf' | 'goneAt' | 'left' | 'mergedInto' | 'gives' | 'absorbed' | 'newborn' | 'erased'
>;

function toStoredStanding(person: Person): StoredStanding {
  return {
    revision: person.revision,
    rowOf: person.rowOf ?? undefined,
    goneAt: person.goneAt ?? undefined,
    left: toStoredLeft(person.left),
    mergedInto: person.mergedInto ?? undefined,
    gives: person.gives || undefined,
    absorbed: person.absorbed.length === 0 ? undefined : [...person.absorbed],
    newborn: person.newborn || undefined,
    erased: person.erased || undefined,
  };
}

function fromStoredStanding(item: StoredStanding) {
  const { revision, rowOf = null, goneAt = null, mergedInto = null, gives = false, absorbed = [] } = item;
  const { newborn = false, erased = false } = item;
  return { revision, rowOf, goneAt, left: fromStoredLeft(item.left), mergedInto, gives, absorbed, newborn, erased };
}

function toStoredLeft(left: Person['left']): PersonAttributes['left'] {
  if (isEmpty(left)) return undefined;
  return Object.fromEntries(Object.entries(left).map(([id, stamp]) => [id, toStoredInstant(stamp)]));
}

function fromStoredLeft(left: PersonAttributes['left']): Person['left'] {
  return Object.fromEntries(Object.entries(left ?? {}).map(([id, stamp]) => [id, fromStoredInstant(stamp)]));
}

function toStoredInstant(instant: string): StoredInstant {
  const milliseconds = Date.parse(instant);
  const canonical = !Number.isNaN(milliseconds) && new Date(milliseconds).toISOString() === instant;
  return canonical ? milliseconds : instant;
}

function toStoredOrAbsent(instant: string | null): StoredInstant | undefined {
  return instant === null ? undefined : toStoredInstant(instant);
}

function fromStoredInstant(stored: StoredInstant): string {
  return typeof stored === 'number' ? new Date(stored).toISOString() : stored;
}

function isEmpty(fields: Fields): boolean {
  for (const _ in fields) return false;
  return true;
}
