import { useEffect, useRef, useState } from 'preact/hooks';
import { ApiProblem } from '../../api/client.ts';
import { useConsole } from '../../api/context.ts';
import { useAction } from '../../api/queries.ts';
import type { FieldValue, Person } from '../../api/shapes.ts';
import { goTo, linkTo } from '../../parts/route.ts';
import { ProblemBox } from '../../parts/states.tsx';

/**
 * The input of one field. Saving edits the person locally; the next cycle, or Sync now, pushes the edit to Salesforce.
 */
export function EditField({ person, field }: { readonly person: Person; readonly field: string }) {
  const { api } = useConsole();
  const before = person.fields[field] ?? null;
  const [text, setText] = useState(before === null ? '' : String(before));
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => input.current?.focus(), []);
  const close = () => goTo(linkTo(['person', person.personId]));
  const save = useAction<FieldValue, Person>((value) =>
    api.call<Person>(`PATCH /persons/${encodeURIComponent(person.personId)}`, { fields: { [field]: value } }),
  );
  const submit = (event: Event): void => {
    event.preventDefault();
    save.mutate(typed(text, before), { onSuccess: close });
  };
  return (
    <form class="edit-field" onSubmit={submit}>
      <input
        ref={input}
        aria-label={field}
        value={text}
        onInput={(event) => setText(event.currentTarget.value)}
        onKeyDown={(event) => event.key === 'Escape' && close()}
      />
      <button type="submit" disabled={save.isPending}>
        Save
      </button>
      <button type="button" onClick={close}>
        Cancel
      </button>
      {save.error instanceof ApiProblem && <ProblemBox problem={save.error} />}
    </form>
  );
}

/** Typed text gets the type of the previous value; empty text clears the field. */
function typed(text: string, before: FieldValue): FieldValue {
  if (text.trim() === '') return null;
  if (typeof before === 'number' && Number.isFinite(Number(text))) return Number(text);
  if (typeof before === 'boolean') return /^(true|yes|1)$/i.test(text.trim());
  return text;
}
