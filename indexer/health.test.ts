import { silentLogger, type Logger } from "#kernel/log.ts";
import { SubgraphFailed } from "./faults.ts";
import { HealthBoard } from "./health.ts";
import { Progress, progressOf } from "./progress.ts";

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
  it("tells share, recent rate and time left", () => {
    // of blocks 101 to 500, 200 is the 100th; 50 blocks and 5,000 events in the last 10 seconds, 300 blocks to go
    const since = { at: 60_000, block: 150, events: 1_000 };
    const now = { at: 70_000, block: 200, events: 6_000 };
    expect(progressOf(since, now, 101, 500)).toEqual({
      block: 200,
      of: 500,
      percent: 25,
      eventsPerSecond: 500,
      secondsLeft: 60,
    });
    expect(progressOf({ ...since, block: 200 }, now, 101, 500).secondsLeft).toBeNull();
  });

  it("is told every 5 seconds, at the rate of the last half minute", () => {
    let now = 0;
    const lines: { block: number; eventsPerSecond: number; lagSeconds: number }[] = [];
    const logger = Object.assign(Object.create(silentLogger) as Logger, { info: (line: never) => lines.push(line) });
    const progress = new Progress(logger, 0, 1, () => now);
    for (let second = 1; second <= 60; second++) {
      now = second * 1_000;
      progress.note(second, second <= 30 ? 10 : 1_000, 1_000, 1_000 - second);
    }
    expect(lines.map(({ block }) => block)).toEqual([5, 10, 15, 20, 25, 30, 35, 40, 45, 50, 55, 60]);
    expect(lines.map(({ eventsPerSecond }) => eventsPerSecond)).toEqual([
      ...[10, 10, 10, 10, 10, 10],
      // 5, 10, 15, 20, 25 and 30 fast ones of 30
      ...[175, 340, 505, 670, 835, 1_000],
    ]);
    expect(lines.at(-1)?.lagSeconds).toBe(940);
    progress.note(1_000, 1, 1_000, 0); // at the goal there is nothing to tell
    expect(lines).toHaveLength(12);
  });
});
