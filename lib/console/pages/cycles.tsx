import { useAnswer } from '../api/queries.ts';
import type { Cycle, CyclesPage } from '../api/shapes.ts';
import { pulledIn } from '../parts/cycle-chart.tsx';
import { Page, Table, Time } from '../parts/page.tsx';
import { Pager } from '../parts/pager.tsx';
import type { Route } from '../parts/route.ts';
import { Answered, Empty } from '../parts/states.tsx';
import { count, localTime } from '../words/format.ts';

const OUTCOMES = {
  complete: 'complete',
  paused: 'out of time; goes on',
  quota: 'Salesforce calls used up',
  failed: 'failed',
} as const;

/** The cycles of seven days, newest first. */
export default function Cycles({ route }: { readonly route: Route }) {
  const { cursor } = route.query;
  const after = cursor === undefined ? '' : `&cursor=${encodeURIComponent(cursor)}`;
  const cycles = useAnswer<CyclesPage>(`GET /sync/cycles?limit=50${after}`);
  return (
    <Page title="Cycles" lead="The cycles of the last seven days, newest first.">
      <Answered answer={cycles} what="the cycles">
        {(page) => (
          <>
            {page.cycles.length === 0 ? (
              <Empty>No cycle has ended yet. The first one appears here by itself.</Empty>
            ) : (
              <Table
                label="Cycles"
                heads={['Cycle', 'Ended', 'Took', 'Pulled', 'Pushed', 'Conflicts', 'Refused', 'Calls', 'Outcome']}
              >
                {page.cycles.map((cycle) => (
                  <Row key={cycle.cycle} cycle={cycle} />
                ))}
              </Table>
            )}
            <Pager route={route} cursor={page.cursor} />
          </>
        )}
      </Answered>
    </Page>
  );
}

function Row({ cycle }: { readonly cycle: Cycle }) {
  const seconds = ((Date.parse(cycle.endedAt) - Date.parse(cycle.startedAt)) / 1000).toFixed(1);
  return (
    <tr class={cycle.outcome === 'failed' ? 'refused' : undefined}>
      <th scope="row">{count(cycle.cycle)}</th>
      <td>
        <Time at={cycle.endedAt}>{localTime(cycle.endedAt)}</Time>
      </td>
      <td>{`${seconds} s`}</td>
      <td>{count(pulledIn(cycle) + cycle.backfilled)}</td>
      <td>{count(cycle.pushed)}</td>
      <td>{count(cycle.conflicts)}</td>
      <td>{count(cycle.rejected)}</td>
      <td>{count(cycle.calls)}</td>
      <td class="why">
        {OUTCOMES[cycle.outcome]}
        {cycle.error !== null && `: ${cycle.error.message} (${cycle.error.code})`}
      </td>
    </tr>
  );
}
