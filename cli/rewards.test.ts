import { spawn } from "node:child_process";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import type { Address } from "viem";
import { keccak256 } from "viem";
import { describeStep, explainer, type Step } from "#api/src/domain/rewards/explain.ts";
import { parseInputs } from "#api/src/domain/rewards/parse.ts";
import type { EpochResult } from "#api/src/domain/rewards/types.ts";
import { writeStatus } from "#api/src/jobs/settlement/ledger/epochs.ts";
import { ask } from "#api/test/fixture.ts";
import { ROOT, runBc } from "./test/network.ts";
import { ANN, BOB, CARL, firstMinute, OLGA } from "./test/settled-rows.ts";
import { DAY, KEEPER, openSettled, type Settled } from "./test/settled.ts";

const BCT = 10n ** 18n;
/** By the contract's budget: 1000 BCT for epoch 0, as its burns were worth. */
const USES = [
  [
    [1, 1, 60_000_000n, 750n * BCT],
    [2, 1, 20_000_000n, 250n * BCT],
  ],
  [[1, 1, 30_000_000n, 300n * BCT]],
] as const;

let settled: Settled;
let result: EpochResult;

beforeAll(async () => {
  settled = await openSettled(USES);
  result = await settled.settle(0);
  for (const oracle of settled.oracles.slice(0, 2)) await settled.send(oracle, "attest", [0n, result]);
  await index("COMMITTED");
}, 120_000);
afterAll(() => settled.close());

/** What the indexer would have of epoch 0's commit. */
async function index(status: string): Promise<void> {
  const [, windowEndsAt] = (await settled.read("commitOf", [0n])) as [unknown, bigint];
  const roots = [result.linesRoot, result.claimsRoot, result.inputsHash].map((hash) =>
    Buffer.from(hash.slice(2), "hex"),
  );
  await settled.pool.query("delete from chain.epoch_commit");
  await settled.pool.query(`insert into chain.epoch_commit values ('a', '0', $1, $2, $3, $4, $5, 1)`, [
    ...[String(windowEndsAt), String(result.total)],
    ...roots,
  ]);
  await settled.pool.query(`update chain.epoch set commit = 'a', status = $1, minted_bct = $2 where number = 0`, [
    status,
    status === "FINALIZED" ? String(result.total) : null,
  ]);
}

async function bc(...args: string[]): Promise<{ code: number | null; output: string }> {
  const run = runBc(args, settled.env);
  return { code: await run.ended, output: run.output() };
}
/** Standard output of a run that reads this. */
async function runBcWith(input: Buffer, args: readonly string[]): Promise<string> {
  const { PATH = "" } = process.env;
  const child = spawn(process.execPath, [join(ROOT, "cli/bc.mjs"), ...args], {
    cwd: ROOT,
    env: { PATH, ...settled.env },
  });
  child.stdin.end(input);
  return text(child.stdout);
}
const verifyJson = async (...args: string[]) => {
  const { code, output } = await bc("verify", "--epoch", "0", "--json", ...args);
  return { code, found: JSON.parse(output) as Record<string, unknown> };
};

