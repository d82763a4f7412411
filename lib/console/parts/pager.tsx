import { linkTo, type Route } from './route.ts';

/** Links to the first and the next page of a list. The position is part of the address. */
export function Pager({ route, cursor }: { readonly route: Route; readonly cursor: string | null }) {
  const { cursor: here, ...query } = route.query;
  if (here === undefined && cursor === null) return null;
  return (
    <nav class="pager" aria-label="Pages of the list">
      {here !== undefined && <a href={linkTo(route.path, query)}>First page</a>}
      {cursor !== null && <a href={linkTo(route.path, { ...query, cursor })}>Next page</a>}
    </nav>
  );
}
