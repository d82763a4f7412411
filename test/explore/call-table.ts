import { isPerson } from '../../lib/person/standing.ts';
import { chainOf, itemOf } from '../../lib/sync/rows/authority.ts';
import { absorb } from '../../lib/sync/rows/claim-table.ts';
import type { Decided, Deciding, Known, Read } from '../../lib/sync/rows/known.ts';
import type { ExploredPerson, Message } from './world.ts';

/** What the other calls of the API do to a person, as far as rows are concerned. */
export type Call = { readonly rule: 'call' } & (
  | { readonly kind: 'edit'; readonly personId: string; readonly value: number }
  | { readonly kind: 'delete'; readonly personId: string }
  | { readonly kind: 'erase'; readonly personId: string }
  | { readonly kind: 'send'; readonly personId: string }
  | { readonly kind: 'nothing' }
);

type Calling = Deciding<Decided | Call>;

const NOTHING: Call = { kind: 'nothing', rule: 'call' };

export function decideCall(known: Known, message: Message, sent: boolean): Read | Decided | Call {
  return calling(known, message, sent).next().value;
}

function* calling(known: Known, message: Message, sent: boolean): Calling {
  if (message.kind === 'row') return NOTHING;
  const chain = yield* chainOf(known, message.personId);
  if (chain === null) return NOTHING;
  const survivor = chain.survivor as ExploredPerson;
  if (message.kind === 'edit') return editOf(survivor, message.value);
  if (message.kind === 'delete') return deletionOf(survivor);
  if (message.kind === 'erase' && !sent) return { kind: 'send', personId: message.personId, rule: 'call' };
  if (chain.unjoined !== undefined) return yield* absorb(known, chain.unjoined, survivor);
  const { personId, erased } = survivor;
  return erased ? yield* clearParts(known, survivor) : { kind: 'erase', personId, rule: 'call' };
}

function editOf(person: ExploredPerson, value: number): Call {
  const isDone = isHidden(person) || (person.values & value) !== 0;
  return isDone ? NOTHING : { kind: 'edit', personId: person.personId, value, rule: 'call' };
}

function deletionOf(person: ExploredPerson): Call {
  return isHidden(person) ? NOTHING : { kind: 'delete', personId: person.personId, rule: 'call' };
}

function isHidden({ erased, deletedHere }: ExploredPerson): boolean {
  return erased || deletedHere !== null;
}

/** Erasure reaches the persons that were joined into the erased one. */
function* clearParts(known: Known, { absorbed }: ExploredPerson): Calling {
  for (const id of absorbed) {
    const part = yield* itemOf(known, id);
    if (isPerson(part) && !part.erased) return { kind: 'clear', personId: id, rule: '1' };
  }
  return NOTHING;
}
