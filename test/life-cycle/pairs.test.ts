import { describe, expect, test } from 'vitest';
import { Life } from './life.ts';

/** Two Leads, A and B, and a Contact, C, each with a person; A's person has an edit of its title that waits. */
interface Scene {
  readonly life: Life;
  readonly a: string;
  readonly b: string;
  readonly c: string;
  readonly persons: Readonly<Record<'a' | 'b' | 'c', string>>;
}

/** What happens in Salesforce, or is asked of it here, to A. */
const EVENTS = {
  edit: ({ life, a }) => life.change('Lead', a, { Phone: 'sales' }),
  delete: ({ life, a }) => life.delete('Lead', a),
  undelete: ({ life, a }) => life.undelete(a),
  'hard delete': ({ life, a }) => life.hardDelete(a),
  'lose to B': ({ life, a, b }) => life.merge('Lead', b, a),
  'win over B': ({ life, a, b }) => life.merge('Lead', a, b),
  convert: ({ life, a }) => void life.convert(a),
  'convert into C': ({ life, a, c }) => void life.convert(a, c),
} as const satisfies Record<string, (scene: Scene) => void>;

type Event = keyof typeof EVENTS;

/**
 * Where A's person ends, whatever of the two came first; `-` where Salesforce refuses the second. `A`, `B`, `C`: the
 * person who stands for that row; `new C`: A's own person, as the Contact that A became; `gone`: A's own person, its
 * row deleted. `endIfTold`: where it ends instead if the first was polled before the second happened.
 */
const ENDS: readonly (readonly [Event, Event, end: string, endIfTold?: string])[] = [
  ['edit', 'delete', 'gone'],
  ['edit', 'hard delete', 'gone'],
  ['edit', 'lose to B', 'B'],
  ['edit', 'win over B', 'A'],
  ['edit', 'convert', 'new C'],
  ['edit', 'convert into C', 'C'],
  ['delete', 'edit', '-'],
  ['delete', 'undelete', 'A'],
  ['delete', 'hard delete', 'gone'],
  ['delete', 'lose to B', '-'],
  ['delete', 'win over B', '-'],
  ['delete', 'convert', '-'],
  ['delete', 'convert into C', '-'],
  ['hard delete', 'edit', '-'],
  ['hard delete', 'undelete', '-'],
  ['hard delete', 'lose to B', '-'],
  ['hard delete', 'convert', '-'],
  ['lose to B', 'edit', '-'],
  ['lose to B', 'undelete', 'A'],
  ['lose to B', 'hard delete', 'gone', 'B'],
  ['lose to B', 'delete', '-'],
  ['lose to B', 'convert', '-'],
  ['win over B', 'edit', 'A'],
  ['win over B', 'delete', 'gone'],
  ['win over B', 'hard delete', 'gone'],
  // B's person is told that A took B's place, and goes along to the Contact that A became: there the two are joined.
  ['win over B', 'convert', 'new C', 'B'],
  ['win over B', 'convert into C', 'C'],
  ['convert', 'edit', '-'],
  ['convert', 'delete', 'new C'],
  ['convert', 'lose to B', '-'],
  ['convert', 'win over B', '-'],
  ['convert', 'convert into C', '-'],
  ['convert into C', 'edit', '-'],
  ['convert into C', 'delete', 'C'],
  ['convert into C', 'lose to B', '-'],
  ['convert into C', 'convert', '-'],
];

async function scene(): Promise<Scene> {
  const life = new Life();
  const a = life.addLead({ Email: 'a@example.com' });
  const b = life.addLead({ Email: 'b@example.com', Title: 'B' });
  const c = life.addContact({ Email: 'c@example.com', Title: 'C' });
  await life.settle(1);
  // Persons that were seen to change are newborn no more.
  life.change('Lead', b, { Phone: 'b' });
  life.change('Contact', c, { Phone: 'c' });
  await life.settle(2);
  const persons = { a: life.holder(a).personId, b: life.holder(b).personId, c: life.holder(c).personId };
  await life.edit(persons.a, { Title: 'ours' });
  return { life, a, b, c, persons };
}

/** Whether Salesforce let it happen. */
function happens(event: Event, on: Scene): boolean {
  try {
    EVENTS[event](on);
    return true;
  } catch {
    // A refusal of the simulated org: the table says which they are.
    return false;
  }
}

/** Where A's person is in the end, in the words of the table. */
async function endOf({ life, a, persons }: Scene): Promise<string> {
  const person = await life.survivor(persons.a);
  if (person.personId === persons.b) return 'B';
  if (person.personId === persons.c) return 'C';
  expect(person.personId).toBe(persons.a);
  if (person.salesforce?.isDeleted) return 'gone';
  return person.salesforce?.id === a ? 'A' : 'new C';
}

/** Both sides agree, nothing waits, and each living row is one person. */
function expectAgreement({ life }: Scene): void {
  for (const type of ['Lead', 'Contact'] as const) {
    for (const row of life.org.state.store.table(type).values()) {
      if (row.IsDeleted === true || row.IsConverted === true) continue;
      const person = life.holder(String(row.Id));
      const { Title = null, Phone = null, Email = null } = person.fields;
      expect({ Title, Phone, Email }).toEqual({ Title: row.Title, Phone: row.Phone, Email: row.Email });
      expect(person.pending).toEqual({});
    }
  }
}

/** The edit that waited is where the person is: on its row, or still waiting where its row is gone. */
async function expectEditKept({ life, persons }: Scene): Promise<void> {
  const person = await life.survivor(persons.a);
  expect(person.fields.Title).toBe('ours');
}

describe.each(ENDS.map(([first, second, end, endIfTold = end]) => [first, second, end, endIfTold] as const))(
  '%s, then %s',
  (first, second, end, endIfTold) => {
    test(`between poll and merge: ${endIfTold}`, async () => {
      const on = await scene();
      happens(first, on);
      await on.life.poll();
      const happened = happens(second, on);
      await on.life.deliver();
      if (end === '-') return expect(happened).toBe(false);
      await on.life.settleNextDay();
      expectAgreement(on);
      await expectEditKept(on);
      // An undelete that nobody saw coming leaves the person where it was; one that was seen makes a person of the row.
      expect(await endOf(on)).toBe(endIfTold);
    });

    test(`between push and settle: ${end}`, async () => {
      const on = await scene();
      let happened = false;
      on.life.beforeNextWrite(() => {
        happens(first, on);
        happened = happens(second, on);
      });
      await on.life.settle(1);
      if (end === '-') return expect(happened).toBe(false);
      await on.life.settleNextDay();
      expectAgreement(on);
      await expectEditKept(on);
      expect(await endOf(on)).toBe(end);
    });
  },
);
