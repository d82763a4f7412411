import * as z from 'zod';
import { toStamp } from '../clock.ts';
import { seedOrg } from '../seed/seed.ts';
import { defineCall, mustBeId, mustHaveObject, refuse } from './call.ts';

const nothing = z.strictObject({});

const count = z.int().min(0).max(2_000_000);

function isPublicKey(text: string): boolean {
  return /^-----BEGIN (?:PUBLIC KEY|CERTIFICATE)-----/.test(text);
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
  defineCall('POST limits', z.strictObject({ dailyRequests: z.int().min(0) }), (org, { dailyRequests }) => {
    org.limits.maxRequests.daily = dailyRequests;
    return {};
  }),
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
