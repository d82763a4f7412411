import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connectOrg } from '../sandbox/clients/org-client.ts';
import { createOrg } from '../sandbox/org/create-org.ts';
import { readOptions } from '../sandbox/sandbox-options.ts';
import { type Sandbox, startSandbox } from '../sandbox/start-sandbox.ts';
import { violationsOn } from './axe.ts';
import { openBrowser, openPage, whyNoBrowser } from './browser.ts';

const LIMIT = { timeout: 600_000 };

/** Above 20,000 records of an object a query job of the Bulk API reads them. */
const LEADS = 20_100;

const browser: Browser | undefined = await openBrowser();
const org = createOrg();
let orgUrl = '';

beforeAll(async () => {
  if (browser === undefined) return;
  org.seed({ leads: LEADS, contacts: 5, seed: 1 });
  orgUrl = await org.listen(0);
}, 600_000);

afterAll(async () => {
  await browser?.close();
  await org.close();
}, 600_000);

if (browser === undefined) test.todo(whyNoBrowser());

describe.skipIf(browser === undefined)('the console during a first sync', LIMIT, () => {
  test('shows what reads Salesforce, and how far, until both sides are in step', async () => {
    if (browser === undefined) return;
    const admin = await connectOrg(orgUrl, 'admin');
    await admin.control('POST faults', { kind: 'slow', milliseconds: 5_000, match: 'jobs/query/', times: 1_000 });
    const salesforce = { loginUrl: orgUrl, clientId: 'lockstep', clientSecret: 'lockstep' };
    const options = { ...readOptions([], {}), port: 0, cycleSeconds: 86_400, salesforce };
    const opened = await openPage(browser);
    const sandbox: Sandbox = await startSandbox(options, () => undefined);
    try {
      const { page } = opened;
      await page.goto(`${sandbox.apiUrl}/`);
      await page.getByText('The first sync has not ended').waitFor();
      await page.getByText(/^Lead: read by a query job of the Bulk API, [\d,]+ of 20,100 records queued/).waitFor();
      await page.getByRole('progressbar', { name: 'Query job of Lead' }).waitFor();
      await page.getByRole('progressbar', { name: 'Progress of the first sync' }).waitFor();
      expect(await violationsOn(page)).toEqual([]);
      await admin.control('DELETE faults');
      // As long as it takes: a slow machine merges 20,000 records for minutes, and the test's own limit ends a wait in vain.
      await page.getByText('Nothing waits on either side.').waitFor({ timeout: LIMIT.timeout });
      await page
        .getByRole('img', { name: 'The last 1 cycle: 20,105 pulled, 0 pushed, 0 in conflict, 0 refused' })
        .waitFor();
      await page.getByText(/^Lead: read page by page \(REST\), up to/).waitFor();
      expect(opened.complaints).toEqual([]);
    } finally {
      await sandbox.close();
      await opened.close();
    }
  });
});
