import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";
import { keccak256, toBytes } from "viem";
import { EXAMPLES } from "#api/src/graphql/examples.ts";
import type { Deployment } from "#devnet/deployment.ts";
import { MARKET_PLAN } from "#devnet/market/plan.ts";
import { waitFor } from "#kernel/time.ts";
import { openPlace, processesWith, runBc, type Place, type Run } from "./test/network.ts";
import { Recorder } from "./test/recorder.ts";
import { gpuOf, readChain, type ChainTruth } from "./test/truth.ts";

/** The answer of the README's query. */
interface GpuAnswer extends Omit<ChainTruth, "block" | "operator"> {
  operator: { id: string; name: string } | null;
  telemetry: {
    at: string[];
    state: string[];
    utilization: (number | null)[];
    powerWatts: (number | null)[];
    temperatureCelsius: (number | null)[];
  } | null;
  asOf: { block: ChainTruth["block"]; sampledThrough: string };
}

const MINUTE = 60_000;

let place: Place;
let run: Run;
let recorder: Recorder;
/** A GPU that was rented, and for which something was burned; known once the first test has found one. */
let busyGpu: string;

const url = (name: string): string => `http://127.0.0.1:${place.env[name]}`;
const deployment = (): Deployment =>
  JSON.parse(readFileSync(join(place.dataDir, "deployment.json"), "utf8")) as Deployment;

async function ask(id: string): Promise<GpuAnswer> {
  const [{ query }] = EXAMPLES;
  const response = await fetch(`${url("PORT")}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ query, variables: { id } }),
  });
  const answer = (await response.json()) as { data: { gpu: GpuAnswer }; errors?: unknown };
  expect(answer.errors).toBeUndefined();
  return answer.data.gpu;
}

/**
 * Asks, and expects of every word about the chain that the chain says the same at the answer's block. An answer at a block
 * that was undone since, or whose state the node no longer has, doesn't count.
 */
async function expectTruth(id: string): Promise<GpuAnswer> {
  let fault: unknown;
  const [answer, truth] = await waitFor<[GpuAnswer, ChainTruth]>(
    async () => {
      const answer = await ask(id);
      const { number, hash } = answer.asOf.block;
      const truth = await readChain(url("CHAIN_PORT"), deployment(), BigInt(id), BigInt(number)).catch(
        (error: unknown) => void (fault = error),
      );
      return truth?.block.hash === hash ? [answer, truth] : undefined;
    },
    {
      timeoutMs: 60_000,
      everyMs: 200,
      onTimeout: () => new Error("no answer at a block of the chain", { cause: fault }),
    },
  );
  const { telemetry: _telemetry, asOf, operator, ...told } = answer;
  expect({ ...told, operator: operator && { id: operator.id }, block: asOf.block }).toEqual(truth);
  if (operator) expect(operator.name).toBe(MARKET_PLAN.operators[Number(operator.id) - 1]?.name);
  return answer;
}

/** Waits until the answers stand on a later block than this. */
async function passBlock(number: bigint): Promise<void> {
  await waitFor(async () => (BigInt((await ask("1")).asOf.block.number) > number ? true : undefined), {
    timeoutMs: 90_000,
    everyMs: 200,
    onTimeout: () => new Error(`no answer later than block ${number} in 90 s`),
  });
}

/** Waits until no process of the network is left. */
async function allGone(): Promise<void> {
  await waitFor(async () => ((await processesWith(place.dataDir)).length === 0 ? true : undefined), {
    timeoutMs: 30_000,
    onTimeout: () => new Error("something still runs after 30 s"),
  });
}

/** Asks a database of the network. */
async function sql<Row extends pg.QueryResultRow>(text: string, values: unknown[] = []): Promise<Row[]> {
  const client = new pg.Client({ connectionString: place.databaseUrl });
  await client.connect();
  try {
    return (await client.query<Row>(text, values)).rows;
  } finally {
    await client.end();
  }
}

/** Every file of the data folder but the logs; with its content's hash where no running part may write. */
function keptFiles(): [name: string, hash: string][] {
  const names = (readdirSync(place.dataDir, { recursive: true }) as string[]).filter(
    (name) => !/^logs(\/|$)/.test(name),
  );
  const hash = (name: string): string =>
    createHash("sha256")
      .update(readFileSync(join(place.dataDir, name)))
      .digest("hex");
  return names.sort().map((name) => [name, /^(chain\/.+|deployment)\.json$/.test(name) ? hash(name) : ""]);
}

/**
 * The GPU whose scrapes of a minute, and of the half minute before it, lie clearest of the moments when readings change:
 * begun after one and answered before the next. Undefined: none has 50 ms to spare.
 */
async function clearestGpu(minute: number): Promise<{ uuid: string; host: string; times: Date[] } | undefined> {
  const [gpu] = await sql<{ uuid: string; host: string; times: Date[] }>(
    `select g.uuid, t.labels->>'host' as host, array_agg(s.time order by s.time) as times
     from telemetry.sample s join telemetry.gpu g using (gpu_key) join telemetry.target t using (target_key)
     left join telemetry.scrape c on c.target_key = g.target_key and c.time = s.time
     cross join lateral (select 1000 * mod(extract(epoch from s.time), 5) as ms) phase
     where s.time >= $1 and s.time < $2
     group by 1, 2
     having bool_and(c.time is not null) and min(least(phase.ms, 5000 - phase.ms - c.duration_ms)) > 50
     order by min(least(phase.ms, 5000 - phase.ms - c.duration_ms)) desc, 1 limit 1`,
    [new Date(minute - MINUTE / 2), new Date(minute + MINUTE)],
  );
  return gpu;
}

/** Brings the network ahead, and gives what `bc` says. */
async function advance(time: string): Promise<string> {
  const order = runBc(["devnet", "advance", time], place.env);
  expect([await order.ended, order.output()]).toEqual([0, expect.stringContaining("ahead")]);
  return order.output();
}

/** Waits until an epoch has come to one of these states. */
async function epochIs(epoch: number, states: readonly string[]): Promise<void> {
  const read = () =>
    sql<{ state: string; waits_for: string | null }>("select * from ledger.epoch where epoch = $1", [epoch]);
  await waitFor(async () => (states.includes((await read())[0]?.state ?? "") ? true : undefined), {
    timeoutMs: 80_000,
    everyMs: 300,
    onTimeout: () => new Error(`epoch ${epoch} isn't ${states.join(" or ")} after 80 s`),
  });
}

