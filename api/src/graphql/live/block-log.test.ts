import fc from "fast-check";
import type { BlockRow } from "../../sources/live/blocks.ts";
import { BlockLog, type LoggedBlock } from "./block-log.ts";
import { walkBack } from "./branch.ts";

/** Block `number` of a branch, on the one before in the same or another branch. */
const block = (number: number, branch = "a", on = branch): BlockRow => ({
  number,
  hash: `${branch}${number}`,
  parentHash: `${on}${number - 1}`,
  timestamp: BigInt(number),
});
const logged = (row: BlockRow): LoggedBlock<string> => ({ block: row, events: row.hash });
const hashes = (blocks: readonly LoggedBlock<string>[]): string[] => blocks.map(({ block: { hash } }) => hash);

/** Blocks 0 to 5 of branch a, then b3 to b4 instead of those above a2. */
function reorged(limit = 100): BlockLog<string> {
  const log = new BlockLog<string>(block(0), limit);
  log.append([1, 2, 3, 4, 5].map((number) => logged(block(number))));
  expect(hashes(log.cutAbove(block(2)))).toEqual(["a3", "a4", "a5"]);
  log.append([logged(block(3, "b", "a")), logged(block(4, "b"))]);
  return log;
}

describe("a log of blocks", () => {
  it("goes on after a block that stands", () => {
    const found = reorged().continueFrom({ number: 2, hash: "a2" });
    expect(found).toMatchObject({ isKnown: true, undone: [], undoneFrom: undefined, from: { hash: "a2" } });
    expect(found.isKnown && hashes(found.next)).toEqual(["b3", "b4"]);
  });

  it("undoes what a client knows of a branch that is gone, and no more", () => {
    const found = reorged().continueFrom({ number: 4, hash: "a4" });
    expect(
      found.isKnown && [hashes(found.undone), found.undoneFrom?.hash, found.from.hash, hashes(found.next)],
    ).toEqual([["a3", "a4"], "a3", "a2", ["b3", "b4"]]);
  });

  it("undoes through two reorgs, each below the other", () => {
    const log = reorged();
    log.cutAbove(block(1));
    log.append([logged(block(2, "c", "a"))]);
    const found = log.continueFrom({ number: 4, hash: "b4" });
    expect(found.isKnown && [hashes(found.undone), found.from.hash, hashes(found.next)]).toEqual([
      ["a2", "b3", "b4"],
      "a1",
      ["c2"],
    ]);
  });

  it("undoes nothing of a branch that came back", () => {
    const log = reorged();
    log.cutAbove(block(2));
    log.append([3, 4].map((number) => logged(block(number))));
    const found = log.continueFrom({ number: 3, hash: "a3" });
    expect(found.isKnown && [hashes(found.undone), hashes(found.next)]).toEqual([[], ["a4"]]);
  });

  it("knows nothing of a block below its oldest, and begins anew for one that nobody knows", () => {
    const log = reorged(3);
    expect(log.base.hash).toBe("a2");
    expect(log.continueFrom({ number: 0, hash: "a0" })).toEqual({ isKnown: false, oldest: block(2) });
    expect(log.continueFrom({ number: 9_999, hash: "x" })).toMatchObject({ isKnown: false });
    const found = log.continueFrom({ number: 3, hash: "x3" });
    expect(found.isKnown && [found.undoneFrom?.hash, found.from.hash, hashes(found.next)]).toEqual([
      "b3",
      "a2",
      ["b3", "b4"],
    ]);
  });

  it("refuses a block that stands on another", () => {
    expect(() => reorged().append([logged(block(5, "a"))])).toThrow("BUG: block 5 has another parent");
  });

  it("lets whoever comes back at any time know what one who never left knows", () => {
    const step = fc.record({ down: fc.nat({ max: 4 }), up: fc.integer({ min: 1, max: 4 }) });
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 12 }), fc.nat(), (steps, place) => {
        const log = new BlockLog<string>(block(0), 1_000);
        const heads: { number: number; hash: string; chain: string[] }[] = [];
        let chain = [block(0)];
        for (const [branch, { down, up }] of steps.entries()) {
          chain = chain.slice(0, Math.max(1, chain.length - down));
          log.cutAbove(chain.at(-1) as BlockRow);
          for (let added = 0; added < up; added++) {
            const parent = chain.at(-1) as BlockRow;
            const next = { ...block(parent.number + 1, `${branch}-`), parentHash: parent.hash };
            chain.push(next);
            log.append([logged(next)]);
          }
          heads.push({ number: log.head.number, hash: log.head.hash, chain: chain.map(({ hash }) => hash) });
        }
        const client = heads[place % heads.length] as (typeof heads)[number];
        const found = log.continueFrom(client);
        if (!found.isKnown) throw new Error("unknown");
        const undone = new Set(hashes(found.undone));
        const knows = [...client.chain.filter((hash) => !undone.has(hash)), ...hashes(found.next)];
        expect(knows).toEqual(chain.map(({ hash }) => hash));
      }),
      { numRuns: 200 },
    );
  });
});

describe("walking back", () => {
  const rows = [block(3), block(2), block(1), block(3, "b", "a"), block(4, "b")];

  it("goes by parents, past the blocks of other branches, to the last one before a known one", () => {
    expect(walkBack(rows, "b4", (hash) => hash === "a2").map(({ hash }) => hash)).toEqual(["b3", "b4"]);
  });

  it("goes as far as there are blocks, and nowhere from a block that isn't there", () => {
    expect(walkBack(rows, "a3", () => false).map(({ hash }) => hash)).toEqual(["a1", "a2", "a3"]);
    expect(walkBack(rows, "z9", () => false)).toEqual([]);
  });
});
