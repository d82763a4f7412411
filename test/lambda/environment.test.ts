import { describe, expect, test } from 'vitest';
import { readEnvironment } from '../../lib/lambda/environment.ts';
import { parseSettings, SettingsError, syncPolicy } from '../../lib/lambda/settings.ts';

const GIVEN = {
  TABLE_NAME: 'table',
  CHANGES_QUEUE_URL: 'https://queue',
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
      'poll: environment variable missing or empty: TABLE_NAME, CHANGES_QUEUE_URL, DEAD_LETTER_QUEUE_URL, MISSED_POLLS_QUEUE_URL',
    ],
    [{ ...GIVEN, LOCKSTEP_SETTINGS: '{' }, 'LOCKSTEP_SETTINGS is not JSON'],
  ])('that lacks something fails in one line that names it', (given, message) => {
    expect(() => readEnvironment('poll', given)).toThrow(new SettingsError(message));
  });
});

describe('the settings', () => {
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
  ])('%j is refused in one line that names it', (given, name) => {
    const outcome = { name: 'SettingsError', message: expect.stringMatching(new RegExp(`^${name}.*$`)) };
    expect(() => parseSettings(given)).toThrow(expect.objectContaining(outcome));
  });
});
