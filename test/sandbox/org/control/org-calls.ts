import * as z from 'zod';
import { toStamp } from '../clock.ts';
import type { OrgState } from '../org-state.ts';
import { timeZones } from '../schema/picklists.ts';
import { seedOrg } from '../seed/seed.ts';
import { renderEvent } from '../store/render-event.ts';
import { defineCall, mustBeId, mustHaveObject, refuse } from './call.ts';

const nothing = z.strictObject({});

const count = z.int().min(0).max(2_000_000);

function isPublicKey(text: string): boolean {
  return /^-----BEGIN (?:PUBLIC KEY|CERTIFICATE)-----/.test(text);
}

const limitsInput = z.strictObject({
  dailyRequests: z.int().min(0).optional(),
  /** Changes of one transaction beyond these are only told of as an overflow. */
  changesInTransaction: z.int().min(1).optional(),
});

/** `-2`: all that are kept; `-1`: only new ones. */
const eventsInput = z.strictObject({
  after: z.coerce.number().int().min(-2).default(-2),
  limit: z.coerce.number().int().min(1).max(10_000).default(1_000),
  client: z.enum(['lockstep', 'admin']).default('lockstep'),
});

/** {@link https://developer.salesforce.com/docs/atlas.en-us.api_streaming.meta/api_streaming/using_streaming_api_durability.htm} */
function readEvents(org: OrgState, { after, limit, client }: z.infer<typeof eventsInput>): unknown {
  const now = org.clock.now();
  const { latest } = org.events;
  const found = after === -2 ? org.events.all(now) : org.events.after(after === -1 ? latest : after, now);
  if (!found || after > latest) {
    refuse(
      `The replayId {${after}} you provided was invalid. Please provide a valid ID, -2 to replay all events, or -1 to replay only new events.`,
    );
  }
  const events = found.slice(0, limit).map((kept) => renderEvent(org, org.standard[client], kept));
  return { events, latest };
}

/** The org as a whole: counts, clock, seed records, who sees what. */
export const orgCalls = [
  defineCall('GET stats', nothing, ({ stats }) => ({ ...stats, byKind: { ...stats.byKind } })),
  defineCall('POST reset', nothing, (org) => {
    org.reset();
    return {};
  }),
  defineCall(
    'POST seed',
    z.strictObject({ leads: count.optional(), contacts: count.optional(), seed: z.int().optional() }),
    (org, { leads = 0, contacts = 0, seed = 1 }) => seedOrg(org, { leads, contacts, seed }),
  ),
  defineCall('POST clock', z.strictObject({ advanceSeconds: z.number().min(0) }), (org, { advanceSeconds }) => {
    org.clock.advance(advanceSeconds);
    org.transactions.commitDue(org.clock.now());
    return { now: toStamp(org.clock.now()) };
  }),
  defineCall('GET clock', nothing, (org) => ({ now: toStamp(org.clock.now()) })),
  defineCall('POST limits', limitsInput, (org, { dailyRequests, changesInTransaction }) => {
    if (dailyRequests !== undefined) org.limits.maxRequests.daily = dailyRequests;
    if (changesInTransaction !== undefined) org.events.threshold.changes = changesInTransaction;
    return {};
  }),
  defineCall('GET events', eventsInput, readEvents),
  defineCall(
    'POST sharing',
    z.strictObject({ object: z.string(), id: z.string(), visible: z.boolean() }),
    (org, { object, id, visible }) => {
      const { name } = mustHaveObject(org, object);
      const row = org.store.table(name).get(mustBeId(id)) ?? refuse(`There is no ${name} ${id}`);
      org.sharing.setVisible(row.Id as string, visible);
      return {};
    },
  ),
  defineCall(
    'POST time-zone',
    z.strictObject({ client: z.enum(['lockstep', 'admin']), timeZone: z.enum(timeZones) }),
    (org, { client, timeZone }) => {
      const { id } = org.standard[client];
      org.store.put('User', { ...org.store.table('User').get(id), TimeZoneSidKey: timeZone });
      return {};
    },
  ),
  defineCall('GET record', z.strictObject({ object: z.string(), id: z.string() }), (org, { object, id }) => {
    const { name } = mustHaveObject(org, object);
    return org.store.table(name).get(mustBeId(id)) ?? refuse(`There is no ${name} ${id}`);
  }),
  defineCall(
    'POST certificates',
    z.strictObject({
      clientId: z.enum(['lockstep', 'admin']),
      publicKey: z.string().refine(isPublicKey, 'must be PEM'),
    }),
    (org, { clientId, publicKey }) => {
      org.sessions.publicKeys.set(clientId, publicKey);
      return {};
    },
  ),
  defineCall('GET standard-records', nothing, ({ standard }) => standard),
];
