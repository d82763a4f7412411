import { useEffect, useState } from 'preact/hooks';

/**
 * Where the console is: `#/persons?list=pending`. The place stands behind the `#`, so one file serves every address, from
 * S3 too, and no path of the API is taken.
 */
export interface Route {
  /** `['person', 'p-1']`; empty on the first page. */
  readonly path: readonly string[];
  readonly query: Readonly<Record<string, string>>;
}

/** Reads a place out of the part of an address behind the `#`. */
export function parseRoute(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#?\/?/, '').split('?');
  const segments = path.split('/').filter((segment) => segment !== '');
  return { path: segments.map(decoded), query: Object.fromEntries(new URLSearchParams(query)) };
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch (error) {
    // An address typed by hand: taken as it is.
    if (error instanceof URIError) return segment;
    throw error;
  }
}

/** The address of a place. Parameters without a value are left out. */
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

/** Goes to a place, as a link would. */
export function goTo(link: string): void {
  window.location.hash = link;
}

/** The place now; the component renders again when it changes. */
export function useRoute(): Route {
  const [hash, setHash] = useState(window.location.hash);
  useEffect(() => {
    const changed = () => setHash(window.location.hash);
    window.addEventListener('hashchange', changed);
    return () => window.removeEventListener('hashchange', changed);
  }, []);
  return parseRoute(hash);
}
