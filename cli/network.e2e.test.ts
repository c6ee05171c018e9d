import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";
import { keccak256, toBytes } from "viem";
import { EXAMPLES } from "#api/src/graphql/examples.ts";
import { expandMacros } from "#dashboards/src/macros.ts";
import { DASHBOARDS } from "#dashboards/src/index.ts";
import type { Deployment } from "#devnet/deployment.ts";
import { openPlace, processesWith, runBc, type Place, type Run } from "./test/network.ts";
import { Recorder } from "./test/recorder.ts";
import { gpuOf, readChain, type ChainTruth } from "./test/truth.ts";

/** The answer of the README's query. */
interface GpuAnswer {
  owner: { address: string };
  operator: { id: string; name: string };
  pool: { id: string; model: string };
  rental: { id: string; customer: { address: string }; paidUntil: string } | null;
  burnedByHour: { hour: string; burnedDc: string }[];
  telemetry: {
    at: string[];
    state: string[];
    utilization: (number | null)[];
    powerWatts: (number | null)[];
    temperatureCelsius: (number | null)[];
  } | null;
  asOf: { block: { number: string; hash: string; timestamp: string }; sampledThrough: string };
}

const MINUTE = 60_000;

let place: Place;
let run: Run;
let recorder: Recorder;

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

/** The answer and the chain's truth at the same block: asked until no block came in between. */
async function askAtHead(id: string): Promise<[GpuAnswer, ChainTruth]> {
  for (let tries = 0; tries < 200; tries++) {
    const before = await readChain(url("CHAIN_PORT"), deployment(), BigInt(id));
    const answer = await ask(id);
    const after = await readChain(url("CHAIN_PORT"), deployment(), BigInt(id));
    if (before.block.hash === answer.asOf.block.hash && after.block.hash === answer.asOf.block.hash)
      return [answer, before];
    await new Promise((resolve) => setTimeout(resolve, 50 + 10 * (tries % 7)));
  }
  throw new Error("no answer at the chain's head in 200 tries");
}

