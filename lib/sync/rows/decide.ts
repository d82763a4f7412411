import type { Decided, Known, Read } from './known.ts';
import { decideRow, type RowQuestion } from './row-table.ts';
import { decidePerson, type PersonQuestion } from './sync-table.ts';

export type Question = RowQuestion | PersonQuestion;

/**
 * The one decision about rows and persons: from everything read so far, the next read or the next step. Pure. Called
 * again after every write, accepted or refused.
 */
export function decide(known: Known, question: Question): Read | Decided {
  const deciding = question.kind === 'row' ? decideRow(known, question) : decidePerson(known, question);
  // The first missing read ends the run; the next run gets further with the answer.
  return deciding.next().value;
}
