/** Source of new ids: unique among all workers, URL-safe, at most 36 characters. */
export interface IdSource {
  next(): string;
}
