import type { Activity } from '../../person/activity.ts';
import type { Person } from '../../person/person.ts';
import { InvalidCursorError } from '../errors.ts';
import type { Page, PersonStore } from '../ports/person-store.ts';

/** An activity, and the person whose log contains the activity. */
export interface JoinedActivity {
  readonly personId: string;
  readonly activity: Activity;
}

/** By person: the `seq` of the last activity returned; absent where the log has not been read. */
type Positions = Readonly<Record<string, number>>;

/** Maximum depth of nested joins. */
const MAX_DEPTH = 32;

/**
 * The activities of a person and of all absorbed persons, newest first, each exactly once. The logs are never merged;
 * the cursor holds a position for each log.
 */
export async function joinedActivities(
  store: Pick<PersonStore, 'getMany' | 'activities'>,
  person: Person,
  limit: number,
  cursor: string | null,
): Promise<Page<JoinedActivity>> {
  const persons = await withAbsorbed(store, person);
  const positions = cursor === null ? {} : parseCursor(cursor);
  const pages = await Promise.all(
    persons.map(async (each) => {
      const from = positions[each.personId];
      const page = await store.activities(each, limit, from === undefined ? null : String(from));
      return {
        more: page.cursor !== null,
        items: page.items.map((activity) => ({ personId: each.personId, activity })),
      };
    }),
  );
  const items = newestOf(
    pages.map((page) => page.items),
    limit,
  );
  const read = pages.reduce((sum, page) => sum + page.items.length, 0);
  const more = read > items.length || pages.some((page) => page.more);
  return { items, cursor: more ? formatCursor(advanced(positions, items)) : null };
}

/** The id of an activity: the person id of the log, and the position in the log. */
export function activityIdOf(personId: string, seq: number): string {
  return `${personId}-${seq}`;
}

/** An activity of the person or an absorbed person, by id; undefined where not found. */
export async function findActivity(
  store: Pick<PersonStore, 'getMany' | 'activities'>,
  person: Person,
  activityId: string,
): Promise<JoinedActivity | undefined> {
  const [, personId, digits] = /^([A-Za-z0-9_-]{1,64})-(\d{1,11})$/.exec(activityId) ?? [];
  const owner = (await withAbsorbed(store, person)).find((each) => each.personId === personId);
  if (owner === undefined) return undefined;
  const seq = Number(digits);
  const [activity] = (await store.activities(owner, 1, String(seq + 1))).items;
  return activity?.seq === seq ? { personId: owner.personId, activity } : undefined;
}

/** The person and all absorbed persons, transitively. */
async function withAbsorbed(store: Pick<PersonStore, 'getMany'>, person: Person): Promise<readonly Person[]> {
  const found = new Map([[person.personId, person]]);
  let open: readonly string[] = person.absorbed;
  for (let depth = 0; depth < MAX_DEPTH && open.length > 0; depth += 1) {
    const next = await store.getMany(open);
    for (const each of next.values()) found.set(each.personId, each);
    open = [...next.values()].flatMap(({ absorbed }) => absorbed).filter((id) => !found.has(id));
  }
  return [...found.values()];
}

/** The newest activities of several logs. Every log keeps the own order, regardless of the writers' clocks. */
function newestOf(logs: readonly (readonly JoinedActivity[])[], limit: number): JoinedActivity[] {
  const left = logs.map((log) => [...log]);
  const found: JoinedActivity[] = [];
  while (found.length < limit) {
    const heads = left.filter((log) => log.length > 0);
    const [first] = heads;
    if (first === undefined) break;
    const newest = heads.reduce((best, log) =>
      (log[0]?.activity.at ?? '') > (best[0]?.activity.at ?? '') ? log : best,
    );
    found.push(...newest.splice(0, 1));
  }
  return found;
}

function advanced(positions: Positions, items: readonly JoinedActivity[]): Positions {
  return { ...positions, ...Object.fromEntries(items.map(({ personId, activity }) => [personId, activity.seq])) };
}

function formatCursor(positions: Positions): string {
  const pairs = Object.entries(positions).map(([personId, seq]) => `${personId}.${seq}`);
  return pairs.join('~');
}

function parseCursor(cursor: string): Positions {
  const pairs = cursor.split('~').map((pair) => /^([A-Za-z0-9_-]{1,64})\.(\d{1,12})$/.exec(pair));
  if (pairs.includes(null)) throw new InvalidCursorError('unknown cursor');
  return Object.fromEntries(pairs.map((pair) => [pair?.[1] ?? '', Number(pair?.[2])]));
}
