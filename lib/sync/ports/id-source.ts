/** Where new ids come from: each is unique among all workers, url-safe, at most 36 characters. */
export interface IdSource {
  next(): string;
}
