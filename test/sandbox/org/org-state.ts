import { BulkJobs } from './bulk/bulk-jobs.ts';
import type { OrgClock } from './clock.ts';
import type { Faults } from './faults.ts';
import type { FeatureName } from './features/features.ts';
import { Limits } from './limits.ts';
import type { Sessions } from './oauth/sessions.ts';
import type { Locators } from './rest/locators.ts';
import { Schema } from './schema/schema.ts';
import { createStandardRecords, type StandardRecords } from './standard-records.ts';
import { newStats, type Stats } from './stats.ts';
import { type Automation, noAutomation } from './store/automation.ts';
import { ChangeEvents } from './store/change-events.ts';
import type { RecordTypeRule } from './store/record-types.ts';
import { RecycleBin } from './store/recycle-bin.ts';
import { Sharing } from './store/sharing.ts';
import { Store } from './store/store.ts';
import { Transactions } from './store/transactions.ts';

/** Everything the org holds. `reset` puts a new org in its place; clients stay signed in. */
export class OrgState {
  readonly clock: OrgClock;
  readonly faults: Faults;
  readonly sessions: Sessions;
  readonly locators: Locators;
  readonly limits: Limits;
  readonly events = new ChangeEvents();
  /** The features that are switched on. */
  readonly features = new Set<FeatureName>();
  schema: Schema;
  store: Store;
  standard: StandardRecords;
  automation: Automation = noAutomation();
  stats: Stats = newStats();
  transactions = new Transactions();
  recycleBin = new RecycleBin();
  sharing = new Sharing();
  bulk = new BulkJobs();
  recordTypes: readonly RecordTypeRule[] = [];
  /** Records that are gone for good: only `deleted` still tells of them. */
  purged: { object: string; id: string; at: number }[] = [];

  constructor(parts: Pick<OrgState, 'clock' | 'faults' | 'sessions' | 'locators'> & { dailyRequests: number }) {
    this.clock = parts.clock;
    this.faults = parts.faults;
    this.sessions = parts.sessions;
    this.locators = parts.locators;
    this.limits = new Limits(parts.dailyRequests);
    this.schema = new Schema(this.clock.now());
    this.store = this.#newStore();
    this.standard = createStandardRecords(this);
  }

  #newStore(): Store {
    return new Store(this.schema, (changes) => this.events.committed(this, changes));
  }

  reset(): void {
    this.faults.clear();
    this.locators.clear();
    this.limits.clear();
    this.events.clear();
    this.features.clear();
    this.automation = noAutomation();
    this.stats = newStats();
    this.transactions = new Transactions();
    this.recycleBin = new RecycleBin();
    this.sharing = new Sharing();
    this.bulk = new BulkJobs();
    this.recordTypes = [];
    this.purged = [];
    this.schema = new Schema(this.clock.now(), this.schema.changedAt);
    this.store = this.#newStore();
    this.standard = createStandardRecords(this);
  }
}