/** The chain, the market and the machines have lived through the day that was skipped, all of it. */
async function expectSkippedDay(epoch: number, headBefore: number): Promise<void> {
  const [day] = await sql<Record<string, number>>(
    `select (h.block_timestamp - $2)::int as "chainSeconds",
       (select count(*)::int from chain.rental where start_at > $2 + 3600 and start_at < $2 + 82800) as rentals,
       (select count(*)::int from telemetry.gpu_1m where bucket >= to_timestamp($2) and bucket < to_timestamp($2 + 86400)) as rows,
       (select count(distinct gpu_key)::int from telemetry.gpu_1m where busy_seconds > 0
          and bucket > to_timestamp($2 + 3600) and bucket < to_timestamp($2 + 82800)) as busy,
       (select count(*)::int from telemetry.gpu_down(to_timestamp($2), to_timestamp($2 + 86400))) as down,
       (select (burned_dc / 1000000)::int from ledger.epoch where epoch = $1) as "burnedDc"
     from chain.head h`,
    [epoch, headBefore],
  );
  expect(day?.["chainSeconds"]).toBeGreaterThanOrEqual(86_400);
  expect(day?.["rentals"]).toBeGreaterThan(20);
  expect(day?.["rows"]).toBeGreaterThanOrEqual(24 * 12 * 23); // 24 GPUs, every 5 minutes
  expect(day?.["busy"]).toBeGreaterThan(12);
  expect(day?.["down"]).toBe(0);
  expect(day?.["burnedDc"]).toBeGreaterThan(10);
}

const kind = (process.env["DATABASE_URL"] ?? "") === "" ? "the embedded database" : "the server of DATABASE_URL";

