/** Closes an exhaustive `switch`: a missing case is a compile error. */
export function assertNever(value: never): never {
  throw new Error(`unexpected ${JSON.stringify(value)}`);
}
