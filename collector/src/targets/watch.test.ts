import { mkdtemp, open, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { messageOf } from "#kernel/errors.ts";
import { waitFor } from "#kernel/time.ts";
import { readTargetsFile, watchTargetsFile } from "./watch.ts";

let dir: string;
let path: string;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "bc-targets-"));
  path = join(dir, "targets.json");
});
afterEach(() => rm(dir, { recursive: true }));

describe("readTargetsFile", () => {
  it("says which file is missing, and which setting names it", async () => {
    await expect(readTargetsFile(path)).rejects.toMatchObject({
      code: "NO_TARGETS_FILE",
      message: expect.stringContaining(path) as unknown,
      hints: [expect.stringContaining("TARGETS_FILE")],
    });
  });
});

describe("watchTargetsFile", () => {
  it("tells every edit, by replacement too, and a bad one as an error", async () => {
    await writeFile(path, "[]");
    const told: string[] = [];
    const stop = new AbortController();
    const watcher = {
      onTargets: (targets: { url: string }[]) => void told.push(targets.map(({ url }) => url).join()),
      onError: (error: unknown) => void told.push(messageOf(error)),
    };
    const watching = watchTargetsFile(path, watcher, stop.signal, 10);
    const toldTimes = (count: number): Promise<true> =>
      waitFor(async () => (told.length >= count ? true : undefined), {
        timeoutMs: 20_000,
        onTimeout: () => new Error(`told only ${told.join("; ")}`),
      });
    const replace = async (text: string): Promise<void> => {
      await writeFile(`${path}.new`, text);
      await rename(`${path}.new`, path);
    };
    await replace('[{"targets":["a:1"]}]');
    await toldTimes(1);
    await replace("[{}]");
    await toldTimes(2);
    // In place, but in one piece: writeFile empties a file first, and two looks might fall into that moment.
    const file = await open(path, "r+");
    await file.write('[{"targets":["b:1"]}]');
    await file.close();
    await toldTimes(3);
    stop.abort();
    await watching;
    expect(told).toEqual(["http://a:1/metrics", expect.stringContaining("entry 1"), "http://b:1/metrics"]);
  });
});
