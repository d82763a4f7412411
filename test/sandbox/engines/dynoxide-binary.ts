import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** The path of the dynoxide binary for this platform; undefined where its optional package is not installed. */
export function dynoxideBinary(): string | undefined {
  const manifest = `@dynoxide/${process.platform}-${process.arch}/package.json`;
  try {
    const binary = join(dirname(createRequire(import.meta.url).resolve(manifest)), 'dynoxide');
    return existsSync(binary) ? binary : undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'MODULE_NOT_FOUND') return undefined;
    throw error;
  }
}
