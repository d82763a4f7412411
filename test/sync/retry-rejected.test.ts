import { describe, expect, test } from 'vitest';
import { retryMessage } from '../../lib/sync/change-message.ts';
import { countRejections } from '../../lib/sync/operate/count-rejections.ts';
import { TwoSides } from './two-sides.ts';

const RULE = { object: 'Lead', name: 'NoCto', errorWhen: "Title = 'CTO'", message: 'No CTOs' };
const CODE = 'FIELD_CUSTOM_VALIDATION_EXCEPTION';

/** Persons whose edit a rule of the org refused; the rule is gone by now. */
async function refused(count: number) {
  const sides = new TwoSides();
  const ids: string[] = [];
  for (let n = 0; n < count; n += 1) ids.push((await sides.linkedPerson()).personId);
  sides.control('validation-rules', RULE);
  for (const id of ids) await sides.edit(id, { Title: 'CTO' });
  await sides.cycle();
  sides.org.handle({
    method: 'DELETE',
    path: '/_org/validation-rules',
    headers: {},
    body: { object: 'Lead', name: RULE.name },
  });
  const retry = async (which: { readonly code?: string; readonly personIds?: readonly string[] }) => {
    await sides.queue.send([retryMessage({ queuedAt: sides.clock.now(), cursor: null, ...which })]);
    while (sides.queue.waiting.length > 0) await sides.merge();
  };
  const codes = () => ids.map((id) => sides.person(id).rejection?.code ?? null);
  return { sides, ids, retry, codes };
}

describe('a retry of rejections', () => {
  test('of one person pushes what was held back', async () => {
    const { sides, ids, retry, codes } = await refused(2);
    expect(codes()).toEqual([CODE, CODE]);
    await retry({ personIds: [ids[0] ?? ''] });
    expect(codes()).toEqual([null, CODE]);
    expect(sides.person(ids[0] ?? '')).toMatchObject({ pending: {}, fields: { Title: 'CTO' } });
  });

  test('of one code leaves the others', async () => {
    const { retry, codes } = await refused(2);
    await retry({ code: 'STRING_TOO_LONG' });
    expect(codes()).toEqual([CODE, CODE]);
    await retry({ code: CODE });
    expect(codes()).toEqual([null, null]);
  });

  test('of all goes through every page', async () => {
    const { retry, codes } = await refused(205);
    await retry({});
    expect(codes().filter((code) => code !== null)).toEqual([]);
  });

  test('that Salesforce refuses once more is not told twice', async () => {
    const { sides, ids, retry, codes } = await refused(1);
    sides.control('validation-rules', RULE);
    await retry({});
    expect(codes()).toEqual([CODE]);
    expect(sides.logged(ids[0] ?? '', 'rejected')).toHaveLength(1);
  });

  test('reads a record that was out of sight again, and leaves the person parked where it still is', async () => {
    const sides = new TwoSides();
    const { personId, salesforce } = await sides.linkedPerson();
    const show = (visible: boolean) => sides.control('sharing', { object: 'Lead', id: salesforce?.id, visible });
    show(false);
    await sides.edit(personId, { Title: 'CTO' });
    await sides.cycle();
    const retry = async () => {
      await sides.queue.send([retryMessage({ queuedAt: sides.clock.now(), cursor: null })]);
      await sides.merge();
    };
    await retry();
    expect(sides.person(personId).rejection?.code).toBe('RECORD_NOT_VISIBLE');
    show(true);
    await retry();
    expect(sides.person(personId)).toMatchObject({ rejection: null, pending: {} });
  });
});

test('rejections are counted by code', async () => {
  const { sides } = await refused(3);
  expect(await countRejections(sides.ports)).toMatchObject({ codes: [{ code: CODE, count: 3 }], complete: true });
});
