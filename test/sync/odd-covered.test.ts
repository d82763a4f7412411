import { expect, test } from 'vitest';
import { readSyncStatus } from '../../lib/sync/operate/sync-status.ts';
import type { ChangeFeed, FeedOpening } from '../../lib/sync/ports/change-feed.ts';
import { EMPTY_QUEUES } from '../fakes/empty-queues.ts';
import { TwoSides } from './two-sides.ts';

/** The feed, with what it asks for remembered, and another covered date in its answers where one is given. */
function spied(feed: ChangeFeed, covered?: string) {
  const asked: string[] = [];
  const open: ChangeFeed['open'] = async (requests) => {
    asked.push(...requests.map(({ from }) => from));
    const opened = await feed.open(requests);
    if (covered === undefined) return opened;
    const odd = ([type, opening]: [FeedKey, FeedOpening]) =>
      [type, { ...opening, latestDateCovered: covered }] as const;
    return { ...opened, openings: new Map([...opened.openings].map(odd)) };
  };
  return { asked, feed: { ...feed, open } };
}

type FeedKey = Parameters<ChangeFeed['open']>[0][number]['type'];

async function quietHours(): Promise<TwoSides> {
  const sides = new TwoSides();
  await sides.cycle();
  sides.clock.advance(3 * 3_600_000);
  await sides.cycle();
  return sides;
}

async function cycleOf(sides: TwoSides, feed: ChangeFeed): Promise<void> {
  sides.clock.advance(300_000);
  await sides.poll({ feed });
  await sides.merge();
}

const statusOf = async (sides: TwoSides) =>
  (await readSyncStatus(sides.ports, ['Lead', 'Contact'], EMPTY_QUEUES)).schemaProblems;

test.each(['1970-01-01T00:00:00.000Z', '2999-01-01T00:00:00.000Z'])(
  'one answer that %s is covered moves no window, and is told until the next answer',
  async (covered) => {
    const sides = await quietHours();
    await cycleOf(sides, spied(sides.ports.feed, covered).feed);
    expect(await statusOf(sides)).toContainEqual(
      `Lead: Salesforce says that it covers the changes up to ${covered}, which cannot be right: the answer is not used`,
    );
    const next = spied(sides.ports.feed);
    const checkpoint = (await sides.state.loadFeed('Lead'))?.checkpoint ?? '';
    await cycleOf(sides, next.feed);
    // The lookback, and nothing more.
    for (const from of next.asked) expect(Date.parse(checkpoint) - Date.parse(from)).toBe(600_000);
    expect(await statusOf(sides)).toEqual([]);
  },
);

test('an answer that cannot be right in the very first cycle has no row read again for good', async () => {
  const sides = new TwoSides();
  await cycleOf(sides, spied(sides.ports.feed, '1970-01-01T00:00:00.000Z').feed);
  sides.clock.advance(48 * 3_600_000);
  await cycleOf(sides, sides.ports.feed);
  const third = spied(sides.ports.feed);
  await cycleOf(sides, third.feed);
  const day = 24 * 3_600_000;
  for (const from of third.asked) expect(Date.parse(sides.clock.now()) - Date.parse(from)).toBeLessThan(2 * day);
});
