import { describe, expect, test } from 'vitest';
import { QuotaExceededError } from '../../lib/sync/errors.ts';
import { msBetween } from '../../lib/sync/instants.ts';
import { readPersonSync } from '../../lib/sync/operate/read-person-sync.ts';
import type { Ports } from '../../lib/sync/ports/ports.ts';
import { TwoSides } from './two-sides.ts';

const HOUR_MS = 3_600_000;
const UNKNOWN = { statusCode: 'SOMETHING_NEW', message: 'Nobody knows this' };
const LOCKED = { statusCode: 'UNABLE_TO_LOCK_ROW', message: 'unable to obtain exclusive access to this record' };
const FULL = { statusCode: 'STORAGE_LIMIT_EXCEEDED', message: 'storage limit exceeded' };
const RULE = { object: 'Lead', name: 'NoCto', errorWhen: "Title = 'CTO'", message: 'No CTOs' };

/** A person whose edit Salesforce refuses, and the days that follow, cycle by cycle. */
class Refused {
  readonly personId: string;
  readonly sides: TwoSides;
  /** The hours since the first push at which one was sent. */
  readonly hours: number[] = [];
  #first = '';

  constructor(sides: TwoSides, personId: string) {
    this.sides = sides;
    this.personId = personId;
    sides.client.hooks.before = (_subrequests, writes) => {
      const now = sides.clock.now();
      if (!writes) return;
      this.#first ||= now;
      this.hours.push(Math.round((msBetween(this.#first, now) / HOUR_MS) * 10) / 10);
    };
  }

  static async by(path: 'faults' | 'validation-rules', refusal: object): Promise<Refused> {
    const sides = new TwoSides();
    const { personId } = await sides.linkedPerson();
    sides.control(path, refusal);
    await sides.edit(personId, { Title: 'CTO' });
    return new Refused(sides, personId);
  }

  static byCode(error: object): Promise<Refused> {
    return Refused.by('faults', { kind: 'recordError', object: 'Lead', fields: [], ...error });
  }

  get person() {
    return this.sides.person(this.personId);
  }

  get told() {
    return this.sides.logged(this.personId, 'rejected').map(({ detail }) => detail.code);
  }

  state() {
    return readPersonSync(this.sides.ports, this.person, true);
  }

  async cycles(count: number, over: Partial<Ports> = {}): Promise<void> {
    for (let cycle = 0; cycle < count; cycle += 1) {
      this.sides.clock.advance(290_000);
      await this.sides.poll(over);
      while (this.sides.queue.waiting.length > 0) await this.sides.merge();
    }
  }

  mend(): void {
    this.sides.org.handle({ method: 'DELETE', path: '/_org/faults', headers: {}, body: undefined });
    const { object, name } = RULE;
    this.sides.org.handle({ method: 'DELETE', path: '/_org/validation-rules', headers: {}, body: { object, name } });
  }
}

const HOURS = 12;

describe('a refusal of a code that nobody knows', () => {
  test('is told at once, and tried again after an hour, four hours, a day, and so on each day', async () => {
    const refused = await Refused.byCode(UNKNOWN);
    await refused.cycles(1);
    expect(refused.person.rejection).toMatchObject({ code: UNKNOWN.statusCode, fields: ['Title'] });
    expect((await refused.state()).nextTry?.at).toBe(refused.person.rejection?.retryAt);
    await refused.cycles(80 * HOURS);
    // A turn comes every half hour.
    expect(refused.hours).toEqual([0, 1.3, 5.3, 29.3, 53.3, 77.3]);
    expect(refused.told).toEqual([UNKNOWN.statusCode]);
  });

  test('ends by itself once Salesforce takes the edit', async () => {
    const refused = await Refused.byCode(UNKNOWN);
    await refused.cycles(1);
    refused.mend();
    await refused.cycles(2 * HOURS);
    expect(refused.person).toMatchObject({ rejection: null, pending: {}, fields: { Title: 'CTO' } });
    expect(refused.sides.record('Lead', refused.person.salesforce?.id ?? '').Title).toBe('CTO');
  });
});

describe('a refusal of the moment', () => {
  test('that lasts says so in the status from the first try on, and in the log by the third', async () => {
    const refused = await Refused.byCode(LOCKED);
    for (const times of [1, 2]) {
      await refused.cycles(1);
      const message = expect.stringContaining(`the last ${times} pushes`);
      expect(await refused.state()).toMatchObject({ status: 'pending', rule: { code: LOCKED.statusCode, message } });
      expect(refused.told).toEqual([]);
    }
    await refused.cycles(1);
    expect(refused.told).toEqual([LOCKED.statusCode]);
    expect(await refused.state()).toMatchObject({ status: 'rejected', rule: { code: LOCKED.statusCode } });
    expect(refused.person.tried).toBeNull();
  });

  test('is tried again after an hour, four hours, a day, and told once', async () => {
    const refused = await Refused.byCode(LOCKED);
    await refused.cycles(35 * HOURS);
    expect(refused.hours).toEqual([0, 0.1, 0.2, 1.3, 5.3, 29.3]);
    expect(refused.told).toEqual([LOCKED.statusCode]);
  });

  test('that passes is told nowhere', async () => {
    const refused = await Refused.byCode({ ...LOCKED, times: 2 });
    await refused.cycles(3);
    expect(refused.person).toMatchObject({ rejection: null, pending: {}, tried: null });
    expect(refused.told).toEqual([]);
  });

  test('several times within one cycle has not lasted', async () => {
    const refused = await Refused.byCode(LOCKED);
    for (let time = 0; time < 5; time += 1) await refused.sides.cycle();
    expect(refused.person).toMatchObject({ rejection: null, tried: { times: 5 } });
  });

  test('of earlier edits counts for no later one', async () => {
    const refused = await Refused.byCode({ ...LOCKED, times: 2 });
    await refused.cycles(2);
    await refused.sides.edit(refused.personId, { Title: null });
    expect(refused.person).toMatchObject({ pending: {}, tried: { times: 2 } });
    await refused.sides.edit(refused.personId, { Title: 'CEO' });
    expect((await refused.state()).rule?.code).toBe('NEXT_CYCLE');
  });
});

test('a state of the whole org parks nobody: the person says why, and the next cycle tries again', async () => {
  const refused = await Refused.byCode(FULL);
  await refused.cycles(5);
  expect(refused.hours).toHaveLength(5);
  const { status, rule, lastTry } = await refused.state();
  expect({ status, told: refused.told }).toEqual({ status: 'pending', told: [] });
  expect(rule?.message).toContain(FULL.statusCode);
  expect(lastTry?.at).toBe(refused.person.tried?.at);
  refused.mend();
  await refused.cycles(1);
  expect(refused.person).toMatchObject({ pending: {}, tried: null });
});

describe('a refusal by a rule of the org', () => {
  test('is tried again once a day, and told once', async () => {
    const refused = await Refused.by('validation-rules', RULE);
    await refused.cycles(75 * HOURS);
    expect(refused.hours).toEqual([0, 24.3, 48.3, 72.3]);
    expect(refused.told).toHaveLength(1);
  });

  test('counts once, however often it is tried: an alarm over many rejections is about new ones', async () => {
    const refused = await Refused.by('validation-rules', RULE);
    await refused.cycles(50 * HOURS);
    expect(refused.hours).toHaveLength(3);
    const { items } = await refused.sides.state.cycles(51 * HOURS, null);
    expect(items.map(({ rejected }) => rejected).filter((rejected) => rejected > 0)).toEqual([1]);
  });

  test('ends within a day once the rule is gone', async () => {
    const refused = await Refused.by('validation-rules', RULE);
    await refused.cycles(1);
    refused.mend();
    await refused.cycles(25 * HOURS);
    expect(refused.person).toMatchObject({ rejection: null, pending: {}, fields: { Title: 'CTO' } });
  });
});

test('a record out of sight is looked for once a day', async () => {
  const sides = new TwoSides();
  const { personId, salesforce } = await sides.linkedPerson();
  const refused = new Refused(sides, personId);
  const show = (visible: boolean) => sides.control('sharing', { object: 'Lead', id: salesforce?.id, visible });
  show(false);
  await sides.edit(personId, { Title: 'CTO' });
  await refused.cycles(1);
  expect(refused.person.rejection?.code).toBe('RECORD_NOT_VISIBLE');
  const calls = sides.client.usage().calls;
  await refused.cycles(20 * HOURS);
  expect(sides.client.usage().calls - calls).toBe(20 * HOURS);
  show(true);
  await refused.cycles(5 * HOURS);
  expect(refused.person).toMatchObject({ rejection: null, pending: {}, fields: { Title: 'CTO' } });
});

test('who has no record that could be written to is not tried again', async () => {
  const refused = await Refused.by('validation-rules', RULE);
  await refused.cycles(1);
  refused.sides.remove('Lead', refused.person.salesforce?.id ?? '');
  await refused.cycles(1);
  const { hours, person } = refused;
  expect((await refused.state()).nextTry?.at ?? null).toBeNull();
  await refused.cycles(26 * HOURS);
  expect(refused.hours).toEqual(hours);
  expect(refused.person.revision).toBe(person.revision);
});

describe('the turns of retries', () => {
  test('wait while the calls for background work are used up', async () => {
    const refused = await Refused.by('validation-rules', RULE);
    await refused.cycles(1);
    const { feed } = refused.sides.ports;
    const open = () => Promise.reject(new QuotaExceededError('the reserve'));
    await refused.cycles(26 * HOURS, { feed: { ...feed, open } });
    expect(refused.hours).toEqual([0]);
    expect(refused.person.rejection).not.toBeNull();
    await refused.cycles(HOURS);
    expect(refused.hours).toHaveLength(2);
  });

  test('take 250 persons each, whose rejection is oldest first', async () => {
    const refused = await Refused.by('validation-rules', RULE);
    const { sides } = refused;
    await refused.cycles(1);
    for (let n = 0; n < 260; n += 1) sides.insert('Lead', { LastName: `L${n}`, Company: 'C' });
    await refused.cycles(1);
    for (const { personId } of sides.persons.all()) await sides.edit(personId, { Title: 'CTO' });
    await refused.cycles(1);
    const tries = () => sides.persons.all().map(({ rejection }) => rejection?.at ?? '');
    const [first] = tries();
    sides.clock.advance(25 * HOUR_MS);
    const again = async (): Promise<number> => {
      const before = tries();
      await refused.cycles(6);
      return tries().filter((at, person) => at !== before[person]).length;
    };
    expect(await again()).toBe(250);
    expect(refused.person.rejection?.at).not.toBe(first);
    expect([await again(), await again()]).toEqual([11, 0]);
  });
});
