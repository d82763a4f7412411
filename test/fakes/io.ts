/**
 * How a fake reaches its state: `effect` is one operation of the real service, atomic there. A scheduler passes its own
 * to delay an operation, fail it before or after its effect, or never answer; `name` is `<port>.<operation>`.
 */
export type Io = <T>(name: string, effect: () => T) => Promise<T>;

/** Runs each operation at once. */
export const immediately: Io = async (_name, effect) => effect();

/**
 * The value, frozen all the way down: whoever changes what a store holds, or was given by it, fails loudly. What is
 * frozen already is taken to be so throughout.
 */
export function frozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  Object.freeze(value);
  for (const part of Object.values(value)) frozen(part);
  return value;
}
