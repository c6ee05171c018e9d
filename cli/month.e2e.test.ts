import { existsSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";
import { ALERT_GROUPS } from "#dashboards/src/alerts.ts";
import { DASHBOARDS } from "#dashboards/src/index.ts";
import { callsOf } from "#dashboards/src/testing/alerts.ts";
import { askDashboard, faultsOf, type Opening } from "#dashboards/src/testing/ask.ts";
import { planOf } from "#devnet/market/plans.ts";
import { waitFor } from "#kernel/time.ts";
import { tellFigure, type Figure } from "./test/dashboard-figures.ts";
import { FATAL_SETS, MARKET_FIGURES, OPERATOR_FIGURES, POOL_FIGURES } from "./test/dashboard-figures-market.ts";
import { INVESTOR_FIGURES, NETWORK_FIGURES } from "./test/dashboard-figures-money.ts";
import { killAll, openPlace, processesWith, runBc, type Place, type Run } from "./test/network.ts";
import { findBrowser, picturesOf } from "./test/pictures.ts";

const HOUR = 3_600;

let place: Place;
let run: Run | undefined;
let pool: pg.Pool;

beforeEach(async () => {
  place = await openPlace();
  pool = new pg.Pool({ connectionString: place.databaseUrl, max: 1 });
  pool.on("error", () => undefined); // the database is killed with the rest
});

afterEach(async () => {
  await pool.end();
  run?.process.kill("SIGINT");
  await run?.ended;
  await place.remove();
});

async function sql<Row extends pg.QueryResultRow>(text: string, values: unknown[] = []): Promise<Row[]> {
  return (await pool.query<Row>(text, values)).rows;
}

async function ask<T>(query: string): Promise<T> {
  const response = await fetch(`http://127.0.0.1:${place.env["PORT"]}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ query }),
  });
  const answer = (await response.json()) as { data: T; errors?: unknown };
  expect(answer.errors).toBeUndefined();
  return answer.data;
}

/** When a rental was over, as far as is known. */
const OVER = "coalesce(r.end_at, least(r.paid_until, r.ends_by))";

it("a month stands behind the first answer: its market, its machines, and both at one moment", async () => {
  run = runBc(["up"], { ...place.env, SIZE: "month", SCRAPE_SECONDS: "10", BLOCK_SECONDS: "5" });
  const browser = findBrowser();
  await run.printed(/Ready in/);

  const { network, operators, gpus } = await ask<{
    network: Record<"gpuCount" | "poolCount" | "rentalCount", number>;
    operators: { nodes: { mode: string }[] };
    gpus: { nodes: { owner: { address: string } | null; telemetry: { state: string[] } | null }[] };
  }>(`{ network { gpuCount poolCount rentalCount } operators { nodes { mode } }
        gpus(first: 200) { nodes { owner { address } telemetry(minutes: 60) { state } } } }`);
  expect(new Set(operators.nodes.map(({ mode }) => mode)).size).toBe(3);
  expect(network.poolCount).toBeGreaterThanOrEqual(6);
  expect(network.gpuCount).toBeGreaterThanOrEqual(200);
  expect(network.rentalCount).toBeGreaterThanOrEqual(5_000);
  expect(gpus.nodes).toHaveLength(200);
  const ups = gpus.nodes.map(({ telemetry }) => telemetry?.state.filter((state) => state === "UP").length ?? 0);
  expect(ups.filter((minutes) => minutes >= 50).length).toBeGreaterThan(150);

  const [market] = await sql<Record<string, string>>(
    `select count(distinct customer) as customers, count(distinct tier) as tiers,
       (select count(*) from chain.account) as wallets, (select count(*) from chain.epoch) as epochs,
       (select sum(burned_dc) from chain.gpu) = (select burned_dc from chain.network) as is_conserved
     from chain.rental`,
  );
  expect(market).toMatchObject({ tiers: "3", is_conserved: true });
  expect(Number(market?.["customers"])).toBeGreaterThanOrEqual(50);
  expect(Number(market?.["wallets"])).toBeGreaterThanOrEqual(50);
  expect(Number(market?.["epochs"])).toBeGreaterThanOrEqual(29);

  await expectMachines();
  await expectOutage();
  await someIsFinal();
  await expectDashboards();
  await expectEqualFigures();
  expect(await picturesOf(`http://127.0.0.1:${place.env["DASHBOARDS_PORT"]}/`, await browser)).toEqual([]);
}, 600_000);

/**
 * Waits until some of the past's epochs are final, as before that nobody has earned anything, and its hours scored and, to the newest,
 * priced. All of them take two minutes.
 */
async function someIsFinal(): Promise<void> {
  await waitFor(
    async () => {
      const [past] = await sql<{ is_worked: boolean }>(
        `select finalized_epoch_count >= 5 and exists (select from reputation.run) and exists (select from market.tick where at > now() - interval '3 hours') as is_worked
         from chain.network`,
      );
      return past?.is_worked ? true : undefined;
    },
    { timeoutMs: 300_000, everyMs: 1_000, onTimeout: () => new Error("five epochs aren't final after 5 min") },
  );
}

/**
 * What the dashboards show of the network, of the wallet that bought most GPUs, of the operator with most members and of its
 * pool and its market, is what the API says, to the base unit.
 */
async function expectEqualFigures(): Promise<void> {
  const [most] = await sql<{ wallet: string }>(
    `select '0x' || encode(buyer, 'hex') as wallet from chain.sale where gpu is not null
     group by buyer order by count(*) desc, buyer limit 1`,
  );
  const [shown] = await sql<Record<"operator" | "pool" | "model" | "region", string>>(
    `select p.operator, p.id as pool, p.model, p.region from chain.pool p
     order by (select count(*) from chain.member m where m.operator = p.operator) desc, p.id limit 1`,
  );
  const day = 24 * HOUR * 1_000;
  const ago = (days: number): Date => new Date((Math.floor(Date.now() / day) - days) * day);
  const opening = { to: new Date(Date.now() + HOUR * 1_000), variables: { wallet: most?.wallet ?? "", ...shown } };
  const wallet = { wallet: most?.wallet ?? "" }; // in all of its pools
  await expectEqual([...INVESTOR_FIGURES, ...NETWORK_FIGURES], { ...opening, variables: wallet, from: ago(30) });
  await expectEqual([...OPERATOR_FIGURES, ...MARKET_FIGURES], { ...opening, from: ago(28) });
  const [newest] = await sql<{ at: Date }>("select max(at) as at from market.tick");
  const to = newest?.at ?? opening.to;
  await expectEqual(POOL_FIGURES, { ...opening, to, from: new Date(to.getTime() - 2 * day) });
  expect(FATAL_SETS.dashboard).toEqual(FATAL_SETS.methodology);
}

async function expectEqual(figures: readonly unknown[], opening: Required<Opening>): Promise<void> {
  const client = await pool.connect();
  try {
    for (const figure of figures as readonly Figure<unknown>[]) {
      const { panel, api } = await tellFigure({ client, ask }, figure, opening);
      expect([figure.name, panel]).toEqual([figure.name, api]);
      expect([figure.name, panel]).not.toEqual([figure.name, []]);
      if (figure.name !== "what can be claimed") expect([figure.name, panel]).not.toEqual([figure.name, 0n]);
    }
  } finally {
    client.release();
  }
}

/** Every query of every dashboard and alert runs as its reader; what must show something does. */
async function expectDashboards(): Promise<void> {
  const client = await pool.connect();
  try {
    const faults: string[] = [];
    for (const spec of DASHBOARDS) faults.push(...faultsOf(spec, await askDashboard(client, spec)));
    expect(faults).toEqual([]);
    for (const alert of ALERT_GROUPS.flatMap(({ alerts }) => alerts)) await callsOf(client, alert);
  } finally {
    client.release();
  }
}

/** Load follows what was rented, hour by hour over the month, on every tenth GPU; all were scraped as they should be. */
async function expectMachines(): Promise<void> {
  const [load] = await sql<{ rented: number; idle: number }>(
    `with hours as (
       select g.uuid_hash, extract(epoch from h.bucket)::bigint as at, h.util_ratio
       from telemetry.rollup_1h h join telemetry.gpu g using (gpu_key) where gpu_key % 10 = 0 and h.util_ratio is not null)
     select avg(util_ratio) filter (where inside) as rented, avg(util_ratio) filter (where not touched) as idle
     from (
       select h.util_ratio,
         bool_or(r.start_at <= h.at and ${OVER} >= h.at + ${HOUR}) is true as inside,
         bool_or(r.start_at < h.at + ${HOUR} and ${OVER} > h.at) is true as touched
       from hours h join chain.gpu c on c.uuid_hash = h.uuid_hash left join chain.rental r on r.gpu = c.id
       group by h.uuid_hash, h.at, h.util_ratio) t`,
  );
  expect(load?.rented).toBeGreaterThan(0.45);
  expect(load?.idle).toBeLessThan(0.05);
  // A day three weeks ago at 5 minutes, yesterday at one minute; the GPUs there then, but for those that were dark.
  const scraped = await sql<{ days: number; share: number }>(
    `select days, percentile_cont(0.5) within group (order by n) as share from (
       select days, gpu_key, count(*) as n from (values (21), (1)) d(days)
       join telemetry.sample s on s.time >= date_trunc('hour', now()) - d.days * interval '1 day'
         and s.time < date_trunc('hour', now()) - (d.days - 1) * interval '1 day' - interval '1 hour'
       group by 1, 2) t group by 1 order by 1`,
  );
  expect(scraped).toEqual([
    { days: 1, share: 23 * 60 },
    { days: 21, share: 23 * 12 },
  ]);
}

/** The region that went dark was down for those hours, and the others weren't. */
async function expectOutage(): Promise<void> {
  const outage = planOf("month").month?.outage;
  if (!outage) throw new Error("no outage is planned");
  const [begins] = await sql<{ at: number }>("select (min(timestamp) / 3600)::int * 3600 as at from chain.price_point");
  const hours = (count: number): number => (begins?.at ?? 0) + count * HOUR;
  const span = [hours(outage.fromHour + 1), hours(outage.fromHour + outage.hours - 1)];
  const states = await sql<{ is_dark: boolean; down: number }>(
    `select p.region = $1 as is_dark, sum(u.down_minutes)::float8 / sum(u.up_minutes + u.down_minutes) as down
     from telemetry.gpu_uptime(to_timestamp($2), to_timestamp($3)) u join telemetry.gpu g using (gpu_key)
     join chain.gpu c on c.uuid_hash = g.uuid_hash join chain.pool p on p.id = c.pool
     where c.created_at < $2 group by 1 order by 1`,
    [outage.region, ...span],
  );
  expect(states.map(({ is_dark }) => is_dark)).toEqual([false, true]);
  expect(states[0]?.down).toBeLessThan(0.2);
  expect(states[1]?.down).toBeGreaterThan(0.9);
}

it("a start that is killed while the past's telemetry is written leaves the next one to write it all", async () => {
  const days = join(place.dataDir, "past-days.json");
  run = runBc(["up"], place.env);
  await waitFor(async () => (existsSync(days) ? true : undefined), {
    timeoutMs: 120_000,
    everyMs: 2,
    onTimeout: () => new Error("the past is not played"),
  });
  killAll(await processesWith(place.dataDir));
  run.process.kill("SIGKILL");
  await run.ended;
  expect(existsSync(days)).toBe(true);
  await waitFor(async () => ((await processesWith(place.dataDir)).length === 0 ? true : undefined), {
    timeoutMs: 30_000,
    onTimeout: () => new Error("something still runs"),
  });
  run = runBc(["up"], place.env);
  await run.printed(/the past's telemetry \(/);
  await run.printed(/Ready in/);
  expect(existsSync(days)).toBe(false);
  const [written] = await sql<{ gpus: number; least: number; collectors: string }>(
    `select count(*)::int as gpus, min(n)::int as least,
       (select string_agg(name, ',' order by name) from telemetry.collector where retired_at is not null) as collectors
     from (select gpu_key, count(*) as n from telemetry.sample group by 1) t`,
  );
  // 32 hours at 5 minutes and 48 at one.
  expect(written).toMatchObject({ gpus: 24, collectors: "past" });
  expect(written?.least).toBeGreaterThan(32 * 12 + 47 * 60);
}, 180_000);
