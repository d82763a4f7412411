import type { Fields, FieldValue } from '../../lib/person/field-value.ts';
import type { SalesforceType } from '../../lib/person/row.ts';
import { readFieldStatus } from '../../lib/sync/operate/field-status.ts';
import { readSyncStatus, type SyncStatus } from '../../lib/sync/operate/sync-status.ts';
import type { CycleReport } from '../../lib/sync/state/cycle-report.ts';
import { EMPTY_QUEUES } from '../fakes/empty-queues.ts';
import { TwoSides } from '../sync/two-sides.ts';

/** Both sides, while an administrator changes the fields of the org. */
export class ChangingOrg extends TwoSides {
  addField(object: SalesforceType, name: string, over: Readonly<Record<string, unknown>> = {}): void {
    this.control('fields', { object, name, type: 'string', ...over });
  }

  removeField(object: SalesforceType, name: string): void {
    const { status } = this.org.handle({
      method: 'DELETE',
      path: '/_org/fields',
      headers: {},
      body: { object, name },
    });
    if (status >= 300) throw new Error(`${object}.${name} was not removed`);
  }

  /** Setup would convert the values; here the values under the new type are given. */
  retypeField(object: SalesforceType, name: string, type: string, values: ReadonlyMap<string, FieldValue>): void {
    this.removeField(object, name);
    this.addField(object, name, { type });
    this.fillSilently(object, name, values);
  }

  /** What `GET /sync/fields` says of a field. */
  async reportOf(object: SalesforceType, field: string) {
    const status = await readFieldStatus(this.ports, [object]);
    return status[object]?.fields.find((each) => each.field === field);
  }

  showField(object: SalesforceType, field: string, visible: boolean): void {
    this.control('field-access', { object, field, read: visible, edit: visible });
  }

  /** Values that move no stamp, as those that a record had before anybody could see the field. */
  fillSilently(object: SalesforceType, name: string, values: ReadonlyMap<string, FieldValue>): void {
    const { store } = this.org.state;
    for (const [id, value] of values) {
      const found = store.find(id);
      if (found === undefined) throw new Error(`there is no ${id}`);
      store.put(object, { ...found.row, [name]: value });
    }
  }

  lead(fields: Fields = {}): string {
    return this.insert('Lead', { LastName: 'Lovelace', Company: 'Analytical Engines', ...fields });
  }

  /** A cycle that must end well. */
  async goodCycle(): Promise<CycleReport> {
    const outcome = await this.poll();
    if (outcome.kind !== 'cycle') throw new Error('another cycle is under way');
    if (outcome.error !== null) throw outcome.error;
    const merge = await this.merge();
    if (merge.error !== null) throw merge.error;
    return outcome.report;
  }

  /** Cycles until no job runs; how many it took. */
  async cyclesUntilDone(atMost = 50): Promise<number> {
    for (let cycles = 1; cycles <= atMost; cycles += 1) {
      await this.goodCycle();
      const { jobs } = await this.status();
      if (jobs.every(({ endedAt }) => endedAt !== null)) return cycles;
    }
    throw new Error('the jobs do not end');
  }

  status(): Promise<SyncStatus> {
    return readSyncStatus(this.ports, ['Lead', 'Contact'], EMPTY_QUEUES);
  }

  value(rowId: string, field: string): FieldValue | undefined {
    return this.personOf(rowId).fields[field];
  }
}
