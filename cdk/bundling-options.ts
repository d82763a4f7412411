import { type BundlingOptions, LogLevel, OutputFormat } from 'aws-cdk-lib/aws-lambda-nodejs';
import { JSFORCE_ALIASES } from '../lib/salesforce/jsforce-shims/aliases.ts';

/** Modules that a bundle gets something smaller for, with paths from the project's root. */
const aliases: Readonly<Record<string, string>> = {
  ...JSFORCE_ALIASES,
  '@aws-sdk/credential-provider-node': './cdk/lambda-credentials.ts',
};

/** How esbuild packs each function: one minified ES module, everything it imports pinned inside. */
export const bundlingOptions: BundlingOptions = {
  format: OutputFormat.ESM,
  target: 'node24',
  mainFields: ['module', 'main'],
  minify: true,
  // A stack trace that names its functions, for a twentieth more bytes. A source map is five times the bundle.
  keepNames: true,
  logLevel: LogLevel.WARNING,
  // The runtime's own SDK moves under a deployed function; the one in the lock file does not.
  bundleAwsSDK: true,
  // CommonJS dependencies inside an ES module still call `require` for Node's own modules.
  banner: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
  esbuildArgs: Object.fromEntries(Object.entries(aliases).map(([name, path]) => [`--alias:${name}`, path])),
};
