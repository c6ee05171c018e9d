import { Arena, joinAdjacent } from "./arena.ts";

const MEGABYTE = 1_048_576;

describe("an arena", () => {
  it("gives memory side by side, and a record that doesn't fit a chunk one of its own", () => {
    const arena = new Arena();
    const parts = [arena.take(10), arena.take(20), arena.take(2 * MEGABYTE), arena.take(30)];
    expect(parts.map(({ length }) => length)).toEqual([10, 20, 2 * MEGABYTE, 30]);
    expect(joinAdjacent(parts).map(({ length }) => length)).toEqual([30, 2 * MEGABYTE, 30]);
  });

  it("uses again what is given back, and nothing before that", () => {
    const arena = new Arena();
    const first = arena.take(10);
    const sealed = arena.seal();
    expect(arena.take(10).buffer).not.toBe(first.buffer);
    arena.seal();
    arena.giveBack(sealed);
    expect(arena.take(10).buffer).toBe(first.buffer);
  });

  it("keeps no more than a few chunks for later", () => {
    const arena = new Arena();
    const taken = new Set(Array.from({ length: 20 }, () => arena.take(MEGABYTE).buffer));
    arena.giveBack(arena.seal());
    const again = Array.from({ length: 20 }, () => arena.take(MEGABYTE).buffer);
    expect(again.filter((buffer) => taken.has(buffer))).toHaveLength(4);
  });
});
