import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { eventually, type RunningSandbox, runSandbox } from '../integration/running-sandbox.ts';
import { violationsOn } from './axe.ts';
import { openBrowser, openPage, type WatchedPage, whyNoBrowser } from './browser.ts';
import { tabTo } from './tab-to.ts';

const LIMIT = { timeout: 600_000 };

/** Where the pictures of the README go: set LOCKSTEP_PICTURES=1 to take them anew. */
const PICTURES = fileURLToPath(new URL('../../lib/console/pictures', import.meta.url));

const browser: Browser | undefined = await openBrowser();
let sandbox: RunningSandbox;

beforeAll(async () => {
  if (browser === undefined) return;
  // The schedule fires once; every further cycle is run from the page.
  sandbox = await runSandbox({ cycleSeconds: 86_400, lagSeconds: 0 });
}, 600_000);

afterAll(async () => {
  await browser?.close();
  await sandbox?.close();
}, 600_000);

const at = (place: string) => `${sandbox.sandbox.apiUrl}/${place}`;

async function picture(page: Page, name: string): Promise<void> {
  if (process.env.LOCKSTEP_PICTURES === undefined) return;
  mkdirSync(PICTURES, { recursive: true });
  await page.evaluate('document.activeElement?.blur()');
  await page.screenshot({ path: `${PICTURES}/${name}.png` });
}

/** Runs a cycle from the pane and waits until its merges are done. */
async function runCycle(page: Page): Promise<void> {
  await sandbox.admin.control('POST clock', { advanceSeconds: 10 });
  await page.getByRole('button', { name: 'Run a cycle now' }).click();
  await page.getByText('The cycle has ended.').waitFor();
  for (;;) {
    if ((await sandbox.api.status()).backlog.messages === 0) return;
    await page.waitForTimeout(100);
  }
}

/** Types a new value for a field on the page of a person and saves it. */
async function edit(page: Page, field: string, value: string): Promise<void> {
  await page.getByRole('link', { name: `Edit ${field}`, exact: true }).click();
  const input = page.getByRole('main').getByRole('textbox', { name: field, exact: true });
  await input.fill(value);
  await input.press('Enter');
  await input.waitFor({ state: 'detached' });
}

async function createPerson(name: string) {
  const fields = { Email: `${name.toLowerCase()}@example.com`, FirstName: 'Ada', LastName: name, Company: 'Engines' };
  const synced = await sandbox.api.syncPerson({ ...fields, Title: 'Analyst' });
  if (synced.kind !== 'synced') throw new Error(synced.type);
  return synced.person;
}

if (browser === undefined) {
  test.todo(whyNoBrowser());
}