describe("bc verify", () => {
  it("finds an epoch as it must be, from samples, from minutes, and from what was kept", async () => {
    for (const telemetry of ["samples", "minutes", "kept"]) {
      const { code, found } = await verifyJson("--telemetry", telemetry);
      expect(found).toMatchObject({
        ...{ epoch: 0, isVerified: true, evidence: telemetry, differences: [], notes: [] },
        ...{ linesRoot: result.linesRoot, claimsRoot: result.claimsRoot, inputsHash: result.inputsHash },
      });
      expect(code).toBe(0);
    }
  }, 30_000);

  it("derives each line of a wallet in words and numbers", async () => {
    const { code, output } = await bc("verify", "--epoch", "0", "--wallet", CARL);
    expect(code).toBe(0);
    // half a day of GPU 2, which was never down: of 675 BCT 1440 minutes, where GPU 1 has 1440 - 29, as a sample covers the
    // first of its 30; and of 125 BCT 20 of 80 DC
    const share = (((675n * BCT * 86_400n) / 171_060n) * 43_200n) / 86_400n;
    const bonus = (((125n * BCT * 20n) / 80n) * 43_200n) / 86_400n;
    expect(output).toContain("w = 86400: eligible seconds of GPU 2: minutes up or unknown");
    expect(output).toContain(`amount = ⌊S · s / Σs⌋ = ⌊340933005962820063135 · 43200 / 86400⌋ = ${share}`);
    expect(output).toContain(`= ${bonus}: the GPU_BONUS line, to ${CARL}`);
    expect(output).toMatch(/^Epoch 0 is as it must be/m);
  }, 30_000);

  it("names the GPU and the minutes where samples were changed after the fact", async () => {
    const from = firstMinute(settled.genesis) + 600 * 60;
    const lost = `time >= to_timestamp(${from}) and time < to_timestamp(${from + 300}) and gpu_key = 2`;
    await settled.pool.query(`create table lost as select * from telemetry.sample where ${lost}`);
    await settled.pool.query(`delete from telemetry.sample where ${lost}`);
    const { code, found } = await verifyJson();
    expect(code).toBe(1);
    expect(found).toMatchObject({
      isVerified: false,
      differences: expect.arrayContaining(
        ["inputsHash", "linesRoot", "claimsRoot"].map((name) => expect.objectContaining({ name }) as unknown),
      ) as unknown,
      // the last good sample covers the start of the first minute without one
      inputDifferences: [{ name: "pool 1, GPU 2: eligibleSeconds", ours: String(86_400 - 240), theirs: "86400" }],
      downDifferences: [
        { gpuId: "2", from: new Date((from + 60) * 1_000).toISOString(), minutes: 4, isDownByOurs: true },
      ],
    });
    const { output } = await bc("verify", "--epoch", "0");
    expect(output).toMatch(/^ {2}GPU 2: minutes .* \(4\): DOWN by what was read now, not by what it was settled by$/m);
    expect((await verifyJson("--telemetry", "kept")).code).toBe(0);
    await settled.pool.query("insert into telemetry.sample select * from lost");
    expect((await verifyJson()).code).toBe(0);
  }, 30_000);

  it.each([
    ["an epoch that nobody closed", ["--epoch", "1"], /epoch 1 waits for somebody to close it .*\(EPOCH_NOT_READY\)/],
    ["a running epoch", ["--epoch", "2"], /epoch 2 waits for its end at .*\(EPOCH_NOT_READY\)/],
    [
      "a wallet that never earned",
      ["--epoch", "0", "--wallet", KEEPER],
      /earned nothing in epoch 0, nor before \(UNKNOWN_WALLET\)/,
    ],
    ["what is no wallet", ["--epoch", "0", "--wallet", "0x12"], /--wallet is "0x12", but must be an address/],
    ["no epoch", [], /no epoch is given \(BAD_FLAG\)/],
    ["no chain", ["--epoch", "0", "--rpc", "http://127.0.0.1:1"], /no Ethereum node answers .*\(RPC_UNREACHABLE\)/],
    [
      "no deployment",
      ["--epoch", "0", "--deployment", "none.json"],
      /there is no deployment file .*\(BAD_DEPLOYMENT\)/,
    ],
  ])(
    "exits with 1 and says why for %s",
    async (_, args, message) => {
      const { code, output } = await bc("verify", ...args);
      expect(output).toMatch(message);
      expect(code).toBe(1);
    },
    30_000,
  );
});

describe("bc epochs", () => {
  it("lists each epoch with what it waits for", async () => {
    const { code, output } = await bc("epochs");
    expect(code).toBe(0);
    const rows = output
      .trim()
      .split("\n")
      .map((line) =>
        line
          .split(/ {2,}/)
          .map((cell) => cell.trim())
          .filter((cell) => cell !== ""),
      );
    expect(rows.map((row) => row.filter((_, i) => i === 0 || i === 2))).toEqual([
      ["epoch", "state"],
      ["2", "RUNNING"],
      ["1", "ENDED"],
      ["0", "COMMITTED"],
    ]);
    expect(output).toMatch(/^ +0 .*1000 .* 0 of 4 +for the end of the challenge window at /m);
    const json = JSON.parse((await bc("epochs", "--json", "--limit", "1", "--before", "1")).output) as object[];
    expect(json).toMatchObject([
      {
        epoch: 0,
        state: "COMMITTED",
        totalBct: String(result.total),
        linesRoot: result.linesRoot,
        earners: 4,
        paid: 0,
      },
    ]);
  }, 30_000);
});

