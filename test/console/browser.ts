import { existsSync } from 'node:fs';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

const STEP_LIMIT_MS = 120_000;

/** Why no browser runs here, for the report of the skipped tests. */
let reason = '';

/**
 * A browser for the tests: the Chromium inside an npm package on Linux x64, elsewhere an installed Chrome or Edge.
 * Undefined where there is none.
 */
export async function openBrowser(): Promise<Browser | undefined> {
  try {
    if (process.platform === 'linux' && process.arch === 'x64') {
      const { default: packed } = await import('@sparticuz/chromium');
      // A browser in a container has no user namespaces for its own sandbox.
      return await chromium.launch({ executablePath: await packed.executablePath(), args: ['--no-sandbox'] });
    }
    return await launchInstalled();
  } catch (error) {
    reason = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
    return undefined;
  }
}

export function whyNoBrowser(): string {
  return `no browser runs here: ${reason}`;
}

async function launchInstalled(): Promise<Browser> {
  const named = process.env.CHROME_PATH;
  if (named !== undefined && existsSync(named)) return chromium.launch({ executablePath: named });
  return chromium.launch({ channel: 'chrome' }).catch(() => chromium.launch({ channel: 'msedge' }));
}

/** A page of its own, with what the browser complained of. */
export interface WatchedPage {
  readonly page: Page;
  readonly complaints: readonly string[];
  close(): Promise<void>;
}

export async function openPage(browser: Browser, options: BrowserContextOptions = {}): Promise<WatchedPage> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, locale: 'en-GB', ...options });
  // Far more than a slow machine needs; a step that is in vain ends with its own message.
  context.setDefaultTimeout(STEP_LIMIT_MS);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    // An answer other than 200 is the page's to tell, and a test's to expect.
    const isAnswer = message.text().startsWith('Failed to load resource');
    if (message.type() === 'error' && !isAnswer) complaints.push(message.text());
  });
  return { page, complaints, close: () => context.close() };
}
