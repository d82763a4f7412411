import { isDeepStrictEqual } from 'node:util';
import type { UpdateCommandInput } from '@aws-sdk/lib-dynamodb';
import type { Lease, Person, Tried } from '../person/person.ts';
import { attributesOf, toStoredLease } from './item.ts';
import type { Write } from './item-table.ts';
import { personKey } from './keys.ts';

/**
 * The write replacing `stored` by `next`, if the stored revision is unchanged. Contains only the changed attributes:
 * above all not the lease, possibly taken since the read of `stored`.
 */
export function personUpdate(stored: Person, next: Person, leaseAsRead: boolean): Write<UpdateCommandInput> {
  const expression = new Expression();
  const before: Readonly<Record<string, unknown>> = { ...attributesOf(stored) };
  for (const [name, value] of Object.entries(attributesOf(next))) {
    if (isDeepStrictEqual(before[name], value)) continue;
    if (value === undefined) expression.remove(name);
    else expression.set(name, value);
  }
  expression.demand(`#revision = ${expression.value('stored', stored.revision)}`, 'revision');
  if (stored.lease !== null && next.lease === null) {
    expression.remove('lease');
    expression.remove('tried');
    expression.demand(`#lease.#owner = ${expression.value('owner', stored.lease.owner)}`, 'lease', 'owner');
  } else if (leaseAsRead) demandLease(expression, stored.lease);
  return expression.on(stored.personId);
}

/** Requires the lease to be unchanged since the read. */
function demandLease(expression: Expression, lease: Lease | null): void {
  if (lease === null) {
    expression.demand('attribute_not_exists(#lease)', 'lease');
    return;
  }
  const owner = expression.value('owner', lease.owner);
  const expiresAt = expression.value('expiresAt', lease.expiresAt);
  expression.demand(`#lease.#owner = ${owner} AND #lease.#expiresAt = ${expiresAt}`, 'lease', 'owner', 'expiresAt');
}

/** The write taking a lease: allowed if no lease is in force at `now`, or for the same owner. */
export function leaseTaking(stored: Person, lease: Lease, now: string): Write<UpdateCommandInput> {
  const expression = new Expression();
  expression.set('lease', toStoredLease(lease));
  expression.demand(`#revision = ${expression.value('stored', stored.revision)}`, 'revision');
  const owner = expression.value('owner', lease.owner);
  const expired = `#lease.#expiresAt <= ${expression.value('now', now)}`;
  const free = `(attribute_not_exists(#lease) OR ${expired} OR #lease.#owner = ${owner})`;
  expression.demand(free, 'lease', 'owner', 'expiresAt');
  return expression.on(stored.personId);
}

/** The write releasing a lease, if still owned by `owner`; `tried` records a push without a result. */
export function leaseRelease(personId: string, owner: string, tried?: Tried): Write<UpdateCommandInput> {
  const expression = new Expression();
  expression.remove('lease');
  if (tried !== undefined) expression.set('tried', { ...tried });
  expression.demand(`#lease.#owner = ${expression.value('owner', owner)}`, 'lease', 'owner');
  return expression.on(personId);
}

/** An update under construction. Attributes are named by placeholders, to avoid reserved words. */
class Expression {
  readonly #sets: string[] = [];
  readonly #removes: string[] = [];
  readonly #conditions: string[] = [];
  readonly #names: Record<string, string> = {};
  readonly #values: Record<string, unknown> = {};

  set(name: string, value: unknown): void {
    this.#sets.push(`${this.#name(name)} = ${this.value(name, value)}`);
  }

  remove(name: string): void {
    this.#removes.push(this.#name(name));
  }

  /** Adds a condition, with the attributes named in the condition. */
  demand(condition: string, ...names: string[]): void {
    for (const name of names) this.#name(name);
    this.#conditions.push(condition);
  }

  value(name: string, value: unknown): string {
    this.#values[`:${name}`] = value;
    return `:${name}`;
  }

  on(personId: string): Write<UpdateCommandInput> {
    const sets = this.#sets.length > 0 ? [`SET ${this.#sets.join(', ')}`] : [];
    const removes = this.#removes.length > 0 ? [`REMOVE ${this.#removes.join(', ')}`] : [];
    return {
      Key: personKey(personId),
      UpdateExpression: [...sets, ...removes].join(' '),
      ConditionExpression: this.#conditions.join(' AND '),
      ExpressionAttributeNames: this.#names,
      ExpressionAttributeValues: this.#values,
    };
  }

  #name(name: string): string {
    this.#names[`#${name}`] = name;
    return `#${name}`;
  }
}