/** One GraphQL operation that must succeed. */
async function graph(query: string): Promise<Record<string, unknown>> {
  const { data, errors } = await ask(settled.api.url, query);
  expect(errors).toBeUndefined();
  return data ?? {};
}

describe("the graph of rewards", () => {
  it("has epochs, the newest first, and pages of them", async () => {
    const shape =
      "nodes { id state waits budgetBct burnedDc totalBct unallocatedBct linesRoot earners paid } pageInfo { endCursor hasNextPage }";
    const { epochs } = await graph(`{ epochs(first: 2) { ${shape} } }`);
    expect(epochs).toMatchObject({
      nodes: [
        { id: "2", state: "RUNNING", budgetBct: null, totalBct: null },
        { id: "1", state: "ENDED", waits: "for somebody to close it on the chain: closeEpoch" },
      ],
      pageInfo: { hasNextPage: true },
    });
    const { endCursor } = (epochs as { pageInfo: { endCursor: string } }).pageInfo;
    expect((await graph(`{ epochs(first: 2, after: "${endCursor}") { ${shape} } }`))["epochs"]).toMatchObject({
      nodes: [
        {
          ...{ id: "0", state: "COMMITTED", budgetBct: "1000", burnedDc: "80", totalBct: "999.999999999999999998" },
          ...{ unallocatedBct: "0.000000000000000002", linesRoot: result.linesRoot, earners: 4, paid: 0 },
        },
      ],
      pageInfo: { hasNextPage: false },
    });
    expect(await graph(`{ epoch(id: "3") { id } }`)).toEqual({ epoch: null });
  });

  it("derives each line of a wallet as the epoch's inputs do", async () => {
    const line = "nodes { epoch kind poolId gpuId amountBct steps { symbol words formula numbers value } }";
    const { account, gpu, epoch } = await graph(
      `{ account(address: "${CARL}") { rewards { ${line} } } gpu(id: "2") { rewards(first: 1) { ${line} } } epoch(id: "0") { lines(first: 1) { ${line} } } }`,
    );
    type Lines = { nodes: { steps: Step[] }[] };
    const { nodes } = (account as { rewards: Lines }).rewards;
    expect(nodes).toMatchObject([
      { epoch: 0, kind: "POOL_SHARE", poolId: "1", gpuId: "2", amountBct: "170.466502981410031567" },
      { epoch: 0, kind: "GPU_BONUS", poolId: "1", gpuId: "2", amountBct: "15.625" },
    ]);
    const inputs = (await (await fetch(new URL("/epochs/0/inputs.json", settled.api.url))).json()) as unknown;
    const explain = explainer(parseInputs(inputs));
    const own = result.lines.filter((one) => one.account === CARL).map((one) => explain(one).map(describeStep));
    const shown = nodes.map(({ steps }) =>
      steps.map(({ formula, ...step }) => describeStep({ ...step, ...(formula === null ? {} : { formula }) })),
    );
    expect(shown).toEqual(own);
    expect((gpu as { rewards: Lines }).rewards.nodes).toHaveLength(1);
    expect((epoch as { lines: Lines }).lines.nodes).toMatchObject([
      { kind: "OPERATOR", gpuId: null, amountBct: "200" },
    ]);
  });
});

