import { lazy, Suspense } from 'preact/compat';
import { useConsole } from './api/context.ts';
import { Page } from './parts/page.tsx';
import { linkTo, type Route, useRoute } from './parts/route.ts';

const InStep = lazy(() => import('./pages/in-step.tsx'));
const Persons = lazy(() => import('./pages/persons.tsx'));
const OnePerson = lazy(() => import('./pages/person.tsx'));
const Refused = lazy(() => import('./pages/refused.tsx'));
const Fields = lazy(() => import('./pages/fields.tsx'));
const Cycles = lazy(() => import('./pages/cycles.tsx'));
const Jobs = lazy(() => import('./pages/jobs.tsx'));
const OneJob = lazy(() => import('./pages/job.tsx'));
const OrgPane = lazy(() => import('./org/org-pane.tsx'));

const PLACES = [
  ['', 'In step?'],
  ['persons', 'Persons'],
  ['refused', 'Refused'],
  ['fields', 'Fields'],
  ['jobs', 'Jobs'],
  ['cycles', 'Cycles'],
] as const;

export function App() {
  const { settings } = useConsole();
  const route = useRoute();
  return (
    <>
      <button type="button" class="skip" onClick={() => document.getElementById('main')?.focus()}>
        Skip to the page
      </button>
      <header>
        <span class="brand">Lockstep</span>
        <nav aria-label="Pages">
          {PLACES.map(([place, title]) => (
            <a
              key={place}
              href={linkTo(place === '' ? [] : [place])}
              aria-current={isAt(route, place) ? 'page' : undefined}
            >
              {title}
            </a>
          ))}
        </nav>
        <span class="place">{settings.place}</span>
      </header>
      <div class={settings.org === undefined ? 'panes' : 'panes two'}>
        <main id="main" tabIndex={-1}>
          <Suspense
            fallback={
              <p class="loading" role="status">
                Loading the page …
              </p>
            }
          >
            <Place route={route} />
          </Suspense>
        </main>
        {settings.org !== undefined && (
          <Suspense fallback={null}>
            <OrgPane route={route} path={settings.org.path} />
          </Suspense>
        )}
      </div>
    </>
  );
}

function Place({ route }: { readonly route: Route }) {
  const [place = '', id] = route.path;
  if (place === 'person' && id !== undefined) return <OnePerson key={id} route={route} personId={id} />;
  if (place === 'job' && id !== undefined) return <OneJob key={id} jobId={id} />;
  if (place === '') return <InStep />;
  if (place === 'persons') return <Persons route={route} />;
  if (place === 'refused') return <Refused route={route} />;
  if (place === 'fields') return <Fields route={route} />;
  if (place === 'jobs') return <Jobs route={route} />;
  if (place === 'cycles') return <Cycles route={route} />;
  return (
    <Page title="No such page">
      <p>
        There is no page at this address. <a href={linkTo([])}>Is everything in step?</a>
      </p>
    </Page>
  );
}

function isAt({ path }: Route, place: string): boolean {
  const [first = ''] = path;
  return first === place || (place !== '' && `${first}s` === place);
}
