import { createRandom } from "#devnet/market/random.ts";
import type { Pool } from "#kernel/pg.ts";
import type { ChainTables } from "./tables.ts";

const HOUR = 3_600;
const HOURS = 40;
const GPUS = ["1", "2", "3", "4"];

interface Options {
  chain: ChainTables;
  pool: Pool;
  seed: number;
  /** a whole hour */
  from: number;
}

/**
 * Two pools of two GPUs as they live: rentals that begin, are topped up and end, slots that are booked, split, merged, moved
 * and given up, GPUs that go away and come back, rates that change. Rows change as the indexer would change them.
 *
 * @param onHours told at random hours what has passed since it was told last
 * @returns the last hour's end
 */
export async function playRandomly(
  { chain, pool, seed, from }: Options,
  onHours: (start: number, end: number) => Promise<unknown>,
): Promise<number> {
  const random = createRandom(seed);
  await chain.open("1", from + 300, { ids: GPUS.slice(0, 2), from: from + 900 });
  await chain.open("2", from + 300, { ids: GPUS.slice(2), from: from + 900 }, { model: "A100" });
  const state = { chain, pool, random, count: 0, busyUntil: new Map<string, number>() };
  let told = from;
  for (let hour = 1; hour <= HOURS; hour++) {
    const at = from + hour * HOUR;
    for (const gpu of GPUS) await live(state, gpu, at + random.between(60, HOUR - 60));
    if (random.next() < 0.3 || hour === HOURS) {
      await onHours(told, at);
      told = at;
    }
  }
  return from + HOURS * HOUR;
}

interface State extends Pick<Options, "chain" | "pool"> {
  random: ReturnType<typeof createRandom>;
  count: number;
  /** end of what is known of a GPU, which nothing new begins before */
  busyUntil: Map<string, number>;
}

/** What happens to a GPU at a time: everything that changes is of that time or later. */
async function live(state: State, gpu: string, at: number): Promise<void> {
  const { random, busyUntil } = state;
  const chance = random.next();
  if (at < (busyUntil.get(gpu) ?? 0)) {
    if (chance < 0.2) await cutShort(state, gpu, at);
    return;
  }
  if (chance < 0.3) await rent(state, gpu, at);
  else if (chance < 0.5) await reserve(state, gpu, at);
  else if (chance < 0.6) await goAway(state, gpu, at);
  else if (chance < 0.65) await price(state, gpu, at);
}

async function rent({ chain, random, busyUntil, count: _, ...state }: State, gpu: string, at: number): Promise<void> {
  const until = at + random.between(600, 5 * HOUR);
  const { rows } = await state.pool.query<{ id: string }>("select (count(*) + 1)::text as id from chain.rental");
  const tier = random.next() < 0.5 ? "SPOT" : "ON_DEMAND";
  await chain.add("rental", { id: rows[0]?.id ?? "", gpu, tier, start_at: at, paid_until: until });
  busyUntil.set(gpu, until);
  const amount = Math.round(((until - at) * random.between(500_000, 3_000_000)) / HOUR);
  const model = Number(gpu) <= 2 ? "1" : "2";
  await chain.add("usage_settlement", {
    pool: model,
    timestamp: at + 30,
    amount_dc: amount,
    from_time: at,
    to_time: until,
  });
}

async function reserve({ chain, pool, random, busyUntil }: State, gpu: string, at: number): Promise<void> {
  const start = Math.floor(at / HOUR) + random.between(0, 3);
  const end = start + random.between(1, 6);
  const { rows } = await pool.query<{ id: string }>("select (count(*) + 1)::text as id from chain.slot");
  const id = rows[0]?.id ?? "";
  await chain.add("slot", { id, gpu, start_hour: start, end_hour: end, first_hour: start, created_at: at });
  busyUntil.set(gpu, end * HOUR);
}

/** A rental is ended; a slot is split and perhaps merged again, moved to the pool's other GPU, or given up. */
async function cutShort({ chain, pool, random, busyUntil }: State, gpu: string, at: number): Promise<void> {
  const next = Math.floor(at / HOUR) + 1;
  const ended = await pool.query(
    "update chain.rental set end_at = $2 where gpu = $1 and end_at is null and paid_until > $2 and start_at < $2",
    [gpu, at],
  );
  if ((ended.rowCount ?? 0) > 0) return void busyUntil.set(gpu, at + 1);
  const { rows } = await pool.query<{ id: string; start: number; end: number; count: string }>(
    `select id, start_hour as start, end_hour as end, (select count(*) from chain.slot) as count from chain.slot
     where gpu = $1 and not is_gone and end_hour > $2 order by length(id), id limit 1`,
    [gpu, next],
  );
  const [slot] = rows;
  if (!slot) return;
  const fate = random.next();
  const cut = Math.max(next, slot.start + 1);
  if (fate < 0.4 && cut < slot.end) {
    const later = String(Number(slot.count) + 1);
    await pool.query("update chain.slot set end_hour = $2 where id = $1", [slot.id, cut]);
    await chain.add("slot", { id: later, gpu, start_hour: cut, end_hour: slot.end, first_hour: cut, created_at: at });
    if (random.next() < 0.5) {
      await pool.query("update chain.slot set end_hour = $2 where id = $1", [slot.id, slot.end]);
      await pool.query("update chain.slot set merged_into = $2, is_gone = true, gone_at = $3 where id = $1", [
        later,
        slot.id,
        at,
      ]);
    }
  } else if (fate < 0.7) {
    const other = String(((Number(gpu) - 1) ^ 1) + 1);
    const rest = Math.max(next, slot.start);
    if (at < (busyUntil.get(other) ?? 0)) return;
    await chain.add("slot_move", { slot: slot.id, from_gpu: gpu, to_gpu: other, from_hour: rest, block_number: at });
    await pool.query("update chain.slot set gpu = $2, start_hour = $3 where id = $1", [slot.id, other, rest]);
    busyUntil.set(other, slot.end * HOUR);
    busyUntil.set(gpu, next * HOUR);
  } else {
    await pool.query("update chain.slot set is_gone = true, gone_at = $2 where id = $1", [slot.id, at]);
    busyUntil.set(gpu, next * HOUR);
  }
}

async function goAway({ chain, pool, random, busyUntil }: State, gpu: string, at: number): Promise<void> {
  const back = at + random.between(HOUR, 4 * HOUR);
  await pool.query("update chain.gpu_status_period set to_at = $2 where gpu = $1 and to_at is null", [gpu, at]);
  await chain.add("gpu_status_period", { gpu, status: "OFFLINE", from_at: at, to_at: back });
  await chain.add("gpu_status_period", { gpu, from_at: back });
  busyUntil.set(gpu, back);
}

async function price({ chain, random }: State, gpu: string, at: number): Promise<void> {
  const rate = random.between(1_000_000, 3_000_000);
  const rates = { spot_rate_dc_per_hour: rate >> 1, on_demand_rate_dc_per_hour: rate, reserved_rate_dc_per_hour: rate };
  await chain.add("rate_change", { pool: Number(gpu) <= 2 ? "1" : "2", timestamp: at, block_number: at, ...rates });
}
