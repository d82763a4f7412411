import { beforeEach, expect, test } from 'vitest';
import type { SalesforceClient } from '../../lib/salesforce/client.ts';
import { createSalesforceRecords } from '../../lib/salesforce/salesforce-records.ts';
import type { Subrequest } from '../../lib/salesforce/subrequest.ts';
import type { PushAnswer } from '../../lib/sync/ports/salesforce-records.ts';
import { TwoSides } from '../sync/two-sides.ts';

const COLUMNS = ['Id', 'SystemModstamp', 'Title'];

let sides: TwoSides;
let ids: string[];

beforeEach(() => {
  sides = new TwoSides();
  sides.org.seed({ leads: 600, contacts: 0, seed: 4 });
  ids = [...sides.org.state.store.table('Lead').values()].flatMap(({ Id, IsConverted }) =>
    IsConverted === true ? [] : String(Id),
  );
});

const titles = (title: (at: number) => unknown) =>
  ids.map((id, at) => ({ id, record: { Title: title(at) as string } }));

const kinds = (answers: readonly PushAnswer[]) => {
  const counts: Record<string, number> = {};
  for (const { outcome } of answers) counts[outcome.kind] = (counts[outcome.kind] ?? 0) + 1;
  return counts;
};

test('three collections of 200 go in one call', async () => {
  const calls = sides.client.usage().calls;
  const answers = await sides.ports.records.pushMass(
    'Lead',
    titles((at) => `T${at}`),
    COLUMNS,
  );
  expect(sides.client.usage().calls - calls).toBe(1);
  expect(ids.length).toBeGreaterThan(400);
  expect(kinds(answers)).toEqual({ written: ids.length });
  expect(answers.map(({ after }) => after?.Title)).toEqual(ids.map((_, at) => `T${at}`));
});

test('a push begins with one collection, and takes three once the org has shown to be fast', async () => {
  const { records } = sides.ports;
  expect(records.maxMassBatch).toBe(200);
  const pushes = titles((at) => `T${at}`).slice(0, 200);
  for (let push = 0; push < 10; push += 1) await records.pushMass('Lead', pushes, COLUMNS);
  expect(records.maxMassBatch).toBe(600);
});

test('what one record holds is refused for its collection alone, and that record is found', async () => {
  const bad = ids[250];
  const answers = await sides.ports.records.pushMass(
    'Lead',
    titles((at) => (at === 250 ? { no: 'text' } : `T${at}`)),
    COLUMNS,
  );
  expect(kinds(answers)).toEqual({ written: ids.length - 1, rejected: 1 });
  expect(answers.findIndex(({ outcome }) => outcome.kind === 'rejected')).toBe(ids.indexOf(bad ?? ''));
  expect(answers[251]?.after?.Title).toBe('T251');
});

test('a collection that fails as a whole leaves the answers of the others', async () => {
  const refusing = createSalesforceRecords(withoutSecondUpdate(sides.client));
  const answers = await refusing.pushMass(
    'Lead',
    titles((at) => `T${at}`),
    COLUMNS,
  );
  expect(kinds(answers)).toEqual({ written: ids.length - 200, failed: 200 });
  expect(answers.slice(200, 400).every(({ outcome }) => outcome.kind === 'failed')).toBe(true);
  expect(answers[200]?.outcome).toMatchObject({ error: { name: 'QuotaExceededError' } });
});

/** Salesforce carries out no second update of a call, for its limits are used up by then. */
function withoutSecondUpdate(client: SalesforceClient): SalesforceClient {
  const isUpdate = ({ path }: Subrequest) => path === '/composite/sobjects';
  const refused = { status: 403, headers: {}, body: [{ errorCode: 'REQUEST_LIMIT_EXCEEDED', message: '' }] };
  return new Proxy(client, {
    get(target, name) {
      const method: unknown = Reflect.get(target, name);
      if (name !== 'composite') return typeof method === 'function' ? method.bind(target) : method;
      return async (requests: readonly Subrequest[], writes: boolean) => {
        const second = requests.filter(isUpdate)[1];
        const sent = requests.filter((request) => request !== second);
        const { answers, ...times } = await target.composite(sent, writes);
        const all = second === undefined ? answers : answers.toSpliced(requests.indexOf(second), 0, refused);
        return { ...times, answers: all };
      };
    },
  });
}
