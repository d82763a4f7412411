import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { apiPage } from './api-page.ts';

test('functions/README.md says what the API does today (npm run api-page makes it)', () => {
  expect(readFileSync(new URL('../../functions/README.md', import.meta.url), 'utf8')).toBe(apiPage());
});
