import { revivePerson } from '../../person/delete-person.ts';
import { editPerson, newPerson } from '../../person/edit-person.ts';
import type { Fields } from '../../person/field-value.ts';
import { hasEmail, isPresent, type Person, withClaim } from '../../person/person.ts';
import { byType, CREATED_TYPE } from '../../person/row.ts';
import { checkFields, type FieldProblem, type UnsyncedField } from '../../schema/check-fields.ts';
import { type EditSchemas, editSchemas } from '../context/schemas.ts';
import { TransientError } from '../errors.ts';
import type { Ports } from '../ports/ports.ts';
import { survivorOfPerson, survivorsOf } from '../rows/holders.ts';

export type EditPorts = Pick<Ports, 'persons' | 'state' | 'policy' | 'clock' | 'ids'>;

interface EditContext {
  readonly ports: EditPorts;
  readonly schemas: EditSchemas;
}

export type EditOutcome =
  | {
      readonly kind: 'created' | 'updated';
      readonly person: Person;
      /** Edited fields whose values stay local. */
      readonly notSynced: readonly UnsyncedField[];
    }
  | { readonly kind: 'invalidFields'; readonly problems: readonly FieldProblem[] }
  | { readonly kind: 'notFound' }
  /** The person was joined into the person `personId`: nothing was edited. */
  | { readonly kind: 'mergedAway'; readonly personId: string }
  | { readonly kind: 'deletedHere'; readonly at: string }
  | { readonly kind: 'versionMismatch'; readonly version: number };

const ATTEMPTS = 16;

/** Edits fields of a person; with `ifVersion`, only if the person still has the version. */
export async function editFields(
  ports: EditPorts,
  personId: string,
  edits: Fields,
  ifVersion?: number,
): Promise<EditOutcome> {
  const schemas = await editSchemas(ports);
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const stored = await ports.persons.get(personId);
    if (stored === undefined) return { kind: 'notFound' };
    if (stored.mergedInto !== null) {
      return { kind: 'mergedAway', personId: (await survivorOfPerson(ports.persons, stored)).personId };
    }
    if (stored.erased) return erasedMeanwhile(ports, personId, edits);
    if (stored.deletedHere !== null) return { kind: 'deletedHere', at: stored.deletedHere.at };
    if (ifVersion !== undefined && stored.version !== ifVersion) {
      return { kind: 'versionMismatch', version: stored.version };
    }
    const outcome = await editStored({ ports, schemas }, stored, edits);
    if (outcome !== undefined) return outcome;
  }
  throw new TransientError('CONTENTION', 'the person was changed concurrently on every try');
}

/**
 * An edit concurrent to an erasure may have claimed the Email after the erasure released the claims: the claim is
 * released.
 */
async function erasedMeanwhile({ persons }: EditPorts, personId: string, { Email }: Fields): Promise<EditOutcome> {
  if (typeof Email === 'string') await persons.forget(personId, [Email]);
  return { kind: 'notFound' };
}

/** Undefined after a concurrent change. */
async function editStored(
  { ports, schemas }: EditContext,
  found: Person,
  edits: Fields,
): Promise<EditOutcome | undefined> {
  const { fields, notSynced, problems, shapes } = checkedEdits(schemas, found, edits);
  if (problems.length > 0) return { kind: 'invalidFields', problems };
  const email = fields.Email;
  const claims = found.salesforce === null && typeof email === 'string';
  const stored = claims ? await recordedClaim(ports, found, email) : found;
  if (stored === undefined) return undefined;
  const next = editPerson(stored, fields, shapes, ports.clock.now());
  if (next === stored) return { kind: 'updated', person: stored, notSynced };
  const outcome = await ports.persons.update(stored, next);
  return outcome.kind === 'written' ? { kind: 'updated', person: outcome.person, notSynced } : undefined;
}

/**
 * Claims an email for the person; undefined after a concurrent change. The claim is recorded in the person's item
 * first, so that an erasure finds the claim.
 */
async function recordedClaim(ports: EditPorts, stored: Person, email: string): Promise<Person | undefined> {
  const next = withClaim(stored, email);
  const claimed =
    next === stored ? ({ kind: 'written', person: stored } as const) : await ports.persons.update(stored, next);
  if (claimed.kind !== 'written') return undefined;
  await claimFor(ports, email, stored.personId);
  return claimed.person;
}

