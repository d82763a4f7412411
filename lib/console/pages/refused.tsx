import { ApiProblem } from '../api/client.ts';
import { useConsole } from '../api/context.ts';
import { useAction, useAnswer } from '../api/queries.ts';
import type { ListedPerson, PersonsPage, RejectionSummary } from '../api/shapes.ts';
import { Page, Section, Table, Time } from '../parts/page.tsx';
import { Pager } from '../parts/pager.tsx';
import { linkTo, type Route } from '../parts/route.ts';
import { Answered, Empty, ProblemBox } from '../parts/states.tsx';
import { ago, count, listed, localTime, nameOf } from '../words/format.ts';

/** Persons refused by Salesforce: by code with advice, then one by one. */
export default function Refused({ route }: { readonly route: Route }) {
  const { code, cursor } = route.query;
  const asked = new URLSearchParams({
    limit: '50',
    ...(code === undefined ? {} : { code }),
    ...(cursor === undefined ? {} : { cursor }),
  });
  const persons = useAnswer<PersonsPage>(`GET /sync/rejections?${asked.toString()}`);
  const lead =
    'Edit the value, or change the rule in Salesforce and retry. By itself a refused edit is tried again once a day; sooner where nobody knows the code.';
  return (
    <Page title="Refused" lead={lead}>
      <Codes code={code} />
      <Section title={code === undefined ? 'Persons' : `Persons with ${code}`}>
        <Answered answer={persons} what="the refused persons">
          {(page) => (
            <>
              {page.persons.length === 0 ? (
                <Empty>No person is refused. No action is needed.</Empty>
              ) : (
                <List persons={page.persons} />
              )}
              <Pager route={route} cursor={page.cursor} />
            </>
          )}
        </Answered>
      </Section>
    </Page>
  );
}

function List({ persons }: { readonly persons: readonly ListedPerson[] }) {
  return (
    <Table label="Refused persons" heads={['Name', 'Fields', 'Salesforce says', 'Last try', 'Next try']}>
      {persons.map((person) => {
        const { rejection } = person.sync;
        return (
          <tr key={person.personId}>
            <th scope="row">
              <a href={linkTo(['person', person.personId])}>{nameOf(person)}</a>
            </th>
            <td>{listed(rejection?.fields ?? [])}</td>
            <td>{rejection === null ? '' : `“${rejection.message}” (${rejection.code})`}</td>
            <td>{rejection !== null && <Time at={rejection.at}>{ago(rejection.at, Date.now())}</Time>}</td>
            <td>{nextTryOf(rejection?.retryAt ?? null)}</td>
          </tr>
        );
      })}
    </Table>
  );
}

/** A time in the past means: waiting for the next turn, or for a cycle with enough time. */
function nextTryOf(at: string | null): string {
  if (at === null) return 'by hand';
  return Date.parse(at) <= Date.now() ? 'soon' : localTime(at);
}

/** The summary by code, and the retries. */
function Codes({ code }: { readonly code: string | undefined }) {
  const { api } = useConsole();
  const summary = useAnswer<RejectionSummary>('GET /sync/rejections/summary');
  const retry = useAction<object, unknown>((which) => api.call('POST /sync/rejections/retry', which));
  return (
    <Section title="By code">
      <Answered answer={summary} what="the codes">
        {({ codes, complete }) =>
          codes.length === 0 ? (
            <Empty>No code: nothing is refused.</Empty>
          ) : (
            <Table
              label={complete ? 'Refused by code' : 'Refused by code, of the newest only'}
              heads={['Code', 'Persons', 'Oldest', 'What to do', 'Retry']}
            >
              {codes.map((entry) => (
                <tr key={entry.code} class={entry.code === code ? 'push' : undefined}>
                  <th scope="row">
                    <a href={linkTo(['refused'], { code: entry.code })}>{entry.code}</a>
                  </th>
                  <td>{count(entry.count)}</td>
                  <td>{ago(entry.oldestAt, Date.now())}</td>
                  <td class="why">{entry.fix}</td>
                  <td>
                    <button type="button" disabled={retry.isPending} onClick={() => retry.mutate({ code: entry.code })}>
                      {`Retry ${count(entry.count)}`}
                    </button>
                  </td>
                </tr>
              ))}
            </Table>
          )
        }
      </Answered>
      {(summary.body?.codes.length ?? 0) > 0 && (
        <button type="button" disabled={retry.isPending} onClick={() => retry.mutate({ all: true })}>
          Retry all
        </button>
      )}
      <div role="status">{retry.isSuccess && <p class="box good">They are pushed again in the background.</p>}</div>
      {retry.error instanceof ApiProblem && <ProblemBox problem={retry.error} />}
    </Section>
  );
}
