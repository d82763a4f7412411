/** Answers a batch of asks, in order. */
export type Together<Ask, Answer> = (asks: readonly Ask[]) => readonly Promise<Answer>[];

/**
 * Runs the same work for many items concurrently and gathers single asks into batches: a batch is sent once every
 * running item has asked or ended. The work needs no knowledge of the batching.
 */
export class Gathering {
  #running = 0;
  #waiting = 0;
  readonly #carryOut: (() => void)[] = [];

  /** The results, in order of the items. */
  async each<Item, Result>(
    items: readonly Item[],
    work: (item: Item) => Promise<Result>,
  ): Promise<readonly PromiseSettledResult<Result>[]> {
    this.#running += items.length;
    return Promise.allSettled(
      items.map(async (item) => {
        try {
          return await work(item);
        } finally {
          this.#running -= 1;
          this.#carryOutWhereAllWait();
        }
      }),
    );
  }

  /** Turns a batch function into a function for a single ask. */
  gathered<Ask, Answer>(together: Together<Ask, Answer>): (ask: Ask) => Promise<Answer> {
    let asked: { readonly ask: Ask; readonly end: PromiseWithResolvers<Answer> }[] = [];
    this.#carryOut.push(() => {
      const taken = asked;
      asked = [];
      this.#waiting -= taken.length;
      if (taken.length === 0) return;
      const answers = together(taken.map(({ ask }) => ask));
      taken.forEach(({ end }, at) => {
        const answer = answers[at] ?? Promise.reject(new Error('a question without an answer'));
        answer.then(end.resolve, end.reject);
      });
    });
    return (ask) => {
      const end = Promise.withResolvers<Answer>();
      asked.push({ ask, end });
      this.#waiting += 1;
      this.#carryOutWhereAllWait();
      return end.promise;
    };
  }

  #carryOutWhereAllWait(): void {
    if (this.#waiting === 0 || this.#waiting < this.#running) return;
    for (const carryOut of this.#carryOut) carryOut();
  }
}

/**
 * Groups asks of the same kind into chunks of at most `most()`, run one after another; a failure affects only the
 * chunk.
 */
export function inChunks<Ask, Answer>(
  kindOf: (ask: Ask) => string,
  most: () => number,
  work: (asks: readonly Ask[], first: Ask) => Promise<readonly Answer[]>,
): Together<Ask, Answer> {
  return (asks) => {
    const ends = asks.map(() => Promise.withResolvers<Answer>());
    const groups = [...Map.groupBy(asks.keys(), (at) => kindOf(asks[at] as Ask)).values()];
    const workOff = async (): Promise<void> => {
      for (const group of groups) {
        while (group.length > 0) {
          const places = group.splice(0, most());
          try {
            const some = places.map((at) => asks[at] as Ask);
            const answers = await work(some, some[0] as Ask);
            for (const [nth, at] of places.entries()) ends[at]?.resolve(answers[nth] as Answer);
          } catch (error) {
            for (const at of places) ends[at]?.reject(error);
          }
        }
      }
    };
    void workOff();
    return ends.map(({ promise }) => promise);
  };
}
