import { SALESFORCE_TYPES, type SalesforceType } from '../../person/row.ts';
import { STORE_PARALLELISM } from '../in-parallel.ts';
import type { PersonStore } from '../ports/person-store.ts';
import type { Ports } from '../ports/ports.ts';
import type { CreateAnswer, SalesforceRecords } from '../ports/salesforce-records.ts';
import { type Gathering, inChunks, type Together } from './gathering.ts';

/**
 * The ports for many concurrent syncs of single persons: Salesforce calls and store reads of all syncs are gathered
 * into batches. Every port keeps the guarantees of the original.
 */
export function gatheredPorts(ports: Ports, gathering: Gathering): Ports {
  return {
    ...ports,
    persons: overriding(ports.persons, { ...gatheredReads(ports, gathering), ...inTurns(ports.persons) }),
    records: overriding(ports.records, gatheredRecords(ports, gathering)),
    feed: overriding(ports.feed, { describe: once(() => ports.feed.describe(SALESFORCE_TYPES)) }),
    state: overriding(ports.state, { loadSchema: remembered((type) => ports.state.loadSchema(type)) }),
  };
}

const ANY = Number.POSITIVE_INFINITY;

function gatheredReads({ persons }: Ports, gathering: Gathering): Pick<PersonStore, 'get' | 'items'> {
  const itemsOf = gathering.gathered(
    inChunks<readonly string[], Awaited<ReturnType<PersonStore['items']>>>(
      () => '',
      () => ANY,
      async (asks) => {
        const items = await persons.items([...new Set(asks.flat())]);
        return asks.map(() => items);
      },
    ),
  );
  const get = gathering.gathered(
    inChunks<string, Awaited<ReturnType<PersonStore['get']>>>(
      () => '',
      () => ANY,
      async (asks) => {
        const found = await persons.getMany([...new Set(asks)]);
        return asks.map((personId) => found.get(personId));
      },
    ),
  );
  return { get, items: itemsOf };
}

/** Limits the number of concurrent writes. */
function inTurns(persons: PersonStore): Pick<PersonStore, 'takeLease' | 'update' | 'create' | 'saveStub'> {
  const turns = new Turns(STORE_PARALLELISM);
  return {
    takeLease: (...given) => turns.take(() => persons.takeLease(...given)),
    update: (...given) => turns.take(() => persons.update(...given)),
    create: (...given) => turns.take(() => persons.create(...given)),
    saveStub: (...given) => turns.take(() => persons.saveStub(...given)),
  };
}

class Turns {
  #left: number;
  readonly #waiting: (() => void)[] = [];

  constructor(most: number) {
    this.#left = most;
  }

  async take<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.#left > 0) this.#left -= 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#left += 1;
      else next();
    }
  }
}

type Gathered = Pick<SalesforceRecords, 'find' | 'createLead' | 'push' | 'read'>;
type Given<Name extends keyof Gathered> = Parameters<SalesforceRecords[Name]>;
type Answered<Name extends keyof Gathered> = Awaited<ReturnType<SalesforceRecords[Name]>>;

function gatheredRecords({ records }: Ports, gathering: Gathering): Gathered {
  const find = gathering.gathered(foundTogether(records));
  const createLead = gathering.gathered(createdTogether(records));
  const push = gathering.gathered(pushedTogether(records));
  const read = gathering.gathered(readTogether(records));
  return {
    find: (...given) => find(given),
    createLead: async (...given) => (await createLead(given))(),
    // A sync of one person pushes one row.
    push: (...given) => (given[1].length === 1 ? push(given) : records.push(...given)),
    read: (...given) => read(given),
  };
}

function foundTogether(records: SalesforceRecords): Together<Given<'find'>, Answered<'find'>> {
  return inChunks(
    ([, columns]) => JSON.stringify(columns),
    () => ANY,
    (asks, [, columns]) => {
      const queries = asks.map(([query]) => query);
      return records.findEach(queries, columns);
    },
  );
}

/** Returns the answer, or throws the error, of a single creation when called. */
function createdTogether(records: SalesforceRecords): Together<Given<'createLead'>, () => CreateAnswer> {
  return inChunks(
    ([, , columns, options]) => JSON.stringify([columns, options]),
    () => records.maxCreateBatch,
    async (asks, [, , columns, options]) => {
      const leads = asks.map(([key, record]) => ({ key, record }));
      const answers = await records.createLeads(leads, columns, options);
      return answers.map((answer) => () => {
        if (answer.kind === 'failed') throw answer.error;
        return answer;
      });
    },
  );
}

function pushedTogether(records: SalesforceRecords): Together<Given<'push'>, Answered<'push'>> {
  return inChunks(
    ([type, , columns]) => JSON.stringify([type, columns]),
    () => records.maxPushBatch,
    async (asks, [type, , columns]) => {
      const pushes = asks.flatMap(([, each]) => each);
      return (await records.push(type, pushes, columns)).map((answer) => [answer]);
    },
  );
}

function readTogether(records: SalesforceRecords): Together<Given<'read'>, Answered<'read'>> {
  return inChunks(
    ([type, , columns]) => JSON.stringify([type, columns]),
    () => ANY,
    async (asks, [type, , columns]) => {
      const rows = await records.read(type, [...new Set(asks.flatMap(([, ids]) => ids))], columns);
      return asks.map(() => rows);
    },
  );
}

/** Shares the first call's answer; after a failure the next caller asks again. */
function once<Answer>(ask: () => Promise<Answer>): () => Promise<Answer> {
  let known: Promise<Answer> | undefined;
  return () => {
    known ??= ask().catch((error: unknown) => {
      known = undefined;
      throw error;
    });
    return known;
  };
}

function remembered<Answer>(ask: (type: SalesforceType) => Promise<Answer>): (type: SalesforceType) => Promise<Answer> {
  const known = new Map<SalesforceType, () => Promise<Answer>>();
  return (type) => {
    const asking = known.get(type) ?? once(() => ask(type));
    known.set(type, asking);
    return asking();
  };
}

/** The port with some methods replaced. */
function overriding<Port extends object>(port: Port, methods: Partial<Port>): Port {
  return new Proxy(port, {
    get: (target, name) => {
      if (Object.hasOwn(methods, name)) return Reflect.get(methods, name);
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}
