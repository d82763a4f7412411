import { cutFields } from '../../person/edit-person.ts';
import { type Person, pendingEdits } from '../../person/person.ts';
import type { SalesforceType } from '../../person/row.ts';
import { cutTexts } from '../../schema/judge-push.ts';
import type { Context } from '../context/context.ts';
import type { Ports } from '../ports/ports.ts';

/**
 * The stored person after cutting texts too long for Salesforce, if the policy asks for cuts; the same person without
 * such texts. Undefined after a concurrent change.
 */
export async function withCutTexts(
  { ports, schemas }: Context<Pick<Ports, 'persons' | 'clock'>>,
  type: SalesforceType,
  person: Person,
  operation: 'create' | 'update',
): Promise<Person | undefined> {
  const { schema, rules } = schemas[type];
  const cut = cutTexts(schema, operation === 'create' ? person.fields : pendingEdits(person), operation);
  if (Object.keys(cut).length === 0) return person;
  const outcome = await ports.persons.update(person, cutFields(person, cut, rules.shapes, ports.clock.now()));
  return outcome.kind === 'written' ? outcome.person : undefined;
}