/** The edit checked against the Salesforce objects, with the shapes of every edited field; null: a new person. */
function checkedEdits({ schemas, gone, undescribed }: EditSchemas, stored: Person | null, edits: Fields) {
  const own = stored?.salesforce?.type ?? null;
  const objects = { own, schemas: byType((type) => schemas[type].schema), gone, undescribed };
  const checked = checkFields(objects, edits);
  return { ...checked, shapes: { ...schemas[own ?? CREATED_TYPE].rules.shapes, ...checked.shapes } };
}

/**
 * Creates a person, or edits the person with the email. Concurrent calls with a new email create one person. Of several
 * persons with the email the last changed is edited.
 */
export async function createOrEditByEmail(ports: EditPorts, edits: Fields): Promise<EditOutcome> {
  const schemas = await editSchemas(ports);
  const { fields, notSynced, problems } = checkedEdits(schemas, null, edits);
  const email = fields.Email;
  if (typeof email !== 'string') {
    const missing = problems.some(({ field }) => field === 'Email') ? [] : [{ field: 'Email', reason: 'is required' }];
    return { kind: 'invalidFields', problems: [...missing, ...problems] };
  }
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const [known] = await personsWithEmail(ports, email);
    if (known !== undefined) {
      const edited = await editFields(ports, known.personId, edits);
      // Merged away or deleted just now: look the email up again.
      if (edited.kind === 'mergedAway' || edited.kind === 'deletedHere') continue;
      return edited;
    }
    const revived = await reviveByEmail({ ports, schemas }, email, edits);
    if (revived !== undefined) return revived;
    if (problems.length > 0) return { kind: 'invalidFields', problems };
    const created = await createClaimed(ports, email, fields);
    if (created !== undefined) return { kind: 'created', person: created, notSynced };
  }
  throw new TransientError('CONTENTION', 'the person was changed concurrently on every try');
}

/** The persons with the email, last changed first, without persons deleted locally. */
export async function personsWithEmail(ports: Pick<Ports, 'persons'>, email: string): Promise<readonly Person[]> {
  return (await allWithEmail(ports, email)).filter(isPresent);
}

async function allWithEmail({ persons }: Pick<Ports, 'persons'>, email: string): Promise<readonly Person[]> {
  const claims = await persons.emailClaims([email]);
  const ids = new Set([...claims.values(), ...(await persons.idsByEmail(email))]);
  const named = await persons.getMany([...ids]);
  const survivors = [...(await survivorsOf(persons, named.values())).values()];
  const found = [...new Map(survivors.map((person) => [person.personId, person])).values()];
  return found.filter((person) => hasEmail(person, email)).sort((a, b) => (a.updatedAt < b.updatedAt ? 1 : -1));
}

/** Revives the last deleted person with the email and applies the edits; undefined without such a person. */
async function reviveByEmail(
  { ports, schemas }: EditContext,
  email: string,
  edits: Fields,
): Promise<EditOutcome | undefined> {
  const [stored] = (await allWithEmail(ports, email)).filter((person) => person.deletedHere !== null);
  if (stored === undefined) return undefined;
  const { fields, notSynced, problems, shapes } = checkedEdits(schemas, stored, edits);
  if (problems.length > 0) return { kind: 'invalidFields', problems };
  const now = ports.clock.now();
  const next = editPerson(revivePerson(stored, now), fields, shapes, now);
  const outcome = await ports.persons.update(stored, next);
  return outcome.kind === 'written' ? { kind: 'updated', person: outcome.person, notSynced } : undefined;
}

/** Undefined where the person was created concurrently. */
async function createClaimed(ports: EditPorts, email: string, fields: Fields): Promise<Person | undefined> {
  const holder = await claimFor(ports, email, ports.ids.next());
  // A claim without a person: the claimant is still writing, or died. Any caller creates the person under the claimed
  // id.
  const person = newPerson(holder, fields, ports.clock.now());
  return (await ports.persons.create(person)) === 'created' ? person : undefined;
}

/** Claims an email, also from a person whose email has changed since; returns the id of the claim's holder. */
async function claimFor({ persons }: EditPorts, email: string, personId: string): Promise<string> {
  const holder = await persons.claimEmail(email, personId);
  if (holder === personId) return personId;
  const claimant = await persons.get(holder);
  if (claimant === undefined || hasEmail(claimant, email)) return holder;
  return persons.claimEmail(email, personId, holder);
}
