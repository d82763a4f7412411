import { useState } from 'preact/hooks';
import { useAnswer } from '../api/queries.ts';
import type { PersonsPage } from '../api/shapes.ts';
import { Page } from '../parts/page.tsx';
import { Pager } from '../parts/pager.tsx';
import { PersonsTable } from '../parts/persons-table.tsx';
import { goTo, linkTo, type Route } from '../parts/route.ts';
import { Answered, Empty } from '../parts/states.tsx';
import { searchFor } from '../words/search.ts';

const LISTS = [
  ['all', 'All'],
  ['pending', 'Waiting'],
  ['rejected', 'Refused'],
  ['localOnly', 'Only here'],
  ['recent', 'Changed today'],
] as const;

const DAY_MS = 86_400_000;

/** Persons by search or by list; every list and page has an address. */
export default function Persons({ route }: { readonly route: Route }) {
  const { list = 'all', email, salesforceId } = route.query;
  const persons = useAnswer<Pick<PersonsPage, 'persons'> & Partial<PersonsPage>>(callFor(route));
  const isSearch = email !== undefined || salesforceId !== undefined;
  return (
    <Page title="Persons">
      <Search typed={email ?? salesforceId ?? ''} />
      <nav class="tabs" aria-label="Lists of persons">
        {LISTS.map(([name, title]) => (
          <a
            key={name}
            href={linkTo(['persons'], { list: name })}
            aria-current={!isSearch && list === name ? 'page' : undefined}
          >
            {title}
          </a>
        ))}
      </nav>
      <Answered answer={persons} what="the persons">
        {(page) => (
          <>
            {page.persons.length === 0 ? (
              <Empty>{emptyWords(isSearch, page.cursor ?? null)}</Empty>
            ) : (
              <PersonsTable persons={page.persons} label="Persons" />
            )}
            {list === 'localOnly' && !isSearch && (
              <p>
                <a href={linkTo(['jobs'])}>Sync all of these as one job</a>
              </p>
            )}
            <Pager route={route} cursor={page.cursor ?? null} />
          </>
        )}
      </Answered>
    </Page>
  );
}

function callFor({ query }: Route): string {
  const { list = 'all', email, salesforceId, cursor } = query;
  const asked = new URLSearchParams();
  if (email !== undefined) asked.set('email', email);
  else if (salesforceId !== undefined) asked.set('salesforceId', salesforceId);
  else {
    // Rounded to the hour, so that the call's address stays the same while the page is open.
    if (list === 'recent')
      asked.set('updatedSince', `${new Date(Date.now() - DAY_MS).toISOString().slice(0, 13)}:00:00.000Z`);
    else if (list !== 'all') asked.set('status', list);
    asked.set('limit', '50');
  }
  if (cursor !== undefined) asked.set('cursor', cursor);
  return `GET /persons?${asked.toString()}`;
}

function emptyWords(isSearch: boolean, cursor: string | null): string {
  if (isSearch) return 'No person has the email or record. Check the spelling, or look through the lists.';
  if (cursor !== null) return 'No persons on this page. The next page may have more.';
  return 'The list is empty.';
}

function Search({ typed }: { readonly typed: string }) {
  const [text, setText] = useState(typed);
  const search = (event: Event): void => {
    event.preventDefault();
    const wanted = searchFor(text);
    if (wanted === undefined) goTo(linkTo(['persons']));
    else if (wanted.kind === 'personId') goTo(linkTo(['person', wanted.value]));
    else goTo(linkTo(['persons'], { [wanted.kind]: wanted.value }));
  };
  return (
    <search>
      <form class="row" onSubmit={search}>
        <label>
          Email, Salesforce id or person id
          <input type="search" value={text} onInput={(event) => setText(event.currentTarget.value)} />
        </label>
        <button type="submit">Find</button>
      </form>
    </search>
  );
}