describe.skipIf(browser === undefined)('the console', LIMIT, () => {
  let opened: WatchedPage;
  let page: Page;

  beforeEach(async () => {
    if (browser === undefined) return;
    opened = await openPage(browser);
    page = opened.page;
    return () => opened.close();
  });

  test('a refused person: found, understood, fixed, in step again', async () => {
    const person = await createPerson('Refused');
    await page.goto(at(`#/person/${person.personId}`));
    await page.getByText('Add a validation rule').click();
    await page.getByRole('button', { name: 'Add the rule' }).click();
    await page.getByText('The rule is active.').waitFor();
    await edit(page, 'Title', 'Boss');
    await runCycle(page);

    await page.getByRole('link', { name: 'Refused' }).first().click();
    await page.getByRole('cell', { name: '“Nobody is a boss here” (FIELD_CUSTOM_VALIDATION_EXCEPTION)' }).waitFor();
    await picture(page, 'refused');
    await page.getByRole('button', { name: 'Retry all' }).click();
    await page.getByText('in the background').waitFor();
    expect(await violationsOn(page)).toEqual([]);
    await page.getByRole('main').getByRole('link', { name: 'Ada Refused' }).click();
    await page.getByText('Title is refused by Salesforce').waitFor();
    await page.getByText('Salesforce refused Title “Boss”: “Nobody is a boss here”').waitFor();
    expect(await violationsOn(page)).toEqual([]);

    await edit(page, 'Title', 'Countess');
    await page.getByRole('button', { name: 'Sync now' }).click();
    await page.getByText('Both sides are in step now. Pushed: Title.').waitFor();
    await page.getByText('in step', { exact: true }).waitFor();
    const record = await sandbox.admin.record('Lead', person.salesforce?.id ?? '');
    expect(record.Title).toBe('Countess');
    expect(opened.complaints).toEqual([]);
  });

  test('a conflict: both sides change a field, and the page shows both values and the winner', async () => {
    const person = await createPerson('Conflict');
    // The five steps of README.md.
    await page.goto(at(''));
    const pane = page.getByRole('complementary');
    await pane.getByRole('link', { name: 'Ada Conflict' }).click();
    await pane.getByRole('link', { name: 'Show the person of this record' }).click();
    await page.getByRole('main').getByRole('link', { name: 'Ada Conflict' }).click();
    await edit(page, 'Title', 'CTO');
    await pane.getByLabel('Title', { exact: true }).fill('CFO');
    await pane.getByRole('button', { name: 'Save in Salesforce' }).click();
    await pane.getByText('Saved in Salesforce.').waitFor();
    await page.getByRole('row', { name: /^Title CTO Edit Title Analyst CFO .*conflict: here wins/ }).waitFor();
    await picture(page, 'person');
    expect(await violationsOn(page)).toEqual([]);

    await runCycle(page);
    await page.goto(at(''));
    await page.getByRole('img', { name: /^The last \d+ cycles?: / }).waitFor();
    await picture(page, 'in-step');
    await page.goto(at(`#/person/${person.personId}`));
    await page.getByText('Both sides changed Title: “CTO” here, “CFO” in Salesforce.').waitFor();
    await page.getByText('The value here won: “CTO”. The value in Salesforce was “CFO”.').waitFor();
    // The log has the conflict before the push that follows it is done.
    const inSalesforce = () => sandbox.admin.record('Lead', person.salesforce?.id ?? '');
    await eventually(async () => {
      if ((await inSalesforce()).Title === 'CTO') return true;
      // A push that a slow machine put off goes out with the next cycle, and here no schedule starts one.
      await runCycle(page);
      return false;
    });
    expect(opened.complaints).toEqual([]);
  });

  test('while Salesforce does not answer, the page says so, keeps what is known, and what to do', async () => {
    const person = await createPerson('Outage');
    await page.goto(at(`#/person/${person.personId}`));
    await page.getByRole('row', { name: /^Title Analyst/ }).waitFor();
    await page.getByRole('button', { name: 'Break Salesforce for a minute' }).click();
    await page.getByText('Salesforce answers 503 for a minute.').waitFor();
    await page.getByRole('button', { name: 'Sync now' }).click();
    await page.getByText('Salesforce cannot be reached now').first().waitFor();
    await page.getByText('Wait a moment, then ask again.').first().waitFor();
    await page.getByRole('row', { name: /^Title Analyst/ }).waitFor();
    expect(await violationsOn(page)).toEqual([]);
    await sandbox.admin.control('DELETE faults');
    await page.getByRole('button', { name: 'Sync now' }).click();
    await page.getByText('Both sides were in step already.').waitFor();
  });

  test('the keyboard alone: to the persons, to one of them, and a sync', async () => {
    const person = await createPerson('Keyboard');
    await page.goto(at(''));
    await page
      .getByText('Nothing waits on either side', { exact: false })
      .or(page.getByText('Waiting'))
      .first()
      .waitFor();
    await tabTo(page, 'Persons');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Persons', level: 1 }).waitFor();
    await tabTo(page, 'Email, Salesforce id or person id');
    await page.keyboard.type('keyboard@example.com');
    await page.keyboard.press('Enter');
    await page.getByRole('main').getByRole('link', { name: 'Ada Keyboard' }).waitFor();
    expect(page.url()).toContain('email=keyboard%40example.com');
    await tabTo(page, 'Ada Keyboard');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Ada Keyboard', level: 1 }).waitFor();
    expect(page.url()).toContain(person.personId);
    await tabTo(page, 'Sync now');
    await page.keyboard.press('Space');
    await page.getByText('Both sides were in step already.').waitFor();
  });

  test('everybody who is only here becomes Leads by one job, which is paused and goes on', async () => {
    await sandbox.admin.control('POST faults', { kind: 'slow', milliseconds: 2_000, match: 'composite', times: 1000 });
    const persons = Array.from({ length: 401 }, (_, at) => ({
      fields: { Email: `listed-${at}@example.com`, LastName: `Listed ${at}`, Company: 'Engines' },
    }));
    const saved = await sandbox.api.send('POST /persons/batch', { persons });
    expect(saved.status).toBe(200);
    await page.goto(at('#/persons?list=localOnly'));
    await page.getByRole('link', { name: 'Next page' }).click();
    await page.getByRole('link', { name: 'First page' }).click();
    await page.getByRole('link', { name: 'First page' }).waitFor({ state: 'detached' });
    await page.getByRole('link', { name: 'Sync all of these as one job' }).click();
    await page.getByRole('button', { name: 'Sync all who are only here …' }).click();
    expect(await violationsOn(page)).toEqual([]);
    await page.getByRole('dialog').getByRole('button', { name: 'Begin the job' }).click();
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.getByText(/^paused: \d+ of \d+ persons$/).waitFor();
    expect(await violationsOn(page)).toEqual([]);
    const address = page.url();
    await sandbox.admin.control('DELETE faults');
    await page.getByRole('link', { name: 'All jobs' }).click();
    await page
      .getByRole('region', { name: 'Lists of the last 30 days' })
      .getByRole('cell', { name: 'paused' })
      .first()
      .waitFor();
    await page.goto(address);
    await page.getByRole('button', { name: 'Go on' }).click();
    await page.getByText('done: 401 of 401 persons').waitFor();
    expect(await sandbox.admin.query("SELECT Id FROM Lead WHERE LastName LIKE 'Listed %'")).toHaveLength(401);
    expect(opened.complaints).toEqual([]);
  });

  test('a field whose type changed is accepted, and the values of a hidden field are removed', async () => {
    const field = { object: 'Lead', name: 'Level__c' };
    await sandbox.admin.control('POST fields', { ...field, type: 'double' });
    await sandbox.admin.control('POST fields', { object: 'Lead', name: 'Note__c', type: 'string', length: 60 });
    await page.goto(at('#/fields?q=__c'));
    await runCycle(page);
    await sandbox.admin.control('DELETE fields', field);
    await sandbox.admin.control('POST fields', { ...field, type: 'string', length: 20 });
    const pane = page.getByRole('complementary');
    await pane.getByText('Hide a field').click();
    await pane.getByLabel('Field of Lead').fill('Note__c');
    await pane.getByRole('button', { name: 'Hide it' }).click();
    await runCycle(page);

    const decisions = page.getByRole('region', { name: 'To decide' });
    await decisions.getByText('Lead.Level__c: the type changed from double to string').waitFor();
    expect(await violationsOn(page)).toEqual([]);
    await decisions.getByRole('button', { name: 'Accept string for Lead.Level__c' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Accept the new type' }).click();
    await page.getByRole('row', { name: /^Level__c .* string ↔ both ways/ }).waitFor();
    await decisions.getByRole('button', { name: 'Remove the values of Lead.Note__c' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
    await decisions.getByRole('button', { name: 'Remove the values of Lead.Note__c' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Remove the values for good' }).click();
    await decisions.getByText('Lead.Note__c: the next cycles remove the values.').waitFor();
    await runCycle(page);
    await decisions.getByText('Lead.Note__c').waitFor({ state: 'detached' });
    expect(opened.complaints).toEqual([]);
  });

  test('a person is erased by the keyboard alone, and only after the word is typed', async () => {
    const { personId } = await createPerson('Erased');
    await page.goto(at(`#/person/${personId}`));
    await page.getByRole('button', { name: 'Erase for good …' }).waitFor();
    await tabTo(page, 'Erase for good …');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').getByRole('heading', { name: 'Erase Ada Erased?' }).waitFor();
    expect(await violationsOn(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await page.keyboard.press('Enter');
    await tabTo(page, 'Erase for good');
    await page.keyboard.press('Enter');
    // The word is missing: the dialog stays, with the input in focus.
    await page.getByRole('dialog').getByRole('textbox').and(page.locator(':focus')).waitFor();
    await page.keyboard.type('erase');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Erased', level: 1, exact: true }).waitFor();
    expect(await sandbox.api.send(`GET /persons/${personId}`)).toMatchObject({ status: 404 });
    expect(await violationsOn(page)).toEqual([]);
  });

  test('an address of nobody says what to do, and an unknown page leads back', async () => {
    await page.goto(at('#/person/nobody'));
    await page.getByRole('alert').getByText('Check the address, or search under Persons.').first().waitFor();
    expect(await violationsOn(page)).toEqual([]);
    await page.goto(at('#/nothing/here'));
    await page.getByRole('link', { name: 'Is everything in step?' }).click();
    await page.getByRole('heading', { name: 'In step?', level: 1 }).waitFor();
  });

  describe.each([360, 768, 1920])('at a width of %i', (width) => {
    test.each(['light', 'dark'] as const)(
      'in %s, no page has a fault of accessibility or scrolls sideways',
      async (colorScheme) => {
        if (browser === undefined) return;
        const person = await createPerson(`Wide${width}${colorScheme}`);
        const watched = await openPage(browser, { viewport: { width, height: 900 }, colorScheme });
        for (const place of [
          '',
          '#/persons',
          `#/person/${person.personId}?edit=Title`,
          '#/refused',
          '#/fields',
          '#/jobs',
          '#/cycles',
        ]) {
          await watched.page.goto(at(place));
          await watched.page.locator('h1').waitFor();
          await watched.page.locator('.loading').first().waitFor({ state: 'detached' });
          expect({ place, found: await violationsOn(watched.page) }).toEqual({ place, found: [] });
          const overflow = await watched.page.evaluate('document.documentElement.scrollWidth - window.innerWidth');
          expect({ place, overflow: Math.max(0, Number(overflow)) }).toEqual({ place, overflow: 0 });
        }
        expect(watched.complaints).toEqual([]);
        await watched.close();
      },
    );
  });
});
