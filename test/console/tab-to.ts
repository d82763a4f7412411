import type { Page } from 'playwright-core';

/** Presses Tab until the element with this name has the focus. */
export async function tabTo(page: Page, name: string): Promise<void> {
  for (let presses = 0; presses < 200; presses += 1) {
    await page.keyboard.press('Tab');
    const focused = await page.evaluate(
      "document.activeElement?.closest('aside') ? '' : (document.activeElement?.labels?.[0]?.textContent ?? document.activeElement?.textContent ?? '').trim()",
    );
    if (String(focused).startsWith(name)) return;
  }
  throw new Error(`no Tab leads to ${name}`);
}
