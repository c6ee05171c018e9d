import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { gpuJson, inputsJson, poolJson, wallet } from "#api/src/domain/rewards/testing.ts";

const BC = fileURLToPath(new URL("bc.mjs", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "bc-settle-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs `bc settle` in a folder of nothing, with neither a chain nor a database to be found. */
async function bcSettle(args: readonly string[], input = "") {
  const { PATH = "" } = process.env;
  const env = { PATH, DATABASE_URL: "postgres://127.0.0.1:1/none", RPC_URL: "http://127.0.0.1:1" };
  const child = spawn(process.execPath, [BC, "settle", ...args], { cwd: folder, env });
  child.stdin.on("error", () => undefined); // it needn't read what it refuses by its flags
  child.stdin.end(input);
  const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "close")]);
  return { out, err, code: code as number };
}

function file(name: string, content: string): string {
  writeFileSync(join(folder, name), content);
  return name;
}

describe("bc settle", () => {
  const day = inputsJson({ gpus: [gpuJson({ burnedDc: "59760000" })] });

  it("prints the whole result as JSON, from a file or the standard input, with nothing running", async () => {
    const content = JSON.stringify(day);
    const { out, err, code } = await bcSettle(["--inputs", file("day.json", content), "--json"]);
    expect([err, code]).toEqual(["", 0]);
    expect(JSON.parse(out)).toMatchObject({
      epoch: 12,
      total: "1000000000000000000000",
      unallocated: "0",
      lines: [
        { kind: "OPERATOR", poolId: "1", gpuId: "0", account: wallet(0xf0), amount: "200000000000000000000" },
        { kind: "POOL_SHARE", poolId: "1", gpuId: "7", account: wallet(0xa1), amount: "675000000000000000000" },
        { kind: "GPU_BONUS", poolId: "1", gpuId: "7", account: wallet(0xa1), amount: "125000000000000000000" },
      ],
      claims: [
        { account: wallet(0xa1), cumulative: "800000000000000000000" },
        { account: wallet(0xf0), cumulative: "200000000000000000000" },
      ],
    });
    expect((await bcSettle(["--inputs", "-", "--json"], content)).out).toBe(out);
  });

  it("shows people sums, pools and lines in BCT, and how many it left out", async () => {
    const many = Array.from({ length: 60 }, (_, i) => gpuJson({ gpuId: String(i + 1), burnedDc: "1000000" }));
    const { out, code } = await bcSettle(["--inputs", file("many.json", JSON.stringify(inputsJson({ gpus: many })))]);
    expect(code).toBe(0);
    expect(out).toMatch(/^budget +1000 BCT$/m);
    expect(out).toMatch(/^burned for use +60 DC$/m);
    expect(out).toMatch(/^ +1 +60 +1000 +200 +125 +675$/m);
    expect(out).toMatch(/^ +1 +1 +POOL_SHARE +0x0{38}a1 +11\.25$/m);
    expect(out).toMatch(/^… and 71 more lines; all of them with --json$/m);
  });

  it("exits with 1 and names the entry that breaks a rule", async () => {
    const bad = inputsJson({ pools: [poolJson({ shares: { operatorBps: 1, poolBps: 2, gpuBps: 3 } })] });
    const { out, err, code } = await bcSettle(["--inputs", "-"], JSON.stringify(bad));
    expect([out, code]).toEqual(["", 1]);
    expect(err).toMatch(
      /^error: pool 1: the shares sum to 6 basis points, not to 10000 \(BAD_EPOCH_INPUTS\)\n {2}try: /,
    );
    expect(err).not.toMatch(/^\s+at /m);
  });

  it.each([
    ["a file that isn't there", ["--inputs", "none.json"], /^error: none\.json can't be read \(NO_INPUTS\)/],
    ["what is no JSON", ["--inputs", "-"], /^error: the standard input is no JSON \(BAD_EPOCH_INPUTS\)/],
  ])("exits with 1 for %s", async (_, args, message) => {
    const { err, code } = await bcSettle(args, "{");
    expect(err).toMatch(message);
    expect(code).toBe(1);
  });

  it("exits with 2 where no inputs are named", async () => {
    expect(await bcSettle([])).toMatchObject({ code: 2, err: expect.stringContaining("--inputs <file>") });
  });
});