describe(`a whole network on ${kind}`, () => {
  beforeAll(async () => {
    place = await openPlace();
    run = runBc(["up"], place.env);
    recorder = new Recorder(url("FLEET_PORT"));
    await run.printed(/Ready in/);
  }, 120_000);

  afterAll(async () => {
    recorder.stop();
    run.process.kill("SIGKILL");
    await run.ended;
    await place.remove();
  });

  it("says where everything is", () => {
    for (const name of [
      "PORT",
      "COLLECTOR_PORT",
      "INDEXER_PORT",
      "ORACLE_PORT",
      "JOBS_PORT",
      "PAYMENTS_PORT",
      "DASHBOARDS_PORT",
      "FLEET_PORT",
      "CHAIN_PORT",
    ]) {
      expect(run.output()).toContain(url(name));
    }
  });

  it("answers for a GPU what the chain says: owner, operator, pool, rental, burns by hour", async () => {
    // Until something was burned for a GPU that is rented at this moment: the first settlement comes after a minute.
    for (let id = 1; ; id = (id % 24) + 1) {
      const { rental, burnedByHour } = await expectTruth(String(id));
      if (rental === null || burnedByHour.length === 0) continue;
      busyGpu = String(id);
      return;
    }
  }, 240_000);

  it("answers for a GPU what its exporter printed: utilization, power, temperature by minute", async () => {
    for await (const minute of recorder.wholeMinutes()) {
      const until = minute + MINUTE;
      await waitFor(async () => (Date.parse((await ask("1")).asOf.sampledThrough) >= until ? true : undefined), {
        timeoutMs: 60_000,
        everyMs: 500,
        onTimeout: () => new Error("the minute isn't drained 60 s after its end"),
      });
      const gpu = await clearestGpu(minute);
      if (!gpu || !recorder.covers(gpu.host, gpu.times.map(Number))) continue; // a slow minute: the next one
      const expected = recorder.means(gpu.host, gpu.uuid, gpu.times.map(Number), minute);
      const id = await gpuOf(url("CHAIN_PORT"), deployment(), keccak256(toBytes(gpu.uuid.toLowerCase())));
      const { telemetry } = await ask(String(id));
      const at = telemetry!.at.indexOf(new Date(minute).toISOString());
      expect(telemetry!.state[at]).toBe("UP");
      expect(telemetry!.utilization[at]).toBeCloseTo(expected.utilization, 4);
      expect(telemetry!.powerWatts[at]).toBeCloseTo(expected.powerWatts, 2);
      expect(telemetry!.temperatureCelsius[at]).toBeCloseTo(expected.temperatureCelsius, 3);
      return;
    }
  }, 420_000);

  it("lets the fleet work for whom it is rented to, and idle when it is free", async () => {
    const rows = await sql<{ isRented: boolean; power: number }>(
      `select r.id is not null and r.start_at < h.block_timestamp - 30 as "isRented", avg(l.power_watts / l.power_limit)::float8 as power
       from (select gpu_key, power_watts, (select max(power_watts) from telemetry.sample) as power_limit, time,
                    row_number() over (partition by gpu_key order by time desc) as age from telemetry.sample) l
       join telemetry.gpu t using (gpu_key) join chain.gpu g on g.uuid_hash = t.uuid_hash
       cross join chain.head h left join chain.rental r on r.id = g.rental and least(r.paid_until, r.ends_by) > h.block_timestamp
       where l.age = 1 and t.model like '%H100%' group by 1`,
    );
    const power = new Map(rows.map((row) => [row.isRented, row.power]));
    const rented = power.get(true) ?? 0;
    expect(rented).toBeGreaterThan(0.3);
    expect(rented - (power.get(false) ?? 0)).toBeGreaterThan(0.1);
  });

  it("is healthy, and its parts say so", async () => {
    for (const name of ["INDEXER_PORT", "COLLECTOR_PORT", "ORACLE_PORT", "JOBS_PORT", "PAYMENTS_PORT"]) {
      const response = await fetch(`${url(name)}/health`);
      expect([name, response.status, await response.text()]).toEqual([
        name,
        200,
        expect.stringContaining('"isHealthy":true'),
      ]);
      expect(await (await fetch(`${url(name)}/metrics`)).text()).toContain("process_cpu_user_seconds_total");
    }
    expect((await fetch(`${url("PORT")}/readyz`)).status).toBe(200);
  });

  it("refuses a second one on its data folder, and goes on", async () => {
    const second = runBc(["up"], { ...place.env, PORT: "0", INDEXER_PORT: "0", COLLECTOR_PORT: "0", FLEET_PORT: "0" });
    expect(await second.ended).toBe(1);
    expect(second.output()).toMatch(
      /error: data folder .* is in use by process \d+ \(LOCKED\)\n {2}try: stop process \d+/,
    );
    expect((await ask("1")).owner.address).toMatch(/^0x/);
  });

  it("brings a part that dies back without the others noticing", async () => {
    const [indexer] = await processesWith(`--indexer-port ${place.env["INDEXER_PORT"]}`);
    const before = BigInt((await ask("1")).asOf.block.number);
    process.kill(indexer!.pid, "SIGKILL");
    await run.printed(/! index ended \(SIGKILL\) and is started again/);
    await passBlock(before + 2n);
    await expectTruth("1");
  }, 180_000);

  it("is brought a day ahead, and the epoch that ends by it is attested, finalized, paid and verified", async () => {
    const [{ epoch, head } = { epoch: -1, head: 0 }] = await sql<{ epoch: number; head: number }>(
      "select epoch, (select block_timestamp::int from chain.head) as head from ledger.epoch where state = 'RUNNING'",
    );
    expect(await advance("1d")).toMatch(/^1d ahead in [\d.]+ s: it is \d{4}-\d\d-\d\dT\d\d:\d\dZ now\.\n/);
    await epochIs(epoch, ["COMMITTED", "FINAL", "PAID"]);
    await expectSkippedDay(epoch, head);
    await advance("2m"); // longer than the challenge window
    await epochIs(epoch, ["PAID"]);
    const verified = runBc(["verify", "--epoch", String(epoch)], place.env);
    expect([await verified.ended, verified.output()]).toEqual([0, expect.stringContaining("is as it must be")]);
    await expectTruth(busyGpu);
  }, 180_000);

  it("stops at Ctrl-C and leaves nothing running", async () => {
    run.process.kill("SIGINT");
    expect(await run.ended).toBe(0);
    expect(run.output()).toContain("Stopped.");
    expect(await processesWith(place.dataDir)).toEqual([]);
    expect(existsSync(join(place.dataDir, "lock"))).toBe(false);
  }, 30_000);

  it("goes on from what is on disk at the second start, and sooner", async () => {
    const startedAt = Date.now();
    run = runBc(["up"], place.env);
    await run.printed(/going on in/);
    await run.printed(/Ready in/);
    process.stdout.write(`second start: ready after ${((Date.now() - startedAt) / 1_000).toFixed(1)} s\n`);
    await expectTruth("1");
    await expectTruth(busyGpu);
    const [count] = await sql<{ operators: string; gpus: string }>(
      "select (select count(*) from chain.operator) as operators, (select count(*) from chain.gpu) as gpus",
    );
    expect(count).toEqual({ operators: "3", gpus: "24" });
  }, 90_000);

  it("takes its parts along when it is killed, and starts again after that", async () => {
    run.process.kill("SIGKILL");
    await run.ended;
    await allGone();
    run = runBc(["up"], place.env);
    await run.printed(/Ready in/);
    await expectTruth(busyGpu);
  }, 180_000);

  it("goes back, when the chain was cut off while it was written, to what is whole, and on from there", async () => {
    const before = BigInt((await ask("1")).asOf.block.number);
    run.process.kill("SIGKILL");
    await run.ended;
    await allGone();
    const state = join(place.dataDir, "chain", "state.json");
    truncateSync(state, Math.floor(statSync(state).size / 2));
    run = runBc(["up"], place.env);
    await run.printed(/! the local chain's state was cut off: it goes back to its copy of/);
    await run.printed(/Ready in/);
    await expectTruth(busyGpu);
    const metrics = await (await fetch(`${url("INDEXER_PORT")}/metrics`)).text();
    expect(metrics).toMatch(/^indexer_reorgs_total\b.* [1-9]\d*$/m); // what was indexed went further
    await passBlock(before);
    await expectTruth(busyGpu);
  }, 300_000);

  it("refuses to go on when its chain is gone, and leaves the data as it is", async () => {
    run.process.kill("SIGINT");
    await run.ended;
    writeFileSync(join(place.dataDir, "chain", "state.json"), "{}");
    const kept = keptFiles();
    expect(kept.filter(([, hash]) => hash !== "").length).toBeGreaterThan(2);
    const broken = runBc(["up"], place.env);
    expect(await broken.ended).toBe(1);
    expect(broken.output()).toMatch(/error: .*(state|chain).*\n(.*\n)* {2}try: .*--fresh/);
    expect(keptFiles()).toEqual(kept);
  }, 60_000);
});

describe("a first start that is cut off while the past is played", () => {
  it("is begun anew by the next", async () => {
    const other = await openPlace();
    let up = runBc(["up"], { ...other.env, SIZE: "month" }); // a small one's is played in a second
    await up.printed(/… past played/);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    up.process.kill("SIGKILL");
    await up.ended;
    expect(up.output()).not.toContain("✓ past played");
    await waitFor(async () => ((await processesWith(other.dataDir)).length === 0 ? true : undefined), {
      timeoutMs: 30_000,
      onTimeout: () => new Error("something still runs after 30 s"),
    });
    up = runBc(["up"], other.env);
    await up.printed(/! the local chain was cut off before it came to the present: it begins anew/);
    await up.printed(/Ready in/);
    up.process.kill("SIGINT");
    expect(await up.ended).toBe(0);
    await other.remove();
  }, 180_000);
});
