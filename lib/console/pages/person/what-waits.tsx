import { useAnswer } from '../../api/queries.ts';
import { Section } from '../../parts/page.tsx';
import { localTime } from '../../words/format.ts';

/** The parts of `GET /persons/{personId}/sync` that are shown; the API may say more. */
interface PersonSync {
  readonly waiting?: readonly { readonly field: string; readonly reason: string }[];
  readonly lastTry?: { readonly at: string; readonly message: string | null } | null;
  readonly nextTry?: { readonly at: string | null; readonly why: string } | null;
}

/** What waits and why, where the API can say so; nothing where it cannot. */
export function WhatWaits({ personId }: { readonly personId: string }) {
  const { body } = useAnswer<PersonSync>(`GET /persons/${encodeURIComponent(personId)}/sync`);
  if (body?.waiting === undefined || body.waiting.length === 0) return null;
  return (
    <Section title="What waits">
      <ul>
        {body.waiting.map(({ field, reason }) => (
          <li key={field}>{`${field}: ${reason}`}</li>
        ))}
      </ul>
      {body.lastTry != null && (
        <p>{`Last try ${localTime(body.lastTry.at)}${body.lastTry.message === null ? '' : `: ${body.lastTry.message}`}`}</p>
      )}
    </Section>
  );
}
