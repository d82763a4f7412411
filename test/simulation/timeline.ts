interface Event {
  readonly at: number;
  /** Of two events at one instant, the one planned first comes first. */
  readonly order: number;
  readonly run: () => void;
}

/**
 * Virtual time: events in order, each with all the promise jobs that it sets off before the next one. Nothing else
 * moves the time, so that hours pass in milliseconds, and the same seed passes them the same way.
 */
export class Timeline {
  now: number;
  steps = 0;
  readonly #heap: Event[] = [];
  #planned = 0;

  constructor(start: number) {
    this.now = start;
  }

  after(milliseconds: number, run: () => void): void {
    this.at(this.now + milliseconds, run);
  }

  at(instant: number, run: () => void): void {
    this.#push({ at: Math.max(instant, this.now), order: this.#planned, run });
    this.#planned += 1;
  }

  /** Resolves when this much time has passed, and everything in it has happened. */
  wait(milliseconds: number): Promise<void> {
    return new Promise((resolve) => this.after(milliseconds, resolve));
  }

  /** Lets events happen until one of them, or a promise job after it, calls `stop`. */
  run(start: (stop: () => void) => void): Promise<void> {
    let stopped = false;
    start(() => {
      stopped = true;
    });
    return new Promise((resolve, reject) => {
      const step = () => {
        if (stopped) return resolve();
        const event = this.#pop();
        if (event === undefined) return reject(new Error('nothing is left to happen, and nobody has called stop'));
        this.now = event.at;
        this.steps += 1;
        try {
          event.run();
        } catch (error) {
          return reject(error);
        }
        // A tick planned by a promise job comes only after all promise jobs.
        queueMicrotask(() => process.nextTick(step));
      };
      step();
    });
  }

  #push(event: Event): void {
    const heap = this.#heap;
    let at = heap.length;
    heap.push(event);
    while (at > 0) {
      const above = (at - 1) >> 1;
      const parent = heap[above];
      if (parent === undefined || !isBefore(event, parent)) break;
      heap[at] = parent;
      at = above;
    }
    heap[at] = event;
  }

  #pop(): Event | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (first === undefined || last === undefined || heap.length === 0) return first;
    let at = 0;
    for (;;) {
      const left = heap[2 * at + 1];
      const right = heap[2 * at + 2];
      const least = right !== undefined && left !== undefined && isBefore(right, left) ? right : left;
      if (least === undefined || !isBefore(least, last)) break;
      heap[at] = least;
      at = least === left ? 2 * at + 1 : 2 * at + 2;
    }
    heap[at] = last;
    return first;
  }
}

function isBefore(one: Event, other: Event): boolean {
  return one.at < other.at || (one.at === other.at && one.order < other.order);
}
