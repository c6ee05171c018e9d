import { mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isWholeJson, mendState, previousPath, StateKeeper, statePath } from "./chain-state.ts";

const WHOLE = `{"block":{"number":"0x6","note":"a \\" } ] \\\\"},"accounts":[{"a":[1,2]},{}],"end":null}`;

let dir: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "bc-state-"));
});

afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** A state that was written a minute ago. */
function write(text: string, secondsAgo = 60): void {
  writeFileSync(statePath(dir), text);
  const at = Date.now() / 1_000 - secondsAgo;
  utimesSync(statePath(dir), at, at);
}

describe("isWholeJson", () => {
  it("tells a file that was cut off anywhere from a whole one", async () => {
    expect(JSON.parse(WHOLE)).toBeDefined();
    write(`${WHOLE}\n`);
    expect(await isWholeJson(statePath(dir))).toBe(true);
    for (let length = 0; length < WHOLE.length; length++) {
      write(WHOLE.slice(0, length));
      expect([length, await isWholeJson(statePath(dir))]).toEqual([length, false]);
    }
  });

  it("refuses what a power cut left as zeros", async () => {
    write(WHOLE.replace("[1,2]", "\0\0\0\0\0"));
    expect(await isWholeJson(statePath(dir))).toBe(false);
  });

  it("goes on across the pieces that a long file is read in", async () => {
    write(`{"long":"${'\\"]}'.repeat(100_000)}"}`);
    expect(await isWholeJson(statePath(dir))).toBe(true);
  });
});

describe("StateKeeper", () => {
  it("keeps a whole state, and doesn't give it up for one that is cut off", async () => {
    const keeper = new StateKeeper(dir);
    write(WHOLE);
    await keeper.look();
    expect(readFileSync(previousPath(dir), "utf8")).toBe(WHOLE);
    write(WHOLE.slice(0, -1), 30);
    await keeper.look();
    expect(readFileSync(previousPath(dir), "utf8")).toBe(WHOLE);
    expect(readdirSync(dir).sort()).toEqual(["state.json", "state.previous.json"]);
  });

  it("waits until the file stands still", async () => {
    write(WHOLE, 0);
    await new StateKeeper(dir).look();
    expect(readdirSync(dir)).toEqual(["state.json"]);
  });
});

describe("mendState", () => {
  it("puts the copy in the place of a state that was cut off, and leaves a whole one", async () => {
    write(WHOLE);
    await new StateKeeper(dir).look();
    expect(await mendState(dir)).toBeUndefined();
    write("{}");
    expect(await mendState(dir)).toBeUndefined();
    expect(readFileSync(statePath(dir), "utf8")).toBe("{}");
    write(WHOLE.slice(0, 20));
    expect(await mendState(dir)).not.toBeUndefined();
    expect(readFileSync(statePath(dir), "utf8")).toBe(WHOLE);
  });

  it("leaves a cut-off state when there is no copy, or no whole one", async () => {
    write("");
    expect(await mendState(dir)).toBeUndefined();
    writeFileSync(previousPath(dir), WHOLE.slice(0, 30));
    expect(await mendState(dir)).toBeUndefined();
    expect(readFileSync(statePath(dir), "utf8")).toBe("");
  });
});
