import type { FieldValue } from '../../lib/person/field-value.ts';
import type { ShownValue } from '../../lib/person/long-value.ts';

/** A value of a log, in a story whose texts are all short enough to be kept whole. */
export function whole(value: ShownValue): FieldValue {
  if (typeof value === 'object' && value !== null) throw new Error(`a text of ${value.length} characters was cut`);
  return value;
}
