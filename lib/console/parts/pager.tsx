import { linkTo, type Route } from './route.ts';

/** Links to the first page of a list and to the next. The place in the list is a part of the address. */
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
