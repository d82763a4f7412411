import type { Decided, Known, Read } from './known.ts';
import { decideRow, type RowQuestion } from './row-table.ts';
import { decidePerson, type PersonQuestion } from './sync-table.ts';

export type Question = RowQuestion | PersonQuestion;

/**
 * The one decision about rows and persons: from what a worker has read so far, the next read or the one next step.
 * Pure. After a write, whether it went through or was refused, it is asked again.
 */
export function decide(known: Known, question: Question): Read | Decided {
  const deciding = question.kind === 'row' ? decideRow(known, question) : decidePerson(known, question);
  // The first read that is still missing ends this run; with the answer, the next run comes further.
  return deciding.next().value;
}
