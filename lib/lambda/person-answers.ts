import { type Activity, shownActivity } from '../person/activity.ts';
import { assertNever } from '../person/assert-never.ts';
import { shownFields } from '../person/long-value.ts';
import { type Person, type SalesforceLink, syncStatus } from '../person/person.ts';
import { retryAt } from '../person/retry.ts';
import type { RowName } from '../person/row.ts';
import type { UnsyncedField } from '../schema/check-fields.ts';
import type { EditOutcome } from '../sync/persons/edit-persons.ts';
import { activityIdOf } from '../sync/persons/joined-activities.ts';
import type { DeleteOutcome } from '../sync/sync-person/delete-person.ts';
import type { SyncOutcome } from '../sync/sync-person/person-sync.ts';
import type { PreviewOutcome } from '../sync/sync-person/preview-sync.ts';
import { Problem } from './api/problem.ts';
import type { ApiAnswer } from './http-api.ts';
import type { Deletion } from './person-requests.ts';

/** A person as shown by the API. */
export function personView(person: Person) {
  const { personId, version, fields, salesforce, pending, lastSyncedAt, rejection, createdAt, updatedAt } = person;
  const status = syncStatus(person);
  const sorted = Object.fromEntries(Object.entries(fields).sort(([left], [right]) => (left < right ? -1 : 1)));
  const refused = rejection && { ...rejection, retryAt: retryAt(person) };
  const sync = { status, pending: Object.keys(pending).sort(), lastSyncedAt, rejection: refused };
  return { personId, version, fields: sorted, salesforce: linkView(salesforce), sync, createdAt, updatedAt };
}

/** A person as shown in a list: long texts shortened. */
export function listedPersonView(person: Person) {
  const view = personView(person);
  return { ...view, fields: shownFields(view.fields) };
}

function linkView(link: SalesforceLink | null) {
  if (link === null) return null;
  const { owner, ownerId, type: object, id, systemModstamp, isDeleted, isConverted } = link;
  const type = ownerId?.startsWith('005') ? 'User' : 'Queue';
  const known = { name: owner?.name ?? null, email: owner?.email ?? null };
  const shown = { type: object, id, systemModstamp, isDeleted, isConverted };
  return { ...shown, owner: ownerId === null ? null : { id: ownerId, type, ...known } };
}

/** The answer for a joined person: redirects to the survivor. */
export function movedAnswer(personId: string, below = ''): ApiAnswer {
  return { status: 308, body: { personId }, headers: { location: `/persons/${personId}${below}` } };
}

/** The problem for a person deleted locally. */
function deletedProblem(at: string): Problem {
  const detail = `deleted here at ${at}; the record in Salesforce does not bring the person back; POST /persons with the Email does`;
  return new Problem('person-deleted', detail, { members: { deletedAt: at } });
}

/** The problem for a person whose record may be invisible to the sync user. */
function notVisibleProblem({ type, id }: RowName): Problem {
  const detail =
    `${type} ${id} cannot be read: the sync user may lack access, or the record was finally deleted; ` +
    'give the sync user access, or confirm the deletion with recordIsGone';
  return new Problem('record-not-visible', detail, { members: { record: { type, id } } });
}

/** An activity with everything logged. */
export function activityView(personId: string, { seq, ...activity }: Activity) {
  return { activityId: activityIdOf(personId, seq), ...activity };
}

/** An activity as shown in a list. */
export function listedActivityView(personId: string, activity: Activity) {
  return activityView(personId, shownActivity(activity));
}

function ifAny(notSynced: readonly UnsyncedField[] = []) {
  return notSynced.length > 0 ? { notSynced } : {};
}

/** `notSynced`: edited fields whose values stay local. */
export function personAnswer(status: number, person: Person, notSynced?: readonly UnsyncedField[]): ApiAnswer {
  const body = { ...personView(person), ...ifAny(notSynced) };
  return { status, body, headers: { etag: `"${person.version}"` } };
}

