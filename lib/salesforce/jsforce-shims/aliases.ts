/**
 * esbuild `alias` settings for every bundle with jsforce, relative to the project's root. Without the aliases the
 * bundle works but is twice as large.
 *
 * @see https://esbuild.github.io/api/#alias
 */
export const JSFORCE_ALIASES: Readonly<Record<string, string>> = {
  undici: './lib/salesforce/jsforce-shims/undici.ts',
  'form-data': './lib/salesforce/jsforce-shims/form-data.ts',
};
