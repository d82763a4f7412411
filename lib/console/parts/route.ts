import { useEffect, useState } from 'preact/hooks';

/**
 * A place in the console: `#/persons?list=pending`. Behind the `#`, so that one file serves every address, from S3 too,
 * without collisions with API paths.
 */
export interface Route {
  /** `['person', 'p-1']`; empty on the first page. */
  readonly path: readonly string[];
  readonly query: Readonly<Record<string, string>>;
}

/** Parses the part of an address behind the `#`. */
export function parseRoute(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#?\/?/, '').split('?');
  const segments = path.split('/').filter((segment) => segment !== '');
  return { path: segments.map(decoded), query: Object.fromEntries(new URLSearchParams(query)) };
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch (error) {
    // A hand-typed invalid address is used unchanged.
    if (error instanceof URIError) return segment;
    throw error;
  }
}

/** The address of a place. Parameters without a value are omitted. */
export function linkTo(
  path: readonly string[],
  query: Readonly<Record<string, string | null | undefined>> = {},
): string {
  const given = Object.entries(query).flatMap(([name, value]) =>
    value == null || value === '' ? [] : [[name, value]],
  );
  const search = new URLSearchParams(given).toString();
  return `#/${path.map(encodeURIComponent).join('/')}${search === '' ? '' : `?${search}`}`;
}

/** Navigates to a place. */
export function goTo(link: string): void {
  window.location.hash = link;
}

/** The present place; a change re-renders the component. */
export function useRoute(): Route {
  const [hash, setHash] = useState(window.location.hash);
  useEffect(() => {
    const changed = () => setHash(window.location.hash);
    window.addEventListener('hashchange', changed);
    return () => window.removeEventListener('hashchange', changed);
  }, []);
  return parseRoute(hash);
}
