import { useAnswer } from '../../api/queries.ts';
import type { ActivitiesPage, Activity } from '../../api/shapes.ts';
import { Section, Time } from '../../parts/page.tsx';
import { Pager } from '../../parts/pager.tsx';
import type { Route } from '../../parts/route.ts';
import { Answered, Empty } from '../../parts/states.tsx';
import { activitySentences } from '../../words/activity-sentence.ts';
import { localTime } from '../../words/format.ts';

const PAGE = 20;

/** The activity log in plain sentences, newest first. */
export function Timeline({ route, personId }: { readonly route: Route; readonly personId: string }) {
  const { cursor } = route.query;
  const after = cursor === undefined ? '' : `&cursor=${encodeURIComponent(cursor)}`;
  const log = useAnswer<ActivitiesPage>(
    `GET /persons/${encodeURIComponent(personId)}/activities?limit=${PAGE}${after}`,
  );
  return (
    <Section title="What happened">
      <Answered answer={log} what="the activities">
        {(page) => (
          <>
            {page.activities.length === 0 && <Empty>Nothing has happened yet.</Empty>}
            <ol class="timeline">
              {page.activities.map((activity) => (
                <Entry key={activity.activityId} activity={activity} />
              ))}
            </ol>
            <Pager route={route} cursor={page.cursor} />
          </>
        )}
      </Answered>
    </Section>
  );
}

const TONES: Readonly<Partial<Record<Activity['type'], string>>> = { conflict: 'conflict', rejected: 'refused' };

function Entry({ activity }: { readonly activity: Activity }) {
  return (
    <li class={TONES[activity.type]}>
      <Time at={activity.at}>{localTime(activity.at)}</Time>
      {activitySentences(activity).map((sentence) => (
        <p key={sentence}>{sentence}</p>
      ))}
    </li>
  );
}
