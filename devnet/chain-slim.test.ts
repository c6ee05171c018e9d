import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { dropTraces } from "./chain-slim.ts";

let dir: string;
const path = (): string => join(dir, "state.json");

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "bc-slim-"));
});

afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** A transaction as anvil writes it, with brackets and quotes in a text of its traces. */
const transaction = (id: number, traces: unknown[]): object => ({
  info: { transaction_hash: `0x${id}`, traces, nonce: id },
  receipt: { logs: [{ topics: ["0x1", "0x2"] }], note: 'says "traces":[' },
});

const TRACES = [{ children: [[1], []], decoded: 'a "]" and a \\', trace: { logs: [] } }, {}];

describe("dropTraces", () => {
  it("empties every list of traces and leaves all else as it was", async () => {
    const state = (traces: unknown[]): object => ({
      block: { number: "0x1" },
      transactions: [transaction(1, traces), transaction(2, []), transaction(3, traces)],
      traces: "no list",
    });
    writeFileSync(path(), JSON.stringify(state(TRACES)));
    await dropTraces(path());
    expect(readFileSync(path(), "utf8")).toBe(JSON.stringify(state([])));
  });

  it("does so where pieces of the file end within traces and their name", async () => {
    // 4 MiB are read at a time: lists of different lengths put the ends everywhere.
    const lists = Array.from({ length: 150_000 }, (_, id) => transaction(id, id % 7 === 0 ? TRACES : [id, "]"]));
    writeFileSync(path(), JSON.stringify(lists));
    await dropTraces(path());
    const empty = JSON.stringify(lists.map((_, id) => transaction(id, [])));
    expect(readFileSync(path(), "utf8") === empty).toBe(true);
  });

  it("refuses a file that breaks off in traces, and leaves it", async () => {
    const text = JSON.stringify([transaction(1, TRACES)]).slice(0, 90);
    writeFileSync(path(), text);
    await expect(dropTraces(path())).rejects.toThrow("breaks off");
    expect(readFileSync(path(), "utf8")).toBe(text);
  });
});
