import * as z from 'zod/mini';
import type { ProblemName } from './problem.ts';
import { LIMITS } from './request-shapes.ts';

/** A query parameter or header. */
export interface Parameter {
  readonly in: 'query' | 'header';
  readonly description: string;
  readonly schema: z.ZodMiniType;
}

export interface Answer {
  readonly description: string;
  /** Absent for an answer without a body. */
  readonly body?: z.ZodMiniType;
  readonly headers?: readonly HeaderName[];
}

/** The document's descriptions of answer headers. */
export const ANSWER_HEADERS = {
  ETag: 'The version of the person, for `If-Match`.',
  Location: 'The address of the same call for the survivor, or of the job’s progress.',
} as const;

type HeaderName = keyof typeof ANSWER_HEADERS;

/** One call of the API, as described in the document. */
export interface Call {
  readonly operationId: string;
  readonly summary: string;
  readonly description?: string;
  readonly tag: 'Persons' | 'Sync' | 'Operate';
  readonly parameters?: Readonly<Record<string, Parameter>>;
  readonly body?: { readonly schema: z.ZodMiniType; readonly required: boolean };
  readonly answers: Readonly<Record<number, Answer>>;
  /** Without the problems common to all calls: see `COMMON_PROBLEMS`. */
  readonly problems: readonly ProblemName[];
}

/** Problems possible for every call. */
export const COMMON_PROBLEMS: readonly ProblemName[] = ['internal-error', 'store-unavailable'];

export const required = (schema: z.ZodMiniType) => ({ schema, required: true });
export const optional = (schema: z.ZodMiniType) => ({ schema, required: false });

/** The parameters of a list. */
export const paging: Readonly<Record<string, Parameter>> = {
  limit: {
    in: 'query',
    description: `How many at most; default ${LIMITS.default}.`,
    schema: z.int().check(z.minimum(1), z.maximum(LIMITS.max)),
  },
  cursor: { in: 'query', description: '`cursor` of the page before.', schema: z.string() },
};
