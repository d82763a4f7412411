import { InMemoryListJobStore } from '../fakes/in-memory-list-job-store.ts';
import { InMemoryPersonStore } from '../fakes/in-memory-person-store.ts';
import { InMemorySyncStateStore } from '../fakes/in-memory-sync-state-store.ts';
import { listJobStoreContract } from './list-job-store-contract.ts';
import { personListsContract } from './person-lists-contract.ts';
import { personStoreContract } from './person-store-contract.ts';
import { statusListsContract } from './status-lists-contract.ts';
import { stubContract } from './stub-contract.ts';
import { syncStateStoreContract } from './sync-state-store-contract.ts';

const emptyStore = async () => new InMemoryPersonStore({ pageSize: 40 });

personStoreContract('in memory', emptyStore);

stubContract('in memory', emptyStore);
personListsContract('in memory', emptyStore);
statusListsContract('in memory', emptyStore);
listJobStoreContract('in memory', async () => new InMemoryListJobStore());
syncStateStoreContract('in memory', async () => new InMemorySyncStateStore());
