import { expect, test } from 'vitest';
import { attributeBytes } from '../../lib/dynamodb/attribute-size.ts';
import { attributesOf } from '../../lib/dynamodb/item.ts';
import { personKey } from '../../lib/dynamodb/keys.ts';
import type { Person } from '../../lib/person/person.ts';
import { TwoSides } from './two-sides.ts';

const ITEM_LIMIT = 400 * 1024;

const bytesOf = (person: Person) => attributeBytes({ ...personKey(person.personId), ...attributesOf(person) });

/** Text that no compression makes much smaller. */
function notes(length: number, seed: number): string {
  let state = seed;
  const letters = Array.from({ length }, () => {
    state = (state * 48_271) % 2_147_483_647;
    return String.fromCharCode(33 + (state % 90));
  });
  return letters.join('');
}

test.each([20_000, 32_000, 60_000, 131_000])(
  'a text of %d characters may be edited on either side for ever: its log never fills the item',
  async (length) => {
    const sides = new TwoSides();
    sides.control('fields', { object: 'Lead', name: 'Notes__c', type: 'textarea', length: 131_072 });
    const { personId, salesforce } = await sides.linkedPerson();
    const id = salesforce?.id ?? '';
    let most = 0;
    for (let edit = 1; edit <= 12; edit += 1) {
      sides.update('Lead', id, { Notes__c: notes(length, edit) });
      if (edit % 3 === 0) await sides.edit(personId, { Notes__c: notes(length, edit + 1000) });
      sides.clock.advance(60_000);
      await sides.cycle();
      most = Math.max(most, bytesOf(sides.person(personId)));
    }
    await sides.cycle();
    expect(most).toBeLessThan(ITEM_LIMIT);
    expect(sides.person(personId)).toMatchObject({ rejection: null, pending: {} });
    const lost = sides.logged(personId, 'conflict').map(({ detail }) => detail.remote);
    expect(lost).toEqual([3, 6, 9, 12].map((edit) => notes(length, edit)));
  },
);