describe("the published files", () => {
  const get = (path: string, headers: Record<string, string> = {}) =>
    fetch(new URL(path, settled.api.url), { headers, signal: AbortSignal.timeout(10_000) });

  it("are the inputs whose hash is on the chain, and settle to the roots there with nothing else", async () => {
    const index = (await (await get("/epochs/0/index.json")).json()) as { files: Record<string, { path: string }> };
    expect(index).toMatchObject({ epoch: 0, budget: String(1000n * BCT), total: String(result.total), claimCount: 4 });
    const response = await get(index.files["inputs"]?.path ?? "");
    expect(response.headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
    const bytes = Buffer.from(await response.arrayBuffer());
    const [commit] = (await settled.read("commitOf", [0n])) as [{ inputsHash: string; linesRoot: string }];
    expect(keccak256(bytes)).toBe(commit.inputsHash);
    const run = runBcWith(bytes, ["settle", "--inputs", "-", "--json"]);
    expect(JSON.parse(await run)).toMatchObject({ linesRoot: commit.linesRoot, inputsHash: commit.inputsHash });
    const verified = JSON.parse(await runBcWith(bytes, ["verify", "--inputs", "-", "--json"])) as object;
    expect(verified).toMatchObject({ isVerified: true, evidence: "file" });
  }, 30_000);

  it("hold every line in the order of the leaves", async () => {
    const { lines } = (await (await get("/epochs/0/lines.json")).json()) as { lines: object[] };
    expect(lines).toEqual(
      result.lines.map(({ kind, poolId, gpuId, account, amount }) => ({
        kind: ["OPERATOR", "POOL_SHARE", "GPU_BONUS"][kind],
        ...{ poolId: String(poolId), gpuId: String(gpuId), account, amount: String(amount) },
      })),
    );
  });

  it("are not sent again to who has them", async () => {
    const first = await get("/epochs/0/claims.json");
    const etag = first.headers.get("etag") ?? "";
    expect([etag, first.headers.get("cache-control")]).toEqual([`"${result.claimsRoot}"`, "public, no-cache"]);
    const again = await get("/epochs/0/claims.json", { "if-none-match": etag });
    expect([again.status, await again.text()]).toEqual([304, ""]);
  });

  it.each([
    ["an epoch without facts", "/epochs/1/inputs.json"],
    ["no number", "/epochs/one/index.json"],
    ["a hash of nothing", `/by-hash/0x${"12".repeat(32)}/lines.json`],
    ["the root of no lines", `/by-hash/0x${"0".repeat(64)}/lines.json`],
    ["no hash", "/by-hash/0x12/claims.json"],
  ])("are not there for %s", async (_, path) => {
    const response = await get(path);
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ error: { code: "NOT_PUBLISHED" } });
  });

  it("have proofs by which the contract pays", async () => {
    const { claims } = (await (await get(`/by-hash/${result.claimsRoot}/claims.json`)).json()) as {
      claims: { account: Address; cumulative: string; proof: string[] }[];
    };
    expect(claims.map(({ account }) => account)).toEqual([ANN, BOB, CARL, OLGA]);
    const [, windowEndsAt] = (await settled.read("commitOf", [0n])) as [unknown, bigint];
    await settled.travel(Math.max(Number(windowEndsAt), settled.genesis + 2 * DAY + 60));
    await settled.send(KEEPER, "finalize", [0n]);
    await index("FINALIZED");
    const claim = `{ account(address: "${CARL}") { claim { epoch claimableBct claimedBct cumulativeWei claimsRoot proof } } }`;
    const carl = claims.find(({ account }) => account === CARL);
    const shape = { epoch: 0, cumulativeWei: carl?.cumulative, claimsRoot: result.claimsRoot, proof: carl?.proof };
    const bct = "186.091502981410031567";
    expect(await graph(claim)).toEqual({ account: { claim: { ...shape, claimableBct: bct, claimedBct: "0" } } });
    for (const { account, cumulative, proof } of claims) {
      await settled.send(KEEPER, "claim", [account, BigInt(cumulative), proof]);
      expect(await settled.read("claimedOf", [account])).toBe(BigInt(cumulative));
      await settled.pool.query("update chain.account set claimed_bct = $1 where id = $2", [
        cumulative,
        Buffer.from(account.slice(2), "hex"),
      ]);
    }
    expect(await graph(claim)).toEqual({ account: { claim: { ...shape, claimableBct: "0", claimedBct: bct } } });
    expect((await bc("epochs")).output).toMatch(/^ +0 .* FINAL .* 4 of 4 +for wallets to be paid/m);
    const waiting = { waitsFor: null, trouble: null, windowEndsAt: null };
    await writeStatus(settled.pool, 0, { state: "PAID", ...waiting });
    const [, , , zero] = (await bc("epochs")).output.split("\n");
    expect(zero).toMatch(/PAID .* 4 of 4$/);
  }, 30_000);
});

