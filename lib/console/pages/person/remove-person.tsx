import { useState } from 'preact/hooks';
import { ApiProblem } from '../../api/client.ts';
import { useConsole } from '../../api/context.ts';
import { useAction } from '../../api/queries.ts';
import type { Person } from '../../api/shapes.ts';
import { Confirmed } from '../../parts/confirmed.tsx';
import { Page, Section } from '../../parts/page.tsx';
import { goTo, linkTo } from '../../parts/route.ts';
import { ProblemBox } from '../../parts/states.tsx';
import { nameOf } from '../../words/format.ts';

/** The word to type before a person is erased. */
const WORD = 'erase';

type How = 'deleted' | 'erased';

/** Deletes or erases a person here, and on demand deletes the record in Salesforce. */
export function RemovePerson({ person }: { readonly person: Person }) {
  const { api } = useConsole();
  const { personId, salesforce } = person;
  const [deletesRecord, setDeletesRecord] = useState(false);
  const [typed, setTyped] = useState('');
  const remove = useAction<How, void>(async (how) => {
    const query = `salesforce=${deletesRecord ? 'delete' : 'keep'}${how === 'erased' ? '&erase=true' : ''}`;
    await api.call(`DELETE /persons/${encodeURIComponent(personId)}?${query}`);
    // Not a callback of `mutate`: the answers are asked for again first, and this component is gone by then.
    goTo(linkTo(['person', personId], { removed: how }));
  });
  const name = nameOf(person);
  const record = salesforce !== null && !salesforce.isDeleted && (
    <RecordToo type={salesforce.type} isChosen={deletesRecord} choose={setDeletesRecord} />
  );
  return (
    <Section title="Remove">
      <div class="row">
        <Confirmed
          label="Delete here …"
          title={`Delete ${name} here?`}
          confirm="Delete"
          isBusy={remove.isPending}
          onConfirm={() => remove.mutate('deleted')}
        >
          <p>
            No list shows the person any more, and edits that wait are dropped. The values are kept: creating a person
            with the same email brings this person back.
          </p>
          {record}
        </Confirmed>
        <Confirmed
          label="Erase for good …"
          title={`Erase ${name}?`}
          confirm="Erase for good"
          isBusy={remove.isPending}
          onConfirm={() => remove.mutate('erased')}
        >
          <p>No value, no email and no activity of the person is kept here, only ids. This cannot be undone.</p>
          {record}
          <label>
            {`Type “${WORD}” to confirm`}
            <input
              required
              pattern={WORD}
              autocomplete="off"
              value={typed}
              onInput={(event) => setTyped(event.currentTarget.value)}
            />
          </label>
        </Confirmed>
      </div>
      {remove.error instanceof ApiProblem && <ProblemBox problem={remove.error} />}
    </Section>
  );
}

function RecordToo(props: {
  readonly type: string;
  readonly isChosen: boolean;
  readonly choose: (isChosen: boolean) => void;
}) {
  return (
    <label class="check">
      <input type="checkbox" checked={props.isChosen} onChange={(event) => props.choose(event.currentTarget.checked)} />
      {`Delete the ${props.type} in Salesforce, too`}
    </label>
  );
}

const REMOVED = {
  deleted: [
    'Deleted',
    'This person is deleted here. The values are kept: creating a person with the same email brings this person back.',
  ],
  erased: ['Erased', 'Only ids of this person are kept here. A new person may have the same email.'],
} as const;

/** The page of a person that was just removed. */
export function RemovedPerson({ how }: { readonly how: string }) {
  const [title, words] = how === 'erased' ? REMOVED.erased : REMOVED.deleted;
  return (
    <Page title={title}>
      <p role="status" class="box good">
        {words}
      </p>
      <p>
        <a href={linkTo(['persons'])}>All persons</a>
      </p>
    </Page>
  );
}
