import { afterAll, beforeAll, expect, test } from 'vitest';
import { type FaultKind, faultKinds } from '../sandbox/org/faults.ts';
import { allRows, differences, type SyncedRow } from './compare-sides.ts';
import { eventually, lastCycle, type RunningSandbox, runSandbox, untilCycle, wholeCycles } from './running-sandbox.ts';

let sides: RunningSandbox;
let rows: readonly SyncedRow[];

beforeAll(async () => {
  sides = await runSandbox({ seedRecords: 60 });
  rows = await allRows(sides);
  await eventually(async () => (await differences(sides)).length === 0);
});
afterAll(() => sides?.close());

async function personIdOf(row: SyncedRow): Promise<string> {
  const [person] = await sides.api.personsWithEmail(String(row.Email));
  if (person === undefined) throw new Error(`no person for ${row.Id}`);
  return person.personId;
}

/** Edits of six rows of its own and of their persons, some of them of both. */
async function editBothSides(kind: FaultKind): Promise<void> {
  const { there, here } = editedFor(kind);
  for (const row of there) await sides.admin.update(row.type, row.Id, { Title: `${kind} there` });
  for (const row of here) await sides.api.edit(await personIdOf(row), { Description: `${kind} here` });
}

function editedFor(kind: FaultKind): { readonly there: readonly SyncedRow[]; readonly here: readonly SyncedRow[] } {
  const own = rows.slice(faultKinds.indexOf(kind) * 6, (faultKinds.indexOf(kind) + 1) * 6);
  return { there: own.slice(0, 4), here: own.slice(2) };
}

const newcomer = (kind: FaultKind) => ({
  Email: `${kind.toLowerCase()}@example.com`,
  LastName: kind,
  Company: 'Example',
});

/** Each strikes often enough to meet a poll, a push and a sync: all of them are composite requests. */
const FAULTS: Readonly<Record<FaultKind, { readonly times: number; readonly milliseconds?: number }>> = {
  limitExceeded: { times: 4 },
  unavailable: { times: 4 },
  serverError: { times: 4 },
  htmlError: { times: 4 },
  timeoutBefore: { times: 4, milliseconds: 300 },
  timeoutAfterCommit: { times: 3, milliseconds: 300 },
  dropConnection: { times: 4 },
  expireSession: { times: 4 },
  lockRow: { times: 8 },
  slow: { times: 4, milliseconds: 700 },
};

test.each(faultKinds)('%s strikes while both sides are edited', async (kind) => {
  const { api, admin } = sides;
  await admin.control('POST faults', { kind, match: 'composite', ...FAULTS[kind] });
  await editBothSides(kind);
  await api.syncPerson(newcomer(kind));
  await eventually(async () => {
    const { faults } = (await admin.control('GET faults')) as { faults: readonly unknown[] };
    return faults.length === 0;
  });
});

test('all that was edited meanwhile arrives, and nothing is doubled', async () => {
  const { api, admin } = sides;
  for (const kind of faultKinds) {
    // A person who has no row yet gets one when somebody asks for it again.
    const { person } = await eventually(async () => {
      const answer = await api.syncPerson(newcomer(kind));
      return answer.kind === 'synced' && answer;
    });
    const { Email } = newcomer(kind);
    expect(await admin.query(`SELECT Id FROM Lead WHERE Email = '${Email}'`)).toHaveLength(1);
    expect(await api.personsWithEmail(Email)).toMatchObject([{ personId: person.personId }]);
  }
  await eventually(async () => (await differences(sides)).length === 0);
  for (const kind of faultKinds) {
    const { there, here } = editedFor(kind);
    for (const row of there) expect((await admin.record(row.type, row.Id)).Title).toBe(`${kind} there`);
    for (const row of here) expect((await admin.record(row.type, row.Id)).Description).toBe(`${kind} here`);
  }
});

test('a rejection in the midst of faults is told once, and holds nobody else back', async () => {
  const { api, admin } = sides;
  for (const object of ['Lead', 'Contact']) {
    const rule = { object, name: 'NoBad', errorWhen: "Title = 'Bad'", message: 'Not bad', field: 'Title' };
    await admin.control('POST validation-rules', rule);
  }
  await admin.control('POST faults', { kind: 'unavailable', times: 2, match: 'composite' });
  await admin.control('POST faults', { kind: 'lockRow', times: 4, match: 'composite' });
  const some = rows.slice(10, 16);
  const ids = await Promise.all(some.map(personIdOf));
  await Promise.all(ids.map((id, at) => api.edit(id, { Title: at % 2 === 0 ? 'Bad' : 'Good' })));
  await eventually(async () => (await api.rejections()).length === 3);
  for (const [at, row] of some.entries()) {
    if (at % 2 === 1) await eventually(async () => (await admin.record(row.type, row.Id)).Title === 'Good');
  }
  await wholeCycles(api, 3);
  for (const [at, id] of ids.entries()) {
    const told = (await api.activities(id)).filter(({ type }) => type === 'rejected');
    expect(told).toHaveLength(at % 2 === 0 ? 1 : 0);
  }
  await Promise.all(ids.map((id) => api.edit(id, { Title: 'Good' })));
  await eventually(async () => (await differences(sides)).length === 0);
  expect(await api.rejections()).toEqual([]);
});

test('then all is quiet', async () => {
  const { api, admin } = sides;
  await untilCycle(api, (await lastCycle(api)) + 2);
  const before = await admin.stats();
  await wholeCycles(api, 5);
  const after = await admin.stats();
  expect(after.recordsUpdated).toBe(before.recordsUpdated);
  expect(after.recordsCreated).toBe(faultKinds.length);
});
