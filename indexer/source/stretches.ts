interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** Stretches of numbers by key, each found by where it begins. */
export class StretchIndex {
  /** ascending by `from`, then `to` */
  private readonly byKey = new Map<string, Stretch[]>();

  /** Adds a stretch, once. */
  add(key: string, from: number, to: number): void {
    const list = this.listOf(key);
    const place = placeOf(list, from, to);
    if (list[place]?.from === from && list[place].to === to) return;
    list.splice(place, 0, { from, to });
    this.byKey.set(key, list);
  }

  /** Removes a stretch, if it is there. */
  remove(key: string, from: number, to: number): void {
    const list = this.listOf(key);
    const place = placeOf(list, from, to);
    if (list[place]?.from === from && list[place].to === to) list.splice(place, 1);
  }

  /** The end of the longest stretch that begins at `from` and ends at `most` or before. */
  find(key: string, from: number, most: number): number | undefined {
    const list = this.listOf(key);
    const before = list[placeOf(list, from, most + 1) - 1];
    return before?.from === from ? before.to : undefined;
  }

  /** Where the first stretch that begins after `from` does so. */
  next(key: string, from: number): number | undefined {
    const list = this.listOf(key);
    return list[placeOf(list, from + 1, -Infinity)]?.from;
  }

  private listOf(key: string): Stretch[] {
    return this.byKey.get(key) ?? [];
  }
}

/** The place of the first stretch that isn't before `from`…`to`. */
function placeOf(list: readonly Stretch[], from: number, to: number): number {
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const { from: otherFrom, to: otherTo } = list[middle] as Stretch;
    if (otherFrom < from || (otherFrom === from && otherTo < to)) low = middle + 1;
    else high = middle;
  }
  return low;
}