const dc = (amount: bigint): string => {
  const text = amount.toString().padStart(7, "0");
  return `${text.slice(0, -6)}.${text.slice(-6)}`.replace(/\.?0+$/, "");
};

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
    for (const name of ["PORT", "COLLECTOR_PORT", "INDEXER_PORT", "FLEET_PORT", "CHAIN_PORT"]) {
      expect(run.output()).toContain(url(name));
    }
  });

  it("answers for a GPU what the chain says: owner, operator, pool, rental, burns by hour", async () => {
    // Until something was burned for a GPU that is rented at this moment.
    for (let id = 1; ; id = (id % 24) + 1) {
      const [answer, truth] = await askAtHead(String(id));
      expect(answer.owner.address).toBe(truth.owner.toLowerCase());
      expect(answer.operator.id).toBe(truth.operatorId);
      expect(answer.pool.id).toBe(truth.poolId);
      expect(answer.rental === null ? undefined : answer.rental.id).toBe(truth.rental?.id);
      const expected = [...truth.burnedByHour].map(([hour, amount]) => ({
        hour: new Date(hour * 3_600_000).toISOString(),
        burnedDc: dc(amount),
      }));
      expect(answer.burnedByHour).toEqual(expected);
      if (!truth.rental || expected.length === 0) continue;
      expect(answer.rental?.customer.address).toBe(truth.rental.customer.toLowerCase());
      expect(answer.rental?.paidUntil).toBe(new Date(Number(truth.rental.paidUntil) * 1_000).toISOString());
      return;
    }
  }, 60_000);

  it("answers for a GPU what its exporter printed: utilization, power, temperature by minute", async () => {
    const minute = await recorder.firstWholeMinute();
    const [gpu] = await sql<{ uuid: string; times: Date[]; host: string }>(
      `select g.uuid, t.labels->>'host' as host, array_agg(s.time order by s.time) as times
       from telemetry.sample s join telemetry.gpu g using (gpu_key) join telemetry.target t using (target_key)
       where s.time >= $1 and s.time < $2 and t.labels->>'host' = any($3)
       group by 1, 2
       -- readings change every 5 s: the exporter's text is known for certain only away from the change
       having bool_and(abs(mod(extract(epoch from s.time), 5) - 2.5) < 2.4)
       order by random() limit 1`,
      [new Date(minute - MINUTE / 2), new Date(minute + MINUTE), recorder.hosts],
    );
    expect(gpu).toBeDefined();
    const { uuid, host, times } = gpu!;
    const expected = recorder.means(host, uuid, times.map(Number), minute);
    const id = await gpuOf(url("CHAIN_PORT"), deployment(), keccak256(toBytes(uuid.toLowerCase())));
    const { telemetry, asOf } = await ask(String(id));
    expect(Date.parse(asOf.sampledThrough)).toBeGreaterThanOrEqual(minute + MINUTE);
    const at = telemetry!.at.indexOf(new Date(minute).toISOString());
    expect(telemetry!.state[at]).toBe("UP");
    expect(telemetry!.utilization[at]).toBeCloseTo(expected.utilization, 4);
    expect(telemetry!.powerWatts[at]).toBeCloseTo(expected.powerWatts, 2);
    expect(telemetry!.temperatureCelsius[at]).toBeCloseTo(expected.temperatureCelsius, 3);
  }, 180_000);

  it("lets the fleet work for whom it is rented to, and idle when it is free", async () => {
    const rows = await sql<{ isRented: boolean; power: number }>(
      `select r.id is not null and r.start_at < h.block_timestamp - 30 as "isRented", avg(l.power_watts / l.power_limit)::float8 as power
       from (select gpu_key, power_watts, (select max(power_watts) from telemetry.sample) as power_limit, time,
                    row_number() over (partition by gpu_key order by time desc) as age from telemetry.sample) l
       join telemetry.gpu t using (gpu_key) join chain.gpu g on g.uuid_hash = t.uuid_hash
       cross join chain.head h left join chain.rental r on r.id = g.rental and r.paid_until > h.block_timestamp
       where l.age = 1 and t.model like '%H100%' group by 1`,
    );
    const power = new Map(rows.map((row) => [row.isRented, row.power]));
    const rented = power.get(true) ?? 0;
    expect(rented).toBeGreaterThan(0.3);
    expect(rented - (power.get(false) ?? 0)).toBeGreaterThan(0.1);
  });

  it("fills every dashboard panel", async () => {
    const values = { from: new Date(Date.now() - 3_600_000), to: new Date(), variables: { gpu: "1" } };
    for (const { panels, variables } of DASHBOARDS) {
      for (const { sql: text, title } of [
        ...panels,
        ...variables.map((variable) => ({ ...variable, title: variable.name })),
      ]) {
        const rows = await sql(expandMacros(text, values));
        expect([title, rows.length > 0]).toEqual([title, true]);
      }
    }
  });

  it("is healthy, and its parts say so", async () => {
    for (const name of ["INDEXER_PORT", "COLLECTOR_PORT"]) {
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
    for (let tries = 0; ; tries++) {
      const { asOf } = await ask("1");
      if (BigInt(asOf.block.number) > before + 2n) break;
      expect(tries).toBeLessThan(600);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }, 90_000);

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
    const [answer, truth] = await askAtHead("1");
    expect(answer.owner.address).toBe(truth.owner.toLowerCase());
    expect(answer.burnedByHour.map((hour) => hour.burnedDc)).toEqual([...truth.burnedByHour.values()].map(dc));
    const [count] = await sql<{ operators: string; gpus: string }>(
      "select (select count(*) from chain.operator) as operators, (select count(*) from chain.gpu) as gpus",
    );
    expect(count).toEqual({ operators: "3", gpus: "24" });
  }, 90_000);

  it("takes its parts along when it is killed, and starts again after that", async () => {
    run.process.kill("SIGKILL");
    await run.ended;
    for (let tries = 0; (await processesWith(place.dataDir)).length > 0; tries++) {
      expect(tries).toBeLessThan(150);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    run = runBc(["up"], place.env);
    await run.printed(/Ready in/);
    const [answer, truth] = await askAtHead("2");
    expect(answer.owner.address).toBe(truth.owner.toLowerCase());
    expect(answer.burnedByHour.map((hour) => hour.burnedDc)).toEqual([...truth.burnedByHour.values()].map(dc));
  }, 120_000);

  it("refuses to go on when its chain is gone, and leaves the data as it is", async () => {
    run.process.kill("SIGINT");
    await run.ended;
    writeFileSync(join(place.dataDir, "chain", "state.json"), "{}");
    const keptFiles = () =>
      (readdirSync(place.dataDir, { recursive: true }) as string[]).filter((name) => !name.startsWith("logs/"));
    const kept = keptFiles().sort();
    const broken = runBc(["up"], place.env);
    expect(await broken.ended).toBe(1);
    expect(broken.output()).toMatch(/error: .*(state|chain).*\n(.*\n)* {2}try: .*--fresh/);
    expect(keptFiles().sort()).toEqual(kept);
  }, 60_000);
});
