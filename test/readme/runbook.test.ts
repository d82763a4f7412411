import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { OWN_FIXES, UNKNOWN_FIX } from '../../lib/lambda/rejection-fixes.ts';
import { STATUS_CODES } from '../../lib/salesforce/status-codes.ts';

const runbook = readFileSync(new URL('../../cdk/README.md', import.meta.url), 'utf8');

/** So many codes of one fix are spelled out; the others are like them. */
const SHOWN = 6;

/** One line for each fix, with codes of that fix. A rejection never holds a code that ends by itself. */
function fixLines(): string[] {
  const known = [...STATUS_CODES].map(([code, { fix }]) => ({ code, fix }));
  const own = Object.entries(OWN_FIXES).map(([code, fix]) => ({ code, fix }));
  const byFix = Map.groupBy([...own, ...known], ({ fix }) => fix);
  const lines = [...byFix].map(([fix, all]) => {
    const codes = all.map(({ code }) => `\`${code}\``);
    const further = codes.length > SHOWN ? `, and ${codes.length - SHOWN} more` : '';
    return `- ${codes.slice(0, SHOWN).join(', ')}${further}: ${fix}.`;
  });
  return [...lines, `- Any other code: ${UNKNOWN_FIX}.`];
}

/** The text without its line breaks, which belong to the page and not to the words. */
const unwrapped = (text: string) => text.replace(/\s+/g, ' ');

test('the runbook has the fix of every code that a rejection can have', () => {
  const lines = fixLines();
  expect(unwrapped(runbook), `the list is now:\n${lines.join('\n')}\n`).toContain(unwrapped(lines.join('\n')));
});

test('every code is under one fix, and every fix under one line', () => {
  const [, section = ''] = runbook.split('### Codes of rejections');
  const shown = [...section.matchAll(/`([A-Z][A-Z_]{4,})`/g)].map(([, code]) => code);
  expect(shown.length).toBeGreaterThan(40);
  expect(new Set(shown).size).toBe(shown.length);
});
