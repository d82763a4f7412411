import { describe, expect, test } from 'vitest';
import {
  blamesContents,
  callError,
  concernsCall,
  errorEntries,
  lostAnswer,
  recordOutcome,
} from '../../lib/salesforce/error-map.ts';

const entry = (code: string, message = 'told', fields: string[] = []) => ({ code, message, fields });

const USER = '005000000000001AAA';
const ROW_STANDS = { rowStands: true, record: { Title: 'CTO', OwnerId: USER } };
const ROW_GONE = { ...ROW_STANDS, rowStands: false };

describe('an error of a whole call', () => {
  test.each([
    [403, 'REQUEST_LIMIT_EXCEEDED', 'TotalRequests Limit exceeded.', 'QuotaExceededError'],
    [403, 'REQUEST_LIMIT_EXCEEDED', 'ConcurrentRequests (Concurrent API Requests) Limit exceeded.', 'TransientError'],
    [401, 'INVALID_SESSION_ID', 'Session expired or invalid', 'ConfigError'],
    [403, 'API_DISABLED_FOR_ORG', 'API is not enabled', 'ConfigError'],
    [400, 'MALFORMED_QUERY', 'unexpected token', 'ConfigError'],
    [400, 'INVALID_FIELD', "No such column 'Score__c' on entity 'Lead'", 'TransientError'],
    [400, 'INVALID_FIELD', "No such column 'Person_Id__c' on entity 'Lead'", 'ConfigError'],
    [404, 'INVALID_TYPE', "sObject type 'Lead' is not supported.", 'ConfigError'],
    [400, 'QUERY_TIMEOUT', 'Your query request was running for too long.', 'TransientError'],
    [400, 'SOMETHING_NEW', '', 'ConfigError'],
    [420, 'SOMETHING_NEW', '', 'TransientError'],
    [429, 'SOMETHING_NEW', '', 'TransientError'],
    [500, 'SOMETHING_NEW', '', 'TransientError'],
    [503, 'SERVER_UNAVAILABLE', 'try again later', 'TransientError'],
  ])('%i %s "%s" is a %s', (status, code, message, name) => {
    expect(callError(status, [entry(code, message)], false).name).toBe(name);
  });

  test('a page of a gateway may hide a write that went through, a refusal of Salesforce does not', () => {
    expect(callError(502, [], true)).toMatchObject({ code: 'ERROR_HTTP_502', mayHaveCommitted: true });
    expect(callError(503, [entry('SERVER_UNAVAILABLE')], true)).toMatchObject({ mayHaveCommitted: false });
    expect(callError(502, [], false)).toMatchObject({ mayHaveCommitted: false });
    // Whatever its code says, a server's error does not tell how far a write came.
    expect(callError(500, [entry('INSUFFICIENT_ACCESS')], true)).toMatchObject({ mayHaveCommitted: true });
  });

  test('the text of a query error is not repeated, for it quotes the query', () => {
    const error = callError(400, [entry('MALFORMED_QUERY', "WHERE Email = 'ada@example.com'")], false);
    expect(error.message).not.toContain('ada');
  });
});

describe('a call without an answer', () => {
  test('may have written, unless the connection was never made', () => {
    const refused = new TypeError('fetch failed', { cause: Object.assign(new Error('no'), { code: 'ECONNREFUSED' }) });
    const reset = new TypeError('fetch failed', { cause: Object.assign(new Error('no'), { code: 'ECONNRESET' }) });
    expect(lostAnswer(refused, true)).toMatchObject({ code: 'ECONNREFUSED', mayHaveCommitted: false });
    expect(lostAnswer(reset, true)).toMatchObject({ code: 'ECONNRESET', mayHaveCommitted: true });
    expect(lostAnswer(reset, false)).toMatchObject({ mayHaveCommitted: false });
    expect(lostAnswer(new DOMException('late', 'TimeoutError'), true)).toMatchObject({ code: 'TIMEOUT' });
  });
});

