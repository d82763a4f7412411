const TYPES_THAT_ARE_NOT_TEXT = new Set([
  'id',
  'reference',
  'int',
  'long',
  'double',
  'currency',
  'percent',
  'boolean',
  'date',
  'datetime',
  'time',
  'address',
  'location',
]);

/** Record ids and references to records. */
export function isIdType(type: string): boolean {
  return type === 'id' || type === 'reference';
}

/** Types compared as text without case: strings, emails, phones, urls, picklists, text areas and so on. */
export function isTextType(type: string): boolean {
  return !TYPES_THAT_ARE_NOT_TEXT.has(type);
}

/** Numbers, whatever their scale. */
export function isNumberType(type: string): boolean {
  return ['int', 'long', 'double', 'currency', 'percent'].includes(type);
}
