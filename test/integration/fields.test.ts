import { afterAll, beforeAll, expect, test } from 'vitest';
import type { PersonView } from '../sandbox/clients/person-api-client.ts';
import { type RunningSandbox, runSandbox } from './running-sandbox.ts';

let sides: RunningSandbox;
let person: PersonView;

beforeAll(async () => {
  sides = await runSandbox({ seedRecords: 2, cycleSeconds: 300 });
  person = await sides.api.create({ Email: 'ada@example.com', LastName: 'Lovelace' });
});
afterAll(() => sides?.close());

test('GET /sync/fields tells of every field of both objects', async () => {
  const { status, body } = await sides.api.send('GET /sync/fields');
  expect(status).toBe(200);
  const title = {
    field: 'Title',
    apiName: 'Title',
    label: 'Title',
    type: 'string',
    visible: true,
    editable: true,
    direction: 'both',
    winner: 'local',
    why: null,
    retyped: null,
    gone: null,
    lastProblem: null,
  };
  const object = { missingPermissions: [], fields: expect.arrayContaining([title]) };
  expect(body).toMatchObject({ objects: { Lead: object, Contact: object } });
});

test('POST /sync/preview tells what a sync would do, and does nothing', async () => {
  const ask = () => sides.api.send('POST /sync/preview', { personId: person.personId });
  const refused = await ask();
  expect(refused).toMatchObject({ status: 200, body: { outcome: 'rejected', rejection: { fields: ['Company'] } } });
  await sides.api.edit(person.personId, { Company: 'Analytical Engines' });
  const before = await sides.api.person(person.personId);
  const { body } = await ask();
  expect(body).toMatchObject({
    personId: person.personId,
    outcome: 'created',
    record: null,
    candidates: [],
    rejection: null,
    pulled: [],
    pushed: ['Company', 'Email', 'LastName'],
  });
  expect(await sides.api.person(person.personId)).toEqual(before);
});

test.each([
  ['no body', undefined, 400, 'invalid-body'],
  ['no person', {}, 400, 'invalid-body'],
  ['a person who is not there', { personId: 'nobody' }, 404, 'not-found'],
  ['what cannot be the id of a person', { personId: 'a b' }, 404, 'not-found'],
])('POST /sync/preview of %s is a problem', async (_, given, status, problem) => {
  const answer = await sides.api.send('POST /sync/preview', given);
  expect(answer).toMatchObject({ status, body: { type: `/problems/${problem}` } });
});
