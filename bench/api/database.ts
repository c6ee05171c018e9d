import { openScene } from "#api/test/live/scene.ts";
import { bytesOf, GENESIS_AT, World } from "#api/test/live/world.ts";

export const GPUS = 200;
const RENTALS = 20_000;
const DAYS = 30;
/** GPUs whose last two days are there by the minute, as charts show them. */
const BY_MINUTE = 8;
const DAY_SECONDS = 86_400;
/** Where samples end, seconds since 1970. */
export const SAMPLED_THROUGH = GENESIS_AT + DAYS * DAY_SECONDS;

/**
 * A month on the engine's own tables and views: 200 GPUs in two pools, 20,000 rentals that are over, and of each GPU a
 * sample every five minutes, of eight of them every minute of the last two days.
 */
export async function openMonth(): Promise<World> {
  const world = await World.open();
  await world.mine((block) => {
    openScene(block, world.at);
    for (let gpu = 4; gpu <= GPUS; gpu++) {
      const pool = String(1 + (gpu % 2));
      const uuid = `\\x${gpu.toString(16).padStart(64, "0")}`;
      block.set("gpu", gpu, { operator: "1", pool, status: "ACTIVE", uuid_hash: uuid, owner: bytesOf("a") });
    }
    for (let id = 1; id <= RENTALS; id++) {
      const at = GENESIS_AT + id * 120;
      const [gpu, used] = [1 + (id % GPUS), 2_490_000 + id];
      block.set("rental", id, {
        ...{ gpu: String(gpu), pool: String(1 + (gpu % 2)), operator: "1", customer: bytesOf("c"), tier: "ON_DEMAND" },
        ...{ rate_dc_per_hour: 2_490_000, deposited_dc: used + 5_000, burned_dc: used, refunded_dc: 5_000 },
        ...{ start_at: at, settled_until: at + 3_600, paid_until: at + 3_600, end_at: at + 3_600 },
        ...{ is_ended: true, end_reason: "CUSTOMER", created_at_block: 1 },
      });
    }
  }, DAYS * DAY_SECONDS);
  for (const statement of TELEMETRY) await world.pool.query(statement);
  return world;
}

const sample = (step: number, from: number, gpus: number): string => `
  insert into telemetry.sample (time, gpu_key, covers_until, covered_seconds, util_ratio, power_watts, gpu_temp_celsius, energy_joules)
  select to_timestamp(t), g.gpu_key, to_timestamp(t + ${step}), ${step}, 0.5 + (t / 60 % 100) / 250.0, 300 + t / 60 % 300, 50 + t / 60 % 30, 300 * ${step}
  from telemetry.gpu g, generate_series(${from}, ${SAMPLED_THROUGH - step}, ${step}) t where g.gpu_key <= ${gpus}
  on conflict do nothing`;

const TELEMETRY = [
  `insert into telemetry.collector (name, started_at, seen_at, sampled_through)
   values ('c1', to_timestamp(${GENESIS_AT}), to_timestamp(${SAMPLED_THROUGH}), to_timestamp(${SAMPLED_THROUGH - 1}))`,
  `insert into telemetry.gpu (uuid, uuid_hash, first_seen_at, last_seen_at)
   select 'GPU-' || id, uuid_hash, to_timestamp(${GENESIS_AT}), to_timestamp(${SAMPLED_THROUGH}) from chain.gpu order by length(id), id`,
  sample(60, SAMPLED_THROUGH - 2 * DAY_SECONDS, BY_MINUTE),
  sample(300, GENESIS_AT, GPUS),
  "analyze",
];
