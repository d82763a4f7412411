import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { apiPage } from './api-page.ts';

writeFileSync(fileURLToPath(new URL('../../functions/README.md', import.meta.url)), apiPage());
