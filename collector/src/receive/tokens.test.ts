import { createHash } from "node:crypto";
import { mkdtemp, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { thrownBy } from "../testing/thrown.ts";
import { parseTokens, TokenFile } from "./tokens.ts";

const sha256 = (token: string): string => createHash("sha256").update(token).digest("hex");
const entry = (operator: string, token: string) => ({ operator, tokenSha256: sha256(token) });

let dir: string;
let path: string;
let edits = 0;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "bc-tokens-"));
  path = join(dir, "tokens.json");
});
afterEach(() => rm(dir, { recursive: true }));

async function write(content: unknown): Promise<void> {
  await writeFile(path, typeof content === "string" ? content : JSON.stringify(content));
  await utimes(path, 1_000, 1_000 + ++edits); // edits within the clock's grain are told apart all the same
}

it("a token opens for its operator only, old and new side by side while it is replaced", async () => {
  await write([entry("1", "old"), entry("1", "new"), { ...entry("2", "other"), intervalSeconds: 30 }]);
  const file = new TokenFile(path);
  await file.load();
  expect(file.entryOf("old")?.operator).toBe("1");
  expect(file.entryOf("new")?.operator).toBe("1");
  expect(file.entryOf("other")).toMatchObject({ operator: "2", intervalSeconds: 30 });
  expect(file.entryOf("Old")).toBeUndefined();
  expect(file.entryOf("")).toBeUndefined();
});

it("an edit is taken, and a bad one changes nothing but what is told", async () => {
  await write([entry("1", "old")]);
  const file = new TokenFile(path);
  await file.load();
  await write([entry("1", "new")]);
  await file.refresh();
  expect([file.entryOf("old"), file.entryOf("new")?.operator]).toEqual([undefined, "1"]);
  await write("[{");
  await file.refresh();
  expect(file.fault).toMatch(/is no JSON/);
  expect(file.entryOf("new")?.operator).toBe("1");
  await rm(path);
  await file.refresh();
  expect(file.fault).toMatch(/cannot be read/);
  expect(file.entryOf("new")?.operator).toBe("1");
  await write([]);
  await file.refresh();
  expect([file.fault, file.entryOf("new")]).toEqual([undefined, undefined]);
});

it("a start without the file says what to do", async () => {
  await expect(new TokenFile(path).load()).rejects.toMatchObject({
    code: "NO_TOKENS_FILE",
    hints: [expect.stringContaining("bc telemetry token")],
  });
});

it.each<[string, unknown, RegExp]>([
  ["no list", {}, /expected array/],
  ["a token instead of its hash", [{ operator: "1", tokenSha256: "secret" }], /entry 1: tokenSha256 must be 64 hex/],
  ["an operator as a number", [{ operator: 1, tokenSha256: sha256("a") }], /entry 1: operator/],
  ["an interval of no time", [{ ...entry("1", "a"), intervalSeconds: 0 }], /entry 1: intervalSeconds/],
  ["a misspelt name", [{ ...entry("1", "a"), interval: 3 }], /entry 1: .*interval/],
  ["one token for two operators", [entry("1", "a"), entry("2", "a")], /operators 1 and 2 have the same token/],
])("a list with %s is refused, naming the entry", (_what, content, message) => {
  expect(thrownBy(() => parseTokens(JSON.stringify(content), "t.json"))).toMatchObject({
    code: "BAD_TOKENS",
    message: expect.stringMatching(message),
  });
});
