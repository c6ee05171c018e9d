interface Entry<T> {
  at: number;
  /** of two at one time the first comes first */
  place: number;
  item: T;
}

/** Things that wait for their times: a binary heap. */
export class Queue<T> {
  readonly #heap: Entry<T>[] = [];
  #count = 0;

  /** When the next one's time comes; undefined: nothing waits. */
  nextAt(): number | undefined {
    return this.#heap[0]?.at;
  }

  /** Adds an item. */
  add(at: number, item: T): void {
    const heap = this.#heap;
    const entry = { at, place: this.#count++, item };
    let place = heap.push(entry) - 1;
    for (let parent = (place - 1) >> 1; place > 0 && isBefore(entry, heap[parent]); parent = (place - 1) >> 1) {
      heap[place] = heap[parent] as Entry<T>;
      place = parent;
    }
    heap[place] = entry;
  }

  /** Takes the next one whose time has come; undefined: there is none. */
  takeUntil(at: number): T | undefined {
    const heap = this.#heap;
    const [first] = heap;
    const last = heap.at(-1);
    if (!first || !last || first.at > at) return undefined;
    heap.pop();
    if (heap.length > 0) this.#sink(last);
    return first.item;
  }

  /** Puts an entry at the top, and from there to its place. */
  #sink(entry: Entry<T>): void {
    const heap = this.#heap;
    let place = 0;
    for (;;) {
      let child = 2 * place + 1;
      if (isBefore(heap[child + 1], heap[child])) child++;
      const next = heap[child];
      if (!next || !isBefore(next, entry)) break;
      heap[place] = next;
      place = child;
    }
    heap[place] = entry;
  }
}

function isBefore<T>(one: Entry<T> | undefined, other: Entry<T> | undefined): boolean {
  if (!one || !other) return false;
  return one.at < other.at || (one.at === other.at && one.place < other.place);
}
