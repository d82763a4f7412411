import { type BundlingOptions, LogLevel, OutputFormat } from 'aws-cdk-lib/aws-lambda-nodejs';
import { JSFORCE_ALIASES } from '../lib/salesforce/jsforce-shims/aliases.ts';

/** Modules replaced by smaller ones in bundles, with paths from the project's root. */
const aliases: Readonly<Record<string, string>> = {
  ...JSFORCE_ALIASES,
  '@aws-sdk/credential-provider-node': './cdk/lambda-credentials.ts',
};

/** esbuild options of every function: one minified ES module with all dependencies included. */
export const bundlingOptions: BundlingOptions = {
  format: OutputFormat.ESM,
  target: 'node24',
  mainFields: ['module', 'main'],
  minify: true,
  // Keeps function names in stack traces, for 5 % more bytes; a source map is five times the bundle.
  keepNames: true,
  logLevel: LogLevel.WARNING,
  // Included, because the runtime's own SDK changes under a deployed function.
  bundleAwsSDK: true,
  // CommonJS dependencies inside an ES module call `require` for Node's own modules.
  banner: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
  esbuildArgs: Object.fromEntries(Object.entries(aliases).map(([name, path]) => [`--alias:${name}`, path])),
};
