import { appendFile, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Inbox } from "./inbox.ts";

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "bc-inbox-"));
});
afterEach(() => rm(dir, { recursive: true }));

const texts = (left: { payload: Buffer }[]): string[] => left.map(({ payload }) => payload.toString());
const files = async (): Promise<string[]> => (await readdir(dir)).filter((name) => name.endsWith(".spool"));

it("requests stay until all that they brought is through, and then go with their file", async () => {
  const { inbox } = await Inbox.open(dir);
  const [first, second] = await Promise.all([inbox.append(Buffer.from("one")), inbox.append(Buffer.from("two"))]);
  await inbox.tidy();
  expect(await files()).toHaveLength(1);
  await inbox.release(first);
  await inbox.tidy();
  expect(await files()).toHaveLength(1);
  await inbox.release(second);
  await inbox.tidy();
  expect(await files()).toEqual([]);
  await inbox.close();
});

it("what was left is there at the next start, but for a torn end, and again until it is through", async () => {
  const { inbox } = await Inbox.open(dir);
  await inbox.append(Buffer.from("one"));
  await inbox.append(Buffer.from("two"));
  // as after a kill: nothing is closed
  const [name = ""] = await files();
  await appendFile(join(dir, name), "torn");
  const again = await Inbox.open(dir);
  expect(texts(again.left)).toEqual(["one", "two"]);
  expect(again.damagedBytes).toBe(4);
  await again.inbox.append(Buffer.from("three"));
  await again.inbox.close();
  const last = await Inbox.open(dir);
  expect(texts(last.left)).toEqual(["one", "two", "three"]);
  for (const { file } of last.left) await last.inbox.release(file);
  expect(await files()).toEqual([]);
  await last.inbox.close();
  await inbox.close();
});

it("a full file is followed by a new one, and goes when nothing needs it", async () => {
  const { inbox } = await Inbox.open(dir);
  const large = Buffer.alloc(3 * 1_048_576);
  const holders = [await inbox.append(large), await inbox.append(large), await inbox.append(large)];
  expect(await files()).toHaveLength(2);
  expect(inbox.bytes).toBeGreaterThan(9e6);
  for (const file of holders.slice(0, 2)) await inbox.release(file);
  expect(await files()).toHaveLength(1);
  expect(inbox.bytes).toBeLessThan(4e6);
  await inbox.close();
});

it("a refusal of the disk is told to those who wait, and nothing is taken after the end", async () => {
  const { inbox } = await Inbox.open(join(dir, "gone"));
  await rm(join(dir, "gone"), { recursive: true });
  await expect(inbox.append(Buffer.from("one"))).rejects.toThrow(/ENOENT/);
  await inbox.close();
  await expect(inbox.append(Buffer.from("two"))).rejects.toThrow(/stopping/);
});
