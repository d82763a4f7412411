import { composeLanes } from '../lib/lambda/compose-queue.ts';
import { composeSalesforce } from '../lib/lambda/compose-salesforce.ts';
import { composeStore } from '../lib/lambda/compose-store.ts';
import { readEnvironment } from '../lib/lambda/environment.ts';
import { type ApiAnswer, apiHandler, type RoutesOf } from '../lib/lambda/http-api.ts';
import { editAnswer, previewAnswer, syncAnswer } from '../lib/lambda/person-answers.ts';
import { parsePersonId, parsePreview, parseSync, parseSyncPerson } from '../lib/lambda/person-requests.ts';
import { removePerson } from '../lib/lambda/remove-person.ts';
import { createShown } from '../lib/lambda/shown.ts';
import { measuredSync } from '../lib/lambda/sync-metrics.ts';
import { createOrEditByEmail } from '../lib/sync/persons/edit-persons.ts';
import { previewSync } from '../lib/sync/sync-person/preview-sync.ts';
import { syncPerson } from '../lib/sync/sync-person/sync-person.ts';

const environment = readEnvironment('sync-person', process.env);
const store = { ...composeStore(environment, 'waiting'), queue: composeLanes(environment).fresh };
/** No API calls are reserved: a user is waiting for the sync. */
const salesforce = composeSalesforce(environment.settings, 'waiting', store.state);
const ports = async () => ({ ...store, ...salesforce });
const shown = createShown(store);

type Asked = ReturnType<typeof parseSync>;
type NotSynced = Parameters<typeof syncAnswer>[1];

async function sync(personId: string, { assignTo, recordIsGone }: Asked, unsynced?: NotSynced): Promise<ApiAnswer> {
  const outcome = await measuredSync(personId, async () => syncPerson(await ports(), personId, assignTo, recordIsGone));
  return syncAnswer((await shown()).outcome(outcome), unsynced);
}

export const handler = apiHandler<RoutesOf<'sync-person'>>(
  {
    'POST /persons/{personId}/sync': async (request, progress) => {
      const [personId, asked] = [parsePersonId(request), parseSync(request.body)];
      progress.stored(personId);
      return sync(personId, asked);
    },

    'DELETE /persons/{personId}': async (request) => removePerson(await ports(), request),

    'POST /sync/preview': async (request) => {
      const personId = parsePreview(request.body);
      const preview = await previewSync(await ports(), personId);
      return previewAnswer((await shown()).preview(preview));
    },

    'POST /sync-person': async (request, progress) => {
      const { fields, ...asked } = parseSyncPerson(request.body);
      // Stored first: the edit needs neither the secret nor Salesforce.
      const edited = await createOrEditByEmail(store, fields);
      if (edited.kind !== 'created' && edited.kind !== 'updated') return editAnswer((await shown()).outcome(edited));
      progress.stored(edited.person.personId);
      return sync(edited.person.personId, asked, edited.notSynced);
    },
  },
  'salesforce-unavailable',
);