describe("the running epoch's estimate", () => {
  it("is by the same arithmetic on the facts so far, and says through when", async () => {
    const at = settled.genesis + 2 * DAY;
    await settled.travel(at + 90);
    await settled.pool.query(
      `insert into chain.usage_settlement values ('1', '1', 10000000, 100000000000000000000, 2, ${at + 10})`,
    );
    const shape =
      "epoch through budgetBct burnedDc totalBct lines { kind gpuId account amountBct } asOf { sampledThrough }";
    const { all, carl } = await graph(
      `{ all: rewardEstimate { ${shape} } carl: rewardEstimate(account: "${CARL}") { totalBct lines { amountBct } } }`,
    );
    // two minutes of both GPUs: 100 BCT, a fifth to Olga, an eighth for GPU 1's use, the rest in halves
    expect(all).toEqual({
      ...{ epoch: 2, budgetBct: "100", burnedDc: "10", totalBct: "100" },
      through: new Date((at + 90) * 1_000).toISOString(),
      asOf: { sampledThrough: new Date((at + 90) * 1_000).toISOString() },
      lines: [
        { kind: "POOL_SHARE", gpuId: "1", account: ANN, amountBct: "33.75" },
        { kind: "POOL_SHARE", gpuId: "2", account: CARL, amountBct: "33.75" },
        { kind: "OPERATOR", gpuId: null, account: OLGA, amountBct: "20" },
        { kind: "GPU_BONUS", gpuId: "1", account: ANN, amountBct: "12.5" },
      ],
    });
    expect(carl).toEqual({ totalBct: "33.75", lines: [{ amountBct: "33.75" }] });
  });
});

describe("bc verify of a later epoch", () => {
  it("doesn't need the ledger for what was earned before, and finds it wrong where it is", async () => {
    const second = await settled.settle(1);
    const [one = KEEPER, other = KEEPER] = settled.oracles;
    await settled.send(one, "attest", [1n, second]);
    expect((await bc("verify", "--epoch", "1")).output).toMatch(
      /epoch 1 waits for a quorum of oracles .*\(NOT_COMMITTED\)/,
    );
    await settled.send(other, "attest", [1n, second]);
    expect((await bc("verify", "--epoch", "1")).code).toBe(0);
    await settled.pool.query("update ledger.claim set cumulative = cumulative + 1 where epoch = 0 and place = 2");
    const { code, output } = await bc("verify", "--epoch", "1");
    expect(output).toMatch(/claims root of epoch 0 by the ledger: computed 0x.*; the chain has 0x/);
    expect(code).toBe(1);
    await settled.pool.query("delete from ledger.epoch where epoch = 0");
    expect(await bc("verify", "--epoch", "1")).toMatchObject({ code: 0 });
  }, 60_000);

  it("takes the minutes where samples are gone, and says so; and that nothing can be told without either", async () => {
    await settled.pool.query("select drop_chunks('telemetry.sample', 'infinity'::timestamptz)");
    await settled.pool.query(
      "insert into telemetry.sample (time, gpu_key, covers_until, covered_seconds) select to_timestamp($1::float8), 1, to_timestamp($1::float8), 0",
      [settled.genesis + 30 * DAY],
    );
    const { code, output } = await bc("verify", "--epoch", "1");
    expect(output).toMatch(/^rebuilt from +the chain and the minutes of the telemetry$/m);
    expect(output).toMatch(/^note: samples of epoch 1 are gone by retention: rebuilt from their minutes$/m);
    expect(code).toBe(0);
    await settled.pool.query("select drop_chunks('telemetry.gpu_1m', 'infinity'::timestamptz)");
    const gone = await bc("verify", "--epoch", "1");
    expect(gone.output).toMatch(
      /the telemetry of epoch 1 is gone by its retention, samples and minutes \(TELEMETRY_GONE\)/,
    );
    expect((await bc("verify", "--epoch", "1", "--telemetry", "kept")).code).toBe(0);
  }, 60_000);
});