/** The answer to a create or edit; throws the `Problem` of a failed edit. */
export function editAnswer(outcome: EditOutcome): ApiAnswer {
  switch (outcome.kind) {
    case 'created':
      return personAnswer(201, outcome.person, outcome.notSynced);
    case 'updated':
      return personAnswer(200, outcome.person, outcome.notSynced);
    case 'invalidFields': {
      const fields = outcome.problems;
      const detail = fields.map(({ field, reason }) => `${field}: ${reason}`).join('; ');
      throw new Problem('invalid-fields', detail, { members: { fields } });
    }
    case 'notFound':
      throw new Problem('not-found', 'the person does not exist');
    case 'mergedAway':
      return movedAnswer(outcome.personId);
    case 'deletedHere':
      throw deletedProblem(outcome.at);
    case 'versionMismatch':
      throw new Problem('version-mismatch', `the person has version ${outcome.version}`);
    default:
      return assertNever(outcome);
  }
}

/** The answer to a sync; throws the `Problem` of a failed sync. */
export function syncAnswer(outcome: SyncOutcome, notSynced?: readonly UnsyncedField[]): ApiAnswer {
  switch (outcome.kind) {
    case 'synced': {
      const { outcome: result, person, pushed, pulled, conflicts } = outcome;
      return {
        status: 200,
        body: { outcome: result, person: personView(person), pushed, pulled, conflicts, ...ifAny(notSynced) },
      };
    }
    case 'rejected': {
      const { code, message, fields } = outcome.rejection;
      throw new Problem('salesforce-rejected', message, { members: { rejection: { code, message, fields } } });
    }
    case 'ambiguousMatch':
      throw new Problem('ambiguous-match', 'link the right record manually, or change the email of the other records', {
        members: { candidates: outcome.candidates },
      });
    case 'recordNotVisible':
      throw notVisibleProblem(outcome.record);
    case 'mergedAway':
      return movedAnswer(outcome.personId, '/sync');
    case 'deletedHere':
      throw deletedProblem(outcome.at);
    case 'notFound':
    case 'busy':
    case 'contactNotAssignable':
    case 'unavailable':
    case 'limit':
      throw new Problem(...UNDONE[outcome.kind]);
    default:
      return assertNever(outcome);
  }
}

/** The answer to a deletion, with or without the Salesforce record; throws the `Problem` of a failed deletion. */
export function deleteAnswer(outcome: DeleteOutcome, { salesforce, erases }: Deletion): ApiAnswer {
  if (outcome.kind === 'deleted') return { status: 204, body: undefined };
  if (outcome.kind !== 'mergedAway') return syncAnswer(outcome);
  const asked = [...(salesforce === 'delete' ? ['salesforce=delete'] : []), ...(erases ? ['erase=true'] : [])];
  return movedAnswer(outcome.personId, asked.length === 0 ? '' : `?${asked.join('&')}`);
}

/** The answer to a preview; throws the `Problem` of a failed preview. */
export function previewAnswer(outcome: PreviewOutcome): ApiAnswer {
  if (outcome.kind !== 'preview') throw new Problem(...UNDONE[outcome.kind]);
  const { personId, outcome: result, record, candidates, waitsFor, rejection, pulled, pushed, fields } = outcome;
  const body = { personId, outcome: result, record, candidates, waitsFor, rejection, pulled, pushed, fields };
  return { status: 200, body };
}

type Undone = Exclude<
  SyncOutcome['kind'],
  'synced' | 'rejected' | 'ambiguousMatch' | 'recordNotVisible' | 'mergedAway' | 'deletedHere'
>;

const KEPT = 'the edits are kept';

const UNDONE: Readonly<Record<Undone, ConstructorParameters<typeof Problem>>> = {
  notFound: ['not-found', 'the person does not exist'],
  busy: ['busy', `a different sync of the person is or may be in progress; ${KEPT}`, { retryAfterSeconds: 5 }],
  contactNotAssignable: [
    'contact-not-assignable',
    `Salesforce does not allow a queue as owner of a Contact; nothing was sent; ${KEPT}`,
  ],
  unavailable: ['salesforce-unavailable', `no answer came in time; ${KEPT}`, { retryAfterSeconds: 30 }],
  limit: ['salesforce-limit', `the org has no calls left today; ${KEPT}`, { retryAfterSeconds: 3600 }],
};
