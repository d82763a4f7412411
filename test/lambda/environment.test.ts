import { describe, expect, test } from 'vitest';
import { readEnvironment } from '../../lib/lambda/environment.ts';
import { parseSettings, SettingsError, syncPolicy } from '../../lib/lambda/settings.ts';

const GIVEN = {
  TABLE_NAME: 'table',
  CHANGES_QUEUE_URL: 'https://queue',
  BACKLOG_QUEUE_URL: 'https://backlog',
  DEAD_LETTER_QUEUE_URL: 'https://dead',
  MISSED_POLLS_QUEUE_URL: 'https://missed',
  LOCKSTEP_SETTINGS: '{}',
};

describe('the environment', () => {
  test('is read with the settings and their defaults', () => {
    const environment = readEnvironment('poll', GIVEN);
    expect(environment).toMatchObject({ TABLE_NAME: 'table', settings: { objects: ['Lead', 'Contact'] } });
  });

  test.each([
    [{ ...GIVEN, TABLE_NAME: '' }, 'poll: environment variable missing or empty: TABLE_NAME'],
    [
      { LOCKSTEP_SETTINGS: '{}' },
      'poll: environment variable missing or empty: TABLE_NAME, CHANGES_QUEUE_URL, BACKLOG_QUEUE_URL, DEAD_LETTER_QUEUE_URL, MISSED_POLLS_QUEUE_URL',
    ],
    [{ ...GIVEN, LOCKSTEP_SETTINGS: '{' }, 'LOCKSTEP_SETTINGS is not JSON'],
  ])('that lacks something fails in one line that names it', (given, message) => {
    expect(() => readEnvironment('poll', given)).toThrow(new SettingsError(message));
  });
});

test('a key of a newer deployment does not keep an older function from its work, a wrong value does', () => {
  const read = (settings: unknown) =>
    readEnvironment('merge', { ...GIVEN, LOCKSTEP_SETTINGS: JSON.stringify(settings) });
  expect(read({ apiReserve: 0.5, fromTheFuture: 1 }).settings.apiReserve).toBe(0.5);
  expect(() => read({ apiReserve: 2, fromTheFuture: 1 })).toThrow('lockstep.apiReserve');
});

test('settings of the sandbox are taken where it says that the engines are elsewhere, and on AWS they are not', () => {
  const given = { ...GIVEN, LOCKSTEP_SETTINGS: '{"sandbox":true,"auth":"none","cycleLeaseSeconds":10}' };
  expect(() => readEnvironment('poll', given)).toThrow('poll: lockstep.sandbox: may not be deployed');
  const there = { ...given, AWS_ENDPOINT_URL_DYNAMODB: 'http://127.0.0.1:1' };
  expect(readEnvironment('poll', there).settings.auth).toBe('none');
});

describe('the settings', () => {
  test.each([
    { salesforceSecretName: 'team/salesforce' },
    {
      salesforceSecretName: 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:lockstep/salesforce-AbC123',
      salesforceSecretKeyArn: 'arn:aws:kms:eu-central-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab',
    },
  ])('%j is taken', (given) => {
    expect(parseSettings(given)).toMatchObject(given);
  });

  test('let the marketing side win, and leave out nothing, where nothing is said', () => {
    expect(syncPolicy(parseSettings(undefined))).toMatchObject({
      conflictWinner: { Lead: 'local', Contact: 'local' },
      fields: { exclude: [], pullOnly: [], pushOnly: [], conflictWinner: {} },
    });
  });

  test.each([
    [{ apiReserve: 2 }, 'lockstep.apiReserve'],
    [{ objects: [] }, 'lockstep.objects'],
    [{ objects: ['Account'] }, 'lockstep.objects.0'],
    [{ conflictWinner: { Lead: 'newest' } }, 'lockstep.conflictWinner.Lead'],
    [{ auth: { jwt: {} } }, 'lockstep.auth'],
    [{ activityRetentionDays: 0.5 }, 'lockstep.activityRetentionDays'],
    [{ scheduleEnable: true }, 'lockstep: '],
    [{ auth: 'none' }, 'lockstep.auth: "none" is allowed only in the sandbox'],
    [{ auth: { jwt: { issuer: 'https://login.example.com', audience: [] } } }, 'lockstep.auth'],
    [{ auth: { jwt: { issuer: 'https://login.example.com', audience: [''] } } }, 'lockstep.auth'],
    [{ auth: { jwt: { issuer: '', audience: ['lockstep'] } } }, 'lockstep.auth'],
    [{ pushLeaseSeconds: 600 }, 'lockstep.pushLeaseSeconds: takes 645 at least'],
    [{ salesforceTimeoutSeconds: 45, pushLeaseSeconds: 644 }, 'lockstep.pushLeaseSeconds: takes 645 at least'],
    [{ salesforceTimeoutSeconds: 46 }, 'lockstep.salesforceTimeoutSeconds: Too big'],
    [{ cycleLeaseSeconds: 840 }, 'lockstep.cycleLeaseSeconds: takes more than 840'],
    [{ lagSeconds: 1 }, 'lockstep.lagSeconds: takes 2 at least'],
    [{ objects: ['Lead', 'Lead'] }, 'lockstep.objects: names an object twice'],
    [{ salesforceSecretName: 'arn:aws:s3:::bucket' }, 'lockstep.salesforceSecretName'],
    [{ salesforceSecretKeyArn: 'alias/key' }, 'lockstep.salesforceSecretKeyArn'],
    [{ duplicates: { onAlert: 'merge' } }, 'lockstep.duplicates.onAlert'],
    [{ sandbox: true, salesforceTimeoutSeconds: 10, pushLeaseSeconds: 10 }, 'lockstep.pushLeaseSeconds: takes 11'],
  ])('%j is refused in one line that names it', (given, name) => {
    const outcome = { name: 'SettingsError', message: expect.stringMatching(new RegExp(`^${name}.*$`)) };
    expect(() => parseSettings(given)).toThrow(expect.objectContaining(outcome));
  });
});