describe('an error of one record', () => {
  test.each([
    ['UNABLE_TO_LOCK_ROW', 'transient'],
    ['SERVER_UNAVAILABLE', 'transient'],
    ['UNKNOWN_EXCEPTION', 'transient'],
    ['INVALID_FIELD', 'transient'],
    ['TOO_MANY_APEX_REQUESTS', 'transient'],
    ['TXN_SECURITY_NO_ACCESS', 'transient'],
    ['STORAGE_LIMIT_EXCEEDED', 'transient'],
    ['ORG_LOCKED', 'transient'],
    ['INVALID_READ_ONLY_USER_DML', 'transient'],
    ['INSERT_UPDATE_DELETE_NOT_ALLOWED_DURING_MAINTENANCE', 'transient'],
    ['CANNOT_UPDATE_CONVERTED_LEAD', 'gone'],
    ['FIELD_CUSTOM_VALIDATION_EXCEPTION', 'rejected'],
    ['REQUIRED_FIELD_MISSING', 'rejected'],
    ['JSON_PARSER_ERROR', 'rejected'],
    ['INSUFFICIENT_ACCESS_OR_READONLY', 'rejected'],
    ['DUPLICATES_DETECTED', 'rejected'],
    ['CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY', 'rejected'],
    ['SOMETHING_NEW', 'rejected'],
  ])('%s is %s', (code, kind) => {
    expect(recordOutcome([entry(code)], ROW_STANDS).kind).toBe(kind);
  });

  test.each(['ENTITY_IS_DELETED', 'NOT_FOUND', 'INVALID_CROSS_REFERENCE_KEY', 'INVALID_ID_FIELD'])(
    '%s means the row where the row is gone, else the lookup or the owner',
    (code) => {
      expect(recordOutcome([entry(code)], ROW_GONE)).toEqual({ kind: 'gone', code });
      expect(recordOutcome([entry(code)], ROW_STANDS)).toEqual({
        kind: 'rejected',
        rejection: { code, message: 'told', fields: ['OwnerId'] },
      });
    },
  );

  test('a reference in a field that Salesforce names is a rejection, whatever became of the row', () => {
    const named = [entry('INVALID_CROSS_REFERENCE_KEY', 'invalid', ['Partner__c'])];
    expect(recordOutcome(named, ROW_GONE)).toMatchObject({ kind: 'rejected', rejection: { fields: ['Partner__c'] } });
    expect(recordOutcome([entry('INVALID_CROSS_REFERENCE_KEY', 'invalid', ['Id'])], ROW_GONE).kind).toBe('gone');
  });

  test('where Salesforce names no field, each that holds an id may be meant', () => {
    const record = { Id: USER, OwnerId: USER, Partner__c: '001000000000zzz', Title: 'Administrations', Score__c: 7 };
    expect(recordOutcome([entry('INVALID_CROSS_REFERENCE_KEY')], { rowStands: true, record })).toMatchObject({
      rejection: { fields: ['OwnerId', 'Partner__c'] },
    });
  });

  test('what lets a record wait says whether it passes by itself', () => {
    const outcomeOf = (code: string, message = 'told') => recordOutcome([entry(code, message)], ROW_STANDS);
    expect(outcomeOf('UNABLE_TO_LOCK_ROW')).toEqual({
      kind: 'transient',
      code: 'UNABLE_TO_LOCK_ROW',
      message: 'told',
      condition: 'moment',
    });
    expect(outcomeOf('STORAGE_LIMIT_EXCEEDED')).toMatchObject({ condition: 'org' });
    expect(outcomeOf('REQUEST_LIMIT_EXCEEDED', 'TotalRequests Limit exceeded.')).toMatchObject({ condition: 'org' });
    expect(outcomeOf('REQUEST_LIMIT_EXCEEDED', 'ConcurrentRequests')).toMatchObject({ condition: 'moment' });
    expect(outcomeOf('FUNCTIONALITY_NOT_ENABLED')).toMatchObject({ condition: 'configuration' });
  });

  test('a code that nobody knows is a rejection of unknown length', () => {
    expect(recordOutcome([entry('SOMETHING_NEW')], ROW_STANDS)).toMatchObject({ rejection: { mayPass: true } });
    expect(recordOutcome([entry('STRING_TOO_LONG')], ROW_STANDS)).not.toHaveProperty('rejection.mayPass');
  });

  test('automation that ran out of limits or met a lock is transient', () => {
    const message = 'T1: System.LimitException: Apex CPU time limit exceeded';
    expect(recordOutcome([entry('CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY', message)], ROW_STANDS)).toMatchObject({
      kind: 'transient',
      condition: 'moment',
    });
  });

  test('several rejections become one, with all texts and fields', () => {
    const errors = [entry('STRING_TOO_LONG', 'a', ['Title']), entry('INVALID_EMAIL_ADDRESS', 'b', ['Email'])];
    expect(recordOutcome(errors, ROW_STANDS)).toEqual({
      kind: 'rejected',
      rejection: { code: 'STRING_TOO_LONG', message: 'a; b', fields: ['Title', 'Email'] },
    });
  });

  test('what concerns the call is told apart', () => {
    expect(concernsCall([entry('REQUEST_LIMIT_EXCEEDED', 'TotalRequests Limit exceeded.')])).toBe(true);
    expect(concernsCall([entry('STORAGE_LIMIT_EXCEEDED')])).toBe(true);
    expect(concernsCall([entry('STRING_TOO_LONG')])).toBe(false);
  });
});

test('entries are read from both of the forms in which Salesforce writes errors', () => {
  const single = [{ errorCode: 'A', message: 'm', fields: ['F'] }];
  const collection = [{ statusCode: 'A', message: 'm', fields: ['F'] }];
  expect(errorEntries(single)).toEqual(errorEntries(collection));
  expect(errorEntries('<html>')).toEqual([]);
});

test('a batch is only tried in halves where the contents are to blame', () => {
  expect(blamesContents(400, [entry('JSON_PARSER_ERROR')])).toBe(true);
  expect(blamesContents(400, [entry('INVALID_FIELD')])).toBe(true);
  expect(blamesContents(400, [entry('UNABLE_TO_LOCK_ROW')])).toBe(false);
  expect(blamesContents(400, [entry('SOMETHING_NEW')])).toBe(false);
  expect(blamesContents(503, [entry('JSON_PARSER_ERROR')])).toBe(false);
  expect(blamesContents(400, [])).toBe(false);
});
