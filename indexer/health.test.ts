import { SubgraphFailed } from "./faults.ts";
import { HealthBoard } from "./health.ts";
import { progressOf } from "./progress.ts";

describe("health", () => {
  it("turns red when trouble lasts 15 seconds, and green when it passes", () => {
    let now = 0;
    const board = new HealthBoard(() => now);
    board.noteTrouble("node", new Error("no answer"));
    expect(board.read()).toMatchObject({ isHealthy: true, detail: { reason: "no answer" } });
    now = 14_999;
    board.noteTrouble("node", new Error("still none"));
    expect(board.read().isHealthy).toBe(true);
    now = 15_000;
    expect(board.read()).toMatchObject({ isHealthy: false, detail: { reason: "still none" } });
    board.noteTrouble("node", undefined);
    expect(board.read()).toMatchObject({ isHealthy: true, detail: { reason: null } });
  });

  it("isn't mended by a node that answers while a block keeps failing", () => {
    let now = 0;
    const board = new HealthBoard(() => now);
    board.noteTrouble("block", new Error("missing value"));
    now = 20_000;
    board.noteTrouble("node", undefined);
    expect(board.read()).toMatchObject({ isHealthy: false, detail: { reason: "missing value" } });
  });

  it("turns red when no block is indexed for 90 seconds though the chain goes on and nothing fails", () => {
    let now = 0;
    const board = new HealthBoard(() => now);
    board.head = 5;
    board.indexed = 5;
    now = 500_000;
    board.head = 6;
    expect(board.read().isHealthy).toBe(true);
    now = 589_999;
    board.head = 7;
    board.noteTrouble("node", undefined);
    expect(board.read().isHealthy).toBe(true);
    now = 590_000;
    expect(board.read()).toMatchObject({
      isHealthy: false,
      detail: { reason: "no block indexed for 90 s, though the node is at block 7" },
    });
    board.indexed = 6;
    expect(board.read()).toMatchObject({ isHealthy: true, detail: { reason: null } });
    now = 680_000;
    expect(board.read().isHealthy).toBe(false);
    board.indexed = 7;
    now = 990_000;
    expect(board.read().isHealthy).toBe(true);
  });

  it("is red for good once indexing has stopped", () => {
    const board = new HealthBoard(() => 0);
    board.head = 10;
    board.indexed = 7;
    board.stop(new Error("handler failed"));
    expect(board.read()).toEqual({
      isHealthy: false,
      detail: {
        status: "failed",
        head: 10,
        indexed: 7,
        lag: 3,
        lagSeconds: null,
        isSynced: false,
        hasErrors: true,
        waitingFor: null,
        failure: null,
        reason: "handler failed",
      },
    });
  });

  it("names block and handler of a subgraph that failed, and forgets them after the reorg that removes them", () => {
    const board = new HealthBoard(() => 0);
    board.head = 10;
    board.stop(new SubgraphFailed({ block: 7, handler: "handleTransfer", reason: "no such pool" }));
    expect(board.read()).toMatchObject({
      isHealthy: false,
      detail: {
        status: "failed",
        failure: { block: 7, handler: "handleTransfer", reason: "no such pool" },
        reason: "handler handleTransfer failed at block 7: no such pool",
      },
    });
    board.resume();
    expect(board.read()).toMatchObject({ isHealthy: true, detail: { failure: null, reason: null } });
  });

  it("tells in blocks and in the chain's seconds how far it is behind, and that it has fallen behind", () => {
    let now = 0;
    const board = new HealthBoard(() => now);
    expect(board.read().detail).toMatchObject({ status: "starting", lag: null, lagSeconds: null });
    Object.assign(board, { head: 100, headTime: 5_000, indexed: 90, indexedTime: 4_880 });
    expect(board.read().detail).toMatchObject({ status: "syncing", lag: 10, lagSeconds: 120 });
    Object.assign(board, { isSynced: true, indexed: 100, indexedTime: 5_000 });
    expect(board.read().detail).toMatchObject({ status: "synced", lag: 0, lagSeconds: 0 });
    Object.assign(board, { head: 103, headTime: 5_036 });
    now = 14_999;
    expect(board.read().detail).toMatchObject({ status: "synced", lag: 3, lagSeconds: 36 });
    now = 15_000;
    board.indexed = 101; // it moves, but the head stays ahead
    expect(board.read()).toMatchObject({ isHealthy: true, detail: { status: "behind", lag: 2 } });
    board.indexed = 103;
    expect(board.read().detail).toMatchObject({ status: "synced", lag: 0 });
  });

  it("is green while the chain hasn't come to the subgraph's first block, however long", () => {
    let now = 0;
    const board = new HealthBoard(() => now);
    board.head = 5;
    board.waitFor(1_000);
    now = 10_000_000;
    board.head = 6;
    expect(board.read()).toMatchObject({
      isHealthy: true,
      detail: { status: "waiting", waitingFor: 1_000, head: 6, reason: null },
    });
  });
});

describe("progress", () => {
  it("tells rate and time left from what was done so far", () => {
    // blocks 101 to 200 in 10 seconds, 300 to go
    expect(progressOf({ block: 200, goal: 500, firstBlock: 101, events: 5_000, ms: 10_000 })).toEqual({
      block: 200,
      of: 500,
      eventsPerSecond: 500,
      secondsLeft: 30,
    });
  });
});
