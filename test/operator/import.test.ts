import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { importFile } from '../../lib/operator/import/import-file.ts';
import type { ImportApi, SavedPerson } from '../../lib/operator/import/person-api.ts';

const folder = mkdtempSync(join(tmpdir(), 'lockstep-import-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const FIELDS = [
  { field: 'Email', apiName: 'Email', label: 'Email', type: 'email' },
  { field: 'LastName', apiName: 'LastName', label: 'Last Name', type: 'string' },
  { field: 'Score__c', apiName: 'Score__c', label: 'Score', type: 'double' },
  { field: 'DoNotCall', apiName: 'DoNotCall', label: 'Do Not Call', type: 'boolean' },
  { field: 'Street', apiName: 'Street', label: 'Street', type: 'textarea' },
  { field: 'Street', apiName: 'MailingStreet', label: 'Mailing Street', type: 'textarea' },
  { field: 'Phone', apiName: 'Phone', label: 'Number', type: 'phone' },
  { field: 'Fax', apiName: 'Fax', label: 'Number', type: 'phone' },
  { field: null, apiName: 'Photo__c', label: 'Photo', type: 'base64' },
] as const;

type Person = Readonly<Record<string, unknown>>;

/** An API that keeps what it is sent, and refuses whom it is told to. */
class FakeApi implements ImportApi {
  readonly batches: Person[][] = [];
  readonly lists: (readonly string[])[] = [];
  answer: (person: Person) => SavedPerson = ({ Email }) => ({ status: 201, personId: `id of ${String(Email)}` });

  async fields() {
    return FIELDS;
  }

  async save(persons: readonly { readonly fields: object }[]) {
    const some = persons.map(({ fields }) => fields as Person);
    const results = some.map((person) => this.answer(person));
    this.batches.push(some);
    return results;
  }

  async syncPersons(personIds: readonly string[]) {
    this.lists.push(personIds);
    return `job-${this.lists.length}`;
  }

  async job() {
    return { state: 'done', total: 0 } as const;
  }
}

let files = 0;

function fileOf(text: string | Buffer): string {
  files += 1;
  const file = join(folder, `persons-${files}.csv`);
  writeFileSync(file, text);
  return file;
}

const refusedOf = (file: string) => {
  const place = file.replace('.csv', '.refused.csv');
  return existsSync(place) ? readFileSync(place, 'utf8') : null;
};

function run(file: string, api = new FakeApi(), syncs = false) {
  return importFile({ file, api, syncs, onProgress: () => undefined, signal: new AbortController().signal });
}

async function imported(text: string | Buffer): Promise<Person[]> {
  const api = new FakeApi();
  await run(fileOf(text), api);
  return api.batches.flat();
}

const ADA = { Email: 'ada@example.com', LastName: 'Lovelace' };

describe('a CSV', () => {
  test.each([
    ['with a byte order mark', '\ufeffEmail,LastName\nada@example.com,Lovelace\n'],
    ['with CRLF', 'Email,LastName\r\nada@example.com,Lovelace\r\n'],
    ['without an end of the last line', 'Email,LastName\nada@example.com,Lovelace'],
    ['with empty lines', 'Email,LastName\n\nada@example.com,Lovelace\n\n'],
    ['with quotes', '"Email","LastName"\n"ada@example.com","Lovelace"\n'],
    ['with labels, in any case', 'EMAIL,last name\nada@example.com,Lovelace\n'],
    ['with spaces around its names', 'Email , LastName\nada@example.com,Lovelace\n'],
  ])('%s is read', async (_what, text) => {
    expect(await imported(text)).toEqual([ADA]);
  });

  test('keeps commas, quotes and ends of lines within quotes', async () => {
    const text = 'Email,LastName,Street\na@example.com,"O""Neil, Jr.","12 St\r\nJames Square"\n';
    const street = '12 St\r\nJames Square';
    expect(await imported(text)).toEqual([{ Email: 'a@example.com', LastName: 'O"Neil, Jr.', Street: street }]);
  });

  test('gives values by the types of their fields, and leaves empty cells out', async () => {
    const text =
      'Email,Score,Do Not Call,MailingStreet\na@x.org,12.5,yes,\nb@x.org,a lot,perhaps,S\nc@x.org,,false, \n';
    expect(await imported(text)).toEqual([
      { Email: 'a@x.org', Score__c: 12.5, DoNotCall: true },
      { Email: 'b@x.org', Score__c: 'a lot', DoNotCall: 'perhaps', Street: 'S' },
      { Email: 'c@x.org', DoNotCall: false },
    ]);
  });

  test('without a line imports nothing', async () => {
    expect(await imported('Email,LastName\n')).toEqual([]);
  });

  test.each([
    ['nothing at all', '', 'is empty: the first line must name the columns'],
    ['semicolons', 'Email;LastName\nada@example.com;Lovelace\n', 'is separated by semicolons: save it with commas'],
    ['tabs', 'Email\tLastName\n', 'is separated by tabs: save it with commas'],
    ['a name twice', 'Email,LastName,email\n', 'columns 1 and 3 are both Email'],
    ['a field twice', 'Email,Street,Mailing Street\n', 'columns 2 and 3 are both Street'],
    ['a column without a name', 'Email,,LastName\n', 'column 2 has no name'],
    ['an unknown name', 'Email,Nickname\n', 'column 2: "Nickname" is neither the API name nor the label of a field'],
    ['a field that does not sync', 'Email,Photo\n', 'column 2: "Photo" does not sync'],
    ['the label of two fields', 'Email,Number\n', 'column 2: "Number" is the label of Phone and Fax: use the API name'],
    ['no Email', 'LastName\nLovelace\n', 'there is no column Email'],
    ['a quote that does not end', 'Email,LastName\n"ada@example.com,Lovelace\n', 'is no CSV at line'],
    ['a quote in the middle', 'Email,LastName\nada@"example.com,Lovelace\n', 'is no CSV at line 2'],
  ])('of %s is refused in one line', async (_what, text, message) => {
    const error = await run(fileOf(text)).then(
      () => undefined,
      (cause: Error) => cause,
    );
    expect(error).toMatchObject({ name: 'UsageError', message: expect.stringContaining(message) });
    expect(error?.message).not.toContain('\n');
  });

  test('that is not there is refused in one line', async () => {
    await expect(run(join(folder, 'none.csv'))).rejects.toMatchObject({ name: 'UsageError' });
    await expect(run(folder)).rejects.toMatchObject({ name: 'UsageError' });
  });
});

describe('an import', () => {
  test('writes the lines that were refused with why, to be mended and imported as they are', async () => {
    const file = fileOf('Email,LastName\na@x.org,A\nb@x.org\nc@x.org,C,more\nd@x.org,"D, D"\n');
    const api = new FakeApi();
    api.answer = ({ Email }) => {
      const fields = [{ field: 'LastName', reason: 'is too long' }];
      const problem = { title: 'Invalid fields', detail: 'some fields', fields };
      return Email === 'd@x.org' ? { status: 400, personId: null, problem } : { status: 200, personId: 'id' };
    };
    expect(await run(file, api)).toMatchObject({ saved: 1, refused: 3 });
    expect(refusedOf(file)).toBe(
      [
        'Email,LastName,refused because',
        'b@x.org,"has 1 cells, the header 2"',
        'c@x.org,C,more,"has 3 cells, the header 2"',
        'd@x.org,"D, D",LastName: is too long',
        '',
      ].join('\n'),
    );
    const mended = fileOf('Email,LastName,refused because\nd@x.org,D,LastName: is too long\n');
    const again = new FakeApi();
    await run(mended, again);
    expect(again.batches).toEqual([[{ Email: 'd@x.org', LastName: 'D' }]]);
    // Nothing was refused this time.
    expect(refusedOf(mended)).toBeNull();
  });

  test('sends 500 persons a call, and syncs them 10,000 a job', async () => {
    const lines = Array.from({ length: 10_700 }, (_, at) => `p${at}@example.com,Person ${at}`);
    const file = fileOf(`Email,LastName\n${lines.join('\n')}\n`);
    const api = new FakeApi();
    expect(await run(file, api, true)).toMatchObject({ saved: 10_700, jobs: ['job-1', 'job-2'] });
    expect(api.batches.map(({ length }) => length)).toEqual([...Array.from({ length: 21 }, () => 500), 200]);
    expect(api.lists.map(({ length }) => length)).toEqual([10_000, 700]);
    expect(existsSync(`${file}.position`)).toBe(false);
  });

  test('that was stopped goes on where it was, and forgets what it wrote after that', async () => {
    const lines = Array.from({ length: 1200 }, (_, at) => `p${at}@example.com,${at % 400 === 7 ? 'x,y' : 'P'}`);
    const file = fileOf(`Email,LastName\n${lines.join('\n')}\n`);
    const stopped = new FakeApi();
    stopped.answer = ({ Email }) => {
      if (Email === 'p600@example.com') throw new Error('the line is dead');
      return { status: 201, personId: `id of ${String(Email)}` };
    };
    await expect(run(file, stopped, true)).rejects.toThrow('the line is dead');
    expect(stopped.batches.map(({ length }) => length)).toEqual([498]);
    writeFileSync(file.replace('.csv', '.refused.csv'), `${refusedOf(file)}written and not remembered`);
    const api = new FakeApi();
    expect(await run(file, api, true)).toMatchObject({ saved: 1197, refused: 3 });
    expect(api.batches.map(({ length }) => length)).toEqual([499, 200]);
    expect(api.lists.map(({ length }) => length)).toEqual([1197]);
    expect(refusedOf(file)?.trim().split('\n')).toHaveLength(4);
  });

  test('of a file that has changed meanwhile is refused', async () => {
    const file = fileOf('Email,LastName\na@x.org,A\n');
    const api = new FakeApi();
    api.answer = () => ({ status: 503, personId: null });
    await expect(run(file, api)).rejects.toThrow('could not save');
    writeFileSync(`${file}.position`, JSON.stringify({ size: 1, header: ['Email'], lines: 0 }));
    await expect(run(file)).rejects.toMatchObject({
      name: 'UsageError',
      message: expect.stringContaining('has changed'),
    });
    writeFileSync(`${file}.position`, 'no JSON');
    await expect(run(file)).rejects.toMatchObject({ name: 'UsageError' });
  });
});
