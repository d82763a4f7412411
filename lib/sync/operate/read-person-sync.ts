import type { Person } from '../../person/person.ts';
import { fieldReports } from '../../schema/field-report.ts';
import { storedByType } from '../context/schemas.ts';
import type { BacklogLane, Ports } from '../ports/ports.ts';
import { type PersonSyncState, personSyncState } from './why-waiting.ts';

type PersonSyncPorts = Pick<Ports, 'clock' | 'policy' | 'queue' | 'state'> & BacklogLane;

/** The waiting edits of a person, with reasons. Read-only; calls no Salesforce API. */
export async function readPersonSync(
  ports: PersonSyncPorts,
  person: Person,
  scheduleEnabled: boolean,
): Promise<PersonSyncState> {
  const [{ cycle, health }, fresh, backlog, stored] = await Promise.all([
    ports.state.lastCycle(),
    ports.queue.depth(),
    ports.backlog.depth(),
    storedByType(ports),
  ]);
  const { error = null } = cycle ?? {};
  const { failing } = health;
  return personSyncState(person, {
    now: ports.clock.now(),
    scheduleEnabled,
    failing: error === null || failing === null ? null : { ...error, since: failing.since },
    hasCycled: cycle !== null,
    queued: fresh + backlog,
    whyNotPushed: (type, field) => {
      const schema = stored[type]?.schema;
      if (schema === undefined) return undefined;
      const report = fieldReports(schema, ports.policy).find((each) => each.field === field);
      if (report === undefined) return `a ${type} has no such field`;
      return report.direction === 'both' || report.direction === 'push'
        ? undefined
        : (report.why ?? 'it is not pushed');
    },
  });
}
