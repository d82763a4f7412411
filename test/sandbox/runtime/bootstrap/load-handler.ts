import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** What a function file exports as its handler. */
export type Handler = (event: unknown, context: object) => unknown;

const extensions = ['.js', '.mjs', '.cjs'];

/** An error whose name is the `errorType` that Lambda reports. */
export function runtimeError(name: string, message: string, cause?: unknown): Error {
  const error = new Error(message, cause === undefined ? {} : { cause });
  error.name = name;
  return error;
}

function moduleFile(taskRoot: string, module: string): string {
  const file = extensions
    .map((extension) => join(taskRoot, module + extension))
    .find((candidate) => existsSync(candidate));
  if (file === undefined) throw runtimeError('Runtime.ImportModuleError', `Error: Cannot find module '${module}'`);
  return file;
}

async function importModule(file: string): Promise<unknown> {
  try {
    return await import(pathToFileURL(file).href);
  } catch (error) {
    if (error instanceof SyntaxError) throw runtimeError('Runtime.UserCodeSyntaxError', String(error), error);
    if (error instanceof Error && 'code' in error && String(error.code).endsWith('MODULE_NOT_FOUND')) {
      throw runtimeError('Runtime.ImportModuleError', String(error), error);
    }
    throw error;
  }
}

const member = (value: unknown, name: string): unknown => (value as Record<string, unknown> | undefined)?.[name];

/**
 * Finds the handler named as `folder/file.export`, the way the managed Node.js runtime does.
 * https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html
 */
export async function loadHandler(taskRoot: string, handler: string): Promise<Handler> {
  const [file = '', ...names] = basename(handler).split('.');
  if (names.length === 0) throw runtimeError('Runtime.MalformedHandlerName', 'Bad handler');
  const loaded = await importModule(moduleFile(taskRoot, join(dirname(handler), file)));
  const found = names.reduce(member, loaded) ?? names.reduce(member, member(loaded, 'default'));
  if (found === undefined) {
    throw runtimeError('Runtime.HandlerNotFound', `${handler} is undefined or not exported`);
  }
  if (typeof found !== 'function') throw runtimeError('Runtime.HandlerNotFound', `${handler} is not a function`);
  // https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html#nodejs-handler-callback
  if (found.length > 2) {
    throw runtimeError(
      'Runtime.CallbackHandlerDeprecated',
      'AWS Lambda has removed support for callback-based function handlers starting with Node.js 24.',
    );
  }
  return found as Handler;
}
