import { findActivity, joinedActivities } from '../sync/persons/joined-activities.ts';
import type { PersonStore } from '../sync/ports/person-store.ts';
import { Problem } from './api/problem.ts';
import type { ApiAnswer, ApiRequest } from './http-api.ts';
import { activityView, listedActivityView } from './person-answers.ts';
import { parsePaging } from './person-requests.ts';
import type { Shown } from './shown.ts';
import { sizedPage } from './sized-page.ts';
import { withPerson } from './with-person.ts';

/** A page of a person's activities, newest first, long values shortened. */
export function listActivities(
  persons: PersonStore,
  request: ApiRequest,
  shown: () => Promise<Shown>,
): Promise<ApiAnswer> {
  const { limit, cursor } = parsePaging(request);
  return withPerson(persons, request, '/activities', async (person) => {
    const { activity: show } = await shown();
    const read = (most: number) => joinedActivities(persons, person, most, cursor);
    const page = await sizedPage(limit, read, ({ personId, activity }) =>
      listedActivityView(personId, show(person, activity)),
    );
    return { status: 200, body: { activities: page.items, cursor: page.cursor } };
  });
}

/** One activity of a person with full values. */
export function readActivity(
  persons: PersonStore,
  request: ApiRequest,
  shown: () => Promise<Shown>,
): Promise<ApiAnswer> {
  const { activityId = '' } = request.path;
  return withPerson(persons, request, `/activities/${activityId}`, async (person) => {
    const found = await findActivity(persons, person, activityId);
    if (found === undefined) throw new Problem('not-found', 'the person does not have the activity');
    const { activity: show } = await shown();
    return { status: 200, body: activityView(found.personId, show(person, found.activity)) };
  });
}
