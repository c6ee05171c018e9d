import { importHistory, type PastScrape } from "#collector/index.ts";
import { openTelemetryDatabase, stopPolicies, type TelemetryDatabase } from "#collector/src/testing/database.ts";
import { silentLogger } from "#kernel/log.ts";
import { MINUTE_MS } from "#kernel/time.ts";
import { createFleetModel } from "./model.ts";
import type { FleetModel } from "./types.ts";

const T0 = Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS - 30 * MINUTE_MS;
const HOSTS = [
  { name: "h1", model: "NVIDIA H100 80GB HBM3", gpuCount: 1, generation: "4.8" as const },
  { name: "h2", model: "NVIDIA L40S", gpuCount: 1, generation: "2026" as const },
];

let database: TelemetryDatabase;
let fleet: FleetModel;
beforeAll(async () => {
  database = await openTelemetryDatabase();
  await stopPolicies(database);
  fleet = createFleetModel({ hosts: HOSTS, seed: 5 });
  fleet.advanceTo(T0);
  const [first = "", second = ""] = fleet.gpus.map(({ uuid }) => uuid);
  await importHistory({ databaseUrl: database.url, logger: silentLogger, scrapeSeconds: 30 }, scrapes(first, second));
});
afterAll(() => database.close());

/** Half an hour: a copied exporter from the 10th minute to the 20th, an XID that comes twice, another model at the end. */
function* scrapes(first: string, second: string): Generator<PastScrape> {
  let clearCopy: (() => void) | undefined;
  for (let tick = 0; tick <= 58; tick++) {
    const at = T0 + tick * 30_000;
    fleet.advanceTo(at);
    if (tick === 10 || tick === 12) fleet.order({ kind: "XID", uuid: first, code: 31 });
    if (tick === 20) clearCopy = fleet.order({ kind: "DUPLICATE_UUID", host: "h2", uuid: first });
    if (tick === 40) clearCopy?.();
    if (tick === 50) fleet.order({ kind: "WRONG_MODEL", uuid: second, model: "NVIDIA B200" });
    for (const { name } of HOSTS) {
      // The copy is read after the original, in each round.
      const shift = name === "h2" ? 1_000 : 0;
      yield { url: `http://${name}/metrics`, labels: {}, at: at + shift, body: fleet.body(name) };
    }
  }
}

describe("through the collector", () => {
  it("a copied exporter is a conflict of the two hosts, for as long as it lasted", async () => {
    const rows = await database.rows(
      `select uuid, kept_url, refused_url, scrape_count::int as count,
         extract(epoch from last_seen_at - first_seen_at)::int as seconds from telemetry.gpu_conflict`,
    );
    expect(rows).toEqual([
      {
        uuid: fleet.gpus[0]?.uuid,
        kept_url: "http://h1/metrics",
        refused_url: "http://h2/metrics",
        ...{ count: 20, seconds: 19 * 30 },
      },
    ]);
  });

  it("an XID that comes again while the first one sticks is told twice", async () => {
    const rows = await database.rows(
      `select extract(epoch from time - $1::timestamptz)::int as seconds, code, detail
       from telemetry.gpu_event where kind = 'XID' order by time`,
      [new Date(T0)],
    );
    const event = { code: 31, detail: "GPU memory page fault" };
    expect(rows).toEqual([
      { ...event, seconds: 300 },
      { ...event, seconds: 360 },
    ]);
  });

  it("a GPU that turns into another model is flagged beside its token", async () => {
    const isFirst = `uuid = '${fleet.gpus[0]?.uuid}'`;
    await database.pool.query(
      `create schema chain;
       create table chain.gpu as
       select case when ${isFirst} then '1' else '2' end as id, uuid_hash,
         case when ${isFirst} then 'NVIDIA-H100-80GB-HBM3' else 'NVIDIA L40S' end as model
       from telemetry.gpu`,
    );
    const rows = await database.rows(
      "select gpu_id, reported_model, registered_model, is_model_match, reason from telemetry.gpu_identity order by gpu_id",
    );
    expect(rows).toEqual([
      {
        ...{ gpu_id: "1", reported_model: "NVIDIA H100 80GB HBM3", registered_model: "NVIDIA-H100-80GB-HBM3" },
        // The copy was seen ten minutes ago or longer.
        ...{ is_model_match: true, reason: "MATCHES" },
      },
      {
        ...{ gpu_id: "2", reported_model: "NVIDIA B200", registered_model: "NVIDIA L40S" },
        ...{ is_model_match: false, reason: "MODEL_DIFFERS" },
      },
    ]);
  });

  it("exporters of 4.8 and 4.9 give the same quantities, energy in joules and clocks in hertz", async () => {
    const rows = await database.rows<{ model: string; clock: number; joules: number; watts: number; total: number }>(
      `select l.model, sm_clock_hertz::float8 as clock, energy_total_joules as joules, power_watts::float8 as watts,
         fb_used_bytes + fb_free_bytes + fb_reserved_bytes as total
       from telemetry.gpu_latest l order by clock desc`,
    );
    // Idle for 29 minutes at the model's idle power and clock; memory as on its data sheet.
    const expected = [
      [345e6, 67, 81_559],
      [210e6, 34, 46_068],
    ] as const;
    expect(rows.map(({ clock }) => clock)).toEqual(expected.map(([hertz]) => hertz));
    rows.forEach(({ joules, watts, total }, index) => {
      const [, idleWatts, mib] = expected[index] ?? [0, 0, 0];
      expect(watts / idleWatts).toBeCloseTo(1, 1);
      expect(joules / (idleWatts * 29 * 60)).toBeCloseTo(1, 1);
      expect(Math.abs(total / 1_048_576 - mib)).toBeLessThan(2);
    });
  });
});
