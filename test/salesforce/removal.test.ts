import { afterEach, expect, test } from 'vitest';
import { createSalesforceRecords } from '../../lib/salesforce/salesforce-records.ts';
import { TransientError } from '../../lib/sync/errors.ts';
import {
  clientOf,
  compositeAnswer,
  failureOf,
  type Stub,
  soqlOf,
  startStub,
  subrequestsOf,
} from './stub-salesforce.ts';

const ID = '00Q000000000001AAA';
const COLUMNS = ['Id', 'IsDeleted', 'IsConverted'];
const ROW = { Id: ID, IsDeleted: true, IsConverted: true };

const found = (...rows: readonly (typeof ROW)[]) => ({
  body: {
    totalSize: rows.length,
    done: true,
    records: rows.map((row) => ({ attributes: { type: 'Lead' }, ...row })),
  },
});
const refused = (status: number, errorCode: string) => ({ status, body: [{ errorCode, message: 'told', fields: [] }] });

let stub: Stub;

/** Removes a Lead: what Salesforce answers to the deletion, and to the query after it. */
async function removed(...answers: readonly { readonly status?: number; readonly body?: unknown }[]) {
  stub = await startStub(() => compositeAnswer(...answers));
  return createSalesforceRecords(clientOf(stub.url)).remove('Lead', ID, COLUMNS);
}

afterEach(() => stub.close());

test('a removal deletes the row, and reads it where it lies then, in one call', async () => {
  expect(await removed({ status: 204 }, found(ROW))).toEqual({ outcome: { kind: 'written' }, after: ROW });
  expect(stub.requests).toHaveLength(1);
  expect(subrequestsOf(stub.requests[0])[0]).toMatchObject({
    method: 'DELETE',
    url: `/services/data/v64.0/sobjects/Lead/${ID}`,
  });
  expect(subrequestsOf(stub.requests[0])[1]?.url).toContain('/queryAll');
  expect(soqlOf(stub.requests[0])).toEqual([`SELECT Id, IsDeleted, IsConverted FROM Lead WHERE Id IN ('${ID}')`]);
});

test.each(['ENTITY_IS_DELETED', 'CANNOT_UPDATE_CONVERTED_LEAD'])(
  '%s: the row is gone, and tells where to',
  async (code) => {
    expect(await removed(refused(400, code), found(ROW))).toEqual({ outcome: { kind: 'gone', code }, after: ROW });
  },
);

test('a row that is gone for good is nothing that could be read', async () => {
  const answer = await removed(refused(404, 'NOT_FOUND'), found());
  expect(answer).toEqual({ outcome: { kind: 'gone', code: 'NOT_FOUND' }, after: null });
});

test('a row that may not be deleted is not looked at', async () => {
  const answer = await removed(refused(400, 'DELETE_FAILED'), refused(400, 'INVALID_FIELD'));
  expect(answer).toMatchObject({ outcome: { kind: 'rejected', rejection: { code: 'DELETE_FAILED' } }, after: null });
});

test('a row that is deleted and cannot be read leaves nothing under way', async () => {
  const failure = await failureOf(removed({ status: 204 }, refused(400, 'INVALID_FIELD')));
  expect(failure).toBeInstanceOf(TransientError);
  expect(failure).toMatchObject({ mayHaveCommitted: false });
});
