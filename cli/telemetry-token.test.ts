import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { parseTokens } from "#collector/index.ts";
import { ROOT } from "./test/network.ts";

async function bcToken(...args: string[]) {
  const child = spawn(process.execPath, [join(ROOT, "cli/bc.mjs"), "telemetry", "token", ...args]);
  const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "close")]);
  return { out, err, code: code as number };
}

it("bc telemetry token makes a token, and an entry that opens for it and doesn't tell it", async () => {
  const { out, code } = await bcToken("7", "--json");
  expect(code).toBe(0);
  const { token, entry } = JSON.parse(out) as { token: string; entry: unknown };
  expect(token).toMatch(/^[A-Za-z0-9_-]{43}$/);
  const tokenSha256 = createHash("sha256").update(token).digest("hex");
  expect(parseTokens(JSON.stringify([entry]), "")).toEqual([{ operator: "7", tokenSha256 }]);
});

it("bc telemetry token refuses what can't be an operator's id, and says what to give", async () => {
  const { err, code } = await bcToken("seven of nine");
  expect(code).toBe(1);
  expect(err).toMatch(/"seven of nine" can't be an operator's id \(BAD_OPERATOR\)/);
  expect(err).toMatch(/give the id of the operator's NFT/);
});
