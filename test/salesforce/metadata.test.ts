import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { API_VERSION } from '../../lib/salesforce/client.ts';
import { PERSON_ID_FIELD, STANDARD_FIELDS } from '../../lib/schema/catalogue.ts';

const ROOT = join(import.meta.dirname, '../../salesforce');
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const files = globSync('**/*.xml', { cwd: ROOT });

/** The texts of an element, wherever it stands. */
const texts = (xml: string, element: string): string[] =>
  [...xml.matchAll(new RegExp(`<${element}>([^<]*)</${element}>`, 'g'))].map((match) => match[1] ?? '');

/** Names of elements that are opened and closed in the wrong order; none where the document is well formed. */
function misnested(xml: string): string[] {
  const open: string[] = [];
  const wrong: string[] = [];
  for (const [, close, name = ''] of xml.matchAll(/<(\/?)([A-Za-z]+)(?:\s[^>]*)?>/g)) {
    if (close === '') open.push(name);
    else if (open.pop() !== name) wrong.push(name);
  }
  return [...wrong, ...open];
}

test.each(files)('%s is well formed and of the metadata namespace', (path) => {
  const xml = read(path);
  expect(xml).toMatch(
    /^<\?xml version="1\.0" encoding="UTF-8"\?>\n<\w+ xmlns="http:\/\/soap\.sforce\.com\/2006\/04\/metadata">/,
  );
  expect(misnested(xml)).toEqual([]);
  expect(xml).not.toMatch(/&(?!amp;|lt;|gt;|quot;|apos;)/);
});

test('the project deploys with the API version that the product speaks', () => {
  const project = JSON.parse(read('sfdx-project.json')) as {
    packageDirectories: { path: string }[];
    sourceApiVersion: string;
  };
  expect(project.sourceApiVersion).toBe(API_VERSION);
  for (const { path } of project.packageDirectories)
    expect(files.some((file) => file.startsWith(`${path}/`))).toBe(true);
});

describe.each(['Lead', 'Contact'])('%s', (object) => {
  test('carries a unique external id that holds every personId', () => {
    const xml = read(`main/default/objects/${object}/fields/${PERSON_ID_FIELD}.field-meta.xml`);
    expect(texts(xml, 'fullName')).toEqual([PERSON_ID_FIELD]);
    expect(texts(xml, 'externalId')).toEqual(['true']);
    expect(texts(xml, 'unique')).toEqual(['true']);
    expect(Number(texts(xml, 'length')[0])).toBe(crypto.randomUUID().length);
  });

  test('can be read, created and edited by the sync user, and not deleted', () => {
    const xml = read('main/default/permissionsets/Lockstep_Sync.permissionset-meta.xml');
    const permissions = [...xml.matchAll(/<objectPermissions>([\s\S]*?)<\/objectPermissions>/g)].map(
      (match) => match[1] ?? '',
    );
    const own = permissions.find((text) => texts(text, 'object').includes(object)) ?? '';
    for (const granted of ['allowCreate', 'allowEdit', 'allowRead', 'viewAllRecords']) {
      expect(texts(own, granted)).toEqual(['true']);
    }
    expect(texts(own, 'allowDelete')).toEqual(['false']);
    expect(texts(xml, 'field')).toContain(`${object}.${PERSON_ID_FIELD}`);
  });

  test('shows the sync user no standard field that does not sync', () => {
    const xml = read('main/default/permissionsets/Lockstep_Standard_Fields.permissionset-meta.xml');
    const known = new Set([...STANDARD_FIELDS.values()].map((field) => field[object as 'Lead' | 'Contact']));
    const granted = texts(xml, 'field').filter((name) => name.startsWith(`${object}.`));
    // The parts of an address are granted together, by their compound field.
    const compounds = new Set(['Lead.Address', 'Contact.MailingAddress']);
    const unknown = granted.filter((name) => !compounds.has(name) && !known.has(name.slice(object.length + 1)));
    expect(granted.length).toBeGreaterThan(10);
    expect(unknown).toEqual([]);
  });
});

test('a converted Lead hands its person id on to the Contact', () => {
  const xml = read('lead-conversion/main/default/LeadConvertSettings/LeadConvertSettings.LeadConvertSetting-meta.xml');
  expect([texts(xml, 'inputObject'), texts(xml, 'inputField')]).toEqual([['Lead'], [PERSON_ID_FIELD]]);
  expect([texts(xml, 'outputObject'), texts(xml, 'outputField')]).toEqual([['Contact'], [PERSON_ID_FIELD]]);
});
