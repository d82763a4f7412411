import { ApiError } from '../errors.ts';
import { isObject } from './call.ts';

/** Answers of earlier subrequests by their reference ids. */
export type Answers = ReadonlyMap<string, unknown>;

const REFERENCE = /@\{([^}]+)\}/g;

/**
 * Puts the values of earlier answers in the place of `@{referenceId.path}`, also inside lists and objects.
 * {@link https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/using_composite_resources.htm}
 */
export function resolveReferences(value: unknown, answers: Answers): unknown {
  if (typeof value === 'string') return resolveText(value, answers);
  if (Array.isArray(value)) return value.map((one) => resolveReferences(one, answers));
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, resolveReferences(one, answers)]));
}

function resolveText(text: string, answers: Answers): unknown {
  if (!text.includes('@{')) return text;
  const whole = /^@\{([^}]+)\}$/.exec(text);
  if (whole?.[1] !== undefined) return lookUp(whole[1], answers);
  return text.replace(REFERENCE, (_match, path: string) => String(lookUp(path, answers)));
}

function lookUp(path: string, answers: Answers): unknown {
  const [reference = '', ...steps] = path.replaceAll('[', '.').replaceAll(']', '').split('.');
  let value = answers.get(reference);
  for (const step of steps) {
    value = Array.isArray(value) ? value[Number(step)] : isObject(value) ? value[step] : undefined;
  }
  if (value !== undefined && answers.has(reference)) return value;
  const wanted = path.slice(reference.length + 1);
  throw new ApiError(
    'PROCESSING_HALTED',
    `Invalid reference specified. No value for ${wanted} found in ${reference}. Provided reference: ${path}`,
  );
}
