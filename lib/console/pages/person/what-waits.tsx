import { useAnswer } from '../../api/queries.ts';
import type { PersonSync } from '../../api/shapes.ts';
import { Section } from '../../parts/page.tsx';
import { localTime } from '../../words/format.ts';

/** The waiting fields with reasons, and the next try; empty without waiting fields. */
export function WhatWaits({ personId }: { readonly personId: string }) {
  const { body } = useAnswer<PersonSync>(`GET /persons/${encodeURIComponent(personId)}/sync`);
  if (body === undefined || body.rule === null) return null;
  const { waiting, lastTry, nextTry } = body;
  return (
    <Section title="What waits">
      {waiting.length > 0 && (
        <ul>
          {waiting.map(({ field, reason }) => (
            <li key={field}>{`${field}: ${reason}`}</li>
          ))}
        </ul>
      )}
      {lastTry !== null && (
        <p>{`Last try ${localTime(lastTry.at)}: ${lastTry.message === null ? 'Salesforce took it' : `“${lastTry.message}” (${lastTry.code})`}.`}</p>
      )}
      {nextTry !== null && (
        <p>{`Next try ${nextTry.at === null ? '' : `${localTime(nextTry.at)}, `}${nextTry.why}.`}</p>
      )}
    </Section>
  );
}
