import { useAnswer } from '../api/queries.ts';
import type { Person, Preview } from '../api/shapes.ts';
import { Page, Section, Time } from '../parts/page.tsx';
import type { Route } from '../parts/route.ts';
import { Answered, StatusBadge } from '../parts/states.tsx';
import { ago, listed, nameOf } from '../words/format.ts';
import { BothSides } from './person/both-sides.tsx';
import { PersonActions } from './person/person-actions.tsx';
import { RemovedPerson, RemovePerson } from './person/remove-person.tsx';
import { Timeline } from './person/timeline.tsx';
import { WhatWaits } from './person/what-waits.tsx';

/** One person: both records, the planned sync, and the history. */
export default function PersonPlace({ route, personId }: { readonly route: Route; readonly personId: string }) {
  const { removed } = route.query;
  if (removed !== undefined) return <RemovedPerson how={removed} />;
  return <OnePerson route={route} personId={personId} />;
}

function OnePerson({ route, personId }: { readonly route: Route; readonly personId: string }) {
  const person = useAnswer<Person>(`GET /persons/${encodeURIComponent(personId)}`);
  const preview = useAnswer<Preview>('POST /sync/preview', { personId });
  const name = person.body === undefined ? 'Person' : nameOf(person.body);
  return (
    <Page title={name}>
      <Answered answer={person} what="the person">
        {(body) => (
          <>
            <Facts person={body} />
            <Standing person={body} />
            <PersonActions person={body} />
            <Section title="Both sides">
              <BothSides person={body} preview={preview} edited={route.query.edit} />
            </Section>
            <WhatWaits personId={personId} />
            <Timeline route={route} personId={personId} />
            <RemovePerson person={body} />
          </>
        )}
      </Answered>
    </Page>
  );
}

function Facts({ person }: { readonly person: Person }) {
  const { salesforce, sync, personId } = person;
  return (
    <p class="facts">
      <StatusBadge status={sync.status} />
      <span>
        {salesforce === null ? 'Never in Salesforce' : `${salesforce.type} ${salesforce.id}`}
        {salesforce?.isDeleted === true && ' (deleted in Salesforce)'}
        {salesforce?.isConverted === true && ' (converted)'}
      </span>
      {salesforce?.owner != null && <span>{`owner ${salesforce.owner.name ?? salesforce.owner.id}`}</span>}
      <span>
        {sync.lastSyncedAt === null ? (
          'never synced'
        ) : (
          <>
            synced <Time at={sync.lastSyncedAt}>{ago(sync.lastSyncedAt, Date.now())}</Time>
          </>
        )}
      </span>
      <span class="muted">{personId}</span>
    </p>
  );
}

function NotVisible({ message, at }: { readonly message: string; readonly at: string }) {
  return (
    <div class="box bad">
      <strong>Salesforce does not show the record of this person</strong>
      <p>{`${message}, ${ago(at, Date.now())}.`}</p>
    </div>
  );
}

/** Why the person is not in step, with advice. */
function Standing({ person }: { readonly person: Person }) {
  const { rejection, pending, status } = person.sync;
  if (rejection !== null) {
    if (rejection.code === 'RECORD_NOT_VISIBLE') return <NotVisible message={rejection.message} at={rejection.at} />;
    const fields = rejection.fields.length === 0 ? 'This person' : listed(rejection.fields);
    return (
      <div class="box bad">
        <strong>{`${fields} is refused by Salesforce`}</strong>
        <p>{`“${rejection.message}” (${rejection.code}), ${ago(rejection.at, Date.now())}.`}</p>
        <p>Edit the value, or change the rule in Salesforce, and then press Sync now.</p>
      </div>
    );
  }
  if (status === 'localOnly') {
    return (
      <p class="box">
        The person is not in Salesforce. Sync now creates the Lead, or links the record with the same email.
      </p>
    );
  }
  if (pending.length > 0) return <p class="box">{`Waiting for the next cycle: ${listed(pending)}.`}</p>;
  return null;
}
