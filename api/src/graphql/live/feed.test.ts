import { Feed } from "./feed.ts";

const full = new Error("full");
const feedOf = (first: number[] = [], limit = 2, onEnd: () => void = () => undefined): Feed<number> =>
  new Feed({ first, limit, onFull: () => full, onEnd });

async function all(feed: Feed<number>): Promise<number[]> {
  const found: number[] = [];
  for await (const value of feed) found.push(value);
  return found;
}

describe("a feed", () => {
  it("gives what comes first, then what is pushed, then ends", async () => {
    const feed = feedOf([1, 2]);
    feed.push(3);
    feed.end();
    feed.push(4);
    expect(await all(feed)).toEqual([1, 2, 3]);
  });

  it("gives a value to each who asks before there is one", async () => {
    const feed = feedOf();
    const asked = [feed.next(), feed.next(), feed.next()];
    feed.push(1);
    feed.push(2);
    feed.end();
    expect(await Promise.all(asked)).toEqual([
      { value: 1, done: false },
      { value: 2, done: false },
      { value: undefined, done: true },
    ]);
  });

  it("keeps so many beside what came first; with one more it is over once those are read", async () => {
    const feed = feedOf([1, 2, 3], 2);
    for (const value of [4, 5, 6, 7]) feed.push(value);
    const found: number[] = [];
    await expect(
      (async () => {
        for await (const value of feed) found.push(value);
      })(),
    ).rejects.toBe(full);
    expect(found).toEqual([1, 2, 3, 4, 5]);
    expect(await feed.next()).toEqual({ value: undefined, done: true });
  });

  it("says once that nobody asks anymore, and lets those who wait go", async () => {
    let ends = 0;
    const feed = feedOf([1], 2, () => ends++);
    const left = feedOf([1], 2, () => ends++);
    await feed.return();
    await feed.return();
    feed.end();
    await expect(left.throw(full)).rejects.toBe(full);
    expect(ends).toBe(2);
    const waiting = feedOf();
    const asked = waiting.next();
    await waiting.return();
    expect(await asked).toEqual({ value: undefined, done: true });
  });
});
