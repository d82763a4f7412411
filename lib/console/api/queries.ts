import { useMutation, useQuery, useQueryClient } from '@tanstack/preact-query';
import { ApiProblem } from './client.ts';
import { useConsole } from './context.ts';

/** The state of one call for a page. */
export interface Answer<Body> {
  readonly body: Body | undefined;
  readonly problem: ApiProblem | undefined;
  readonly isLoading: boolean;
  /** Repeats the call now. */
  readonly again: () => void;
}

/** Calls the API repeatedly; `null`: no call. */
export function useAnswer<Body>(line: string | null, body?: unknown): Answer<Body> {
  const { api, settings } = useConsole();
  const query = useQuery<Body, Error>({
    queryKey: ['api', line, body],
    queryFn: () => api.call<Body>(line ?? '', body),
    enabled: line !== null,
    refetchInterval: settings.refreshSeconds * 1000,
    retry: false,
  });
  if (query.error !== null && !(query.error instanceof ApiProblem)) throw query.error;
  return {
    body: query.data,
    problem: query.error ?? undefined,
    isLoading: query.isPending && line !== null,
    again: () => void query.refetch(),
  };
}

/** A call with a side effect; every answer on the page is requested again afterwards. */
export function useAction<Given, Result>(work: (given: Given) => Promise<Result>) {
  const queries = useQueryClient();
  return useMutation<Result, Error, Given>({
    mutationFn: work,
    onSettled: () => queries.invalidateQueries(),
  });
}
