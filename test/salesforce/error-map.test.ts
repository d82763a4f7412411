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
    ['QUERY_TIMEOUT', 'transient'],
    ['UNKNOWN_EXCEPTION', 'transient'],
    ['INVALID_FIELD', 'transient'],
    ['ALL_OR_NONE_OPERATION_ROLLED_BACK', 'transient'],
    ['ENTITY_IS_DELETED', 'gone'],
    ['NOT_FOUND', 'gone'],
    ['CANNOT_UPDATE_CONVERTED_LEAD', 'gone'],
    ['INVALID_CROSS_REFERENCE_KEY', 'gone'],
    ['FIELD_CUSTOM_VALIDATION_EXCEPTION', 'rejected'],
    ['REQUIRED_FIELD_MISSING', 'rejected'],
    ['INVALID_EMAIL_ADDRESS', 'rejected'],
    ['STRING_TOO_LONG', 'rejected'],
    ['INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST', 'rejected'],
    ['INVALID_TYPE_ON_FIELD_IN_RECORD', 'rejected'],
    ['NUMBER_OUTSIDE_VALID_RANGE', 'rejected'],
    ['JSON_PARSER_ERROR', 'rejected'],
    ['INSUFFICIENT_ACCESS_OR_READONLY', 'rejected'],
    ['INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY', 'rejected'],
    ['INVALID_FIELD_FOR_INSERT_UPDATE', 'rejected'],
    ['DUPLICATES_DETECTED', 'rejected'],
    ['DUPLICATE_VALUE', 'rejected'],
    ['CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY', 'rejected'],
    ['SOMETHING_NEW', 'rejected'],
  ])('%s is %s', (code, kind) => {
    expect(recordOutcome([entry(code)]).kind).toBe(kind);
  });

  test('a reference in a field that leads nowhere is a rejection, the record itself is not gone', () => {
    expect(recordOutcome([entry('INVALID_CROSS_REFERENCE_KEY', 'invalid', ['OwnerId'])]).kind).toBe('rejected');
    expect(recordOutcome([entry('INVALID_CROSS_REFERENCE_KEY', 'invalid', ['Id'])]).kind).toBe('gone');
  });

  test('automation that ran out of limits or met a lock is transient', () => {
    const message = 'T1: System.LimitException: Apex CPU time limit exceeded';
    expect(recordOutcome([entry('CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY', message)]).kind).toBe('transient');
  });

  test('several rejections become one, with all texts and fields', () => {
    expect(
      recordOutcome([entry('STRING_TOO_LONG', 'a', ['Title']), entry('INVALID_EMAIL_ADDRESS', 'b', ['Email'])]),
    ).toEqual({
      kind: 'rejected',
      rejection: { code: 'STRING_TOO_LONG', message: 'a; b', fields: ['Title', 'Email'] },
    });
  });

  test('what concerns the call is told apart, and lets a record of a batch wait', () => {
    const limit = [entry('REQUEST_LIMIT_EXCEEDED', 'TotalRequests Limit exceeded.')];
    expect(concernsCall(limit)).toBe(true);
    expect(concernsCall([entry('STRING_TOO_LONG')])).toBe(false);
    expect(recordOutcome(limit)).toEqual({ kind: 'transient', code: 'REQUEST_LIMIT_EXCEEDED' });
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
