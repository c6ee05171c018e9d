import type { BlockWork, Fields } from "./world.ts";
import { bytesOf } from "./world.ts";

/** Models of the scene's two pools. */
export const MODELS = { 1: "NVIDIA H100 80GB HBM3", 2: "NVIDIA A100-SXM4-80GB" } as const;
/** The customer of the scene. */
export const CUSTOMER = bytesOf("c");

/** Two pools of one operator, GPUs 1 and 2 in the first and 3 in the second, all ACTIVE and free. */
export function openScene({ set }: BlockWork, at: number): void {
  set("operator", 1, { owner: bytesOf("a"), payee: bytesOf("a") });
  const rates = {
    spot_rate_dc_per_hour: 1_000_000,
    on_demand_rate_dc_per_hour: 2_490_000,
    reserved_rate_dc_per_hour: 2_000_000,
  };
  set("pool", 1, { operator: "1", model: MODELS[1], region: "us-west", created_at: at, ...rates });
  set("pool", 2, { operator: "1", model: MODELS[2], region: "eu-north", created_at: at, ...rates });
  for (const [gpu, pool] of [
    [1, 1],
    [2, 1],
    [3, 2],
  ] as const)
    set("gpu", gpu, {
      operator: "1",
      pool: String(pool),
      model: MODELS[pool],
      status: "ACTIVE",
      uuid_hash: bytesOf(String(gpu), 32),
    });
}

/** A rental of the scene's customer on demand begins on a GPU in this block. */
export function rent(
  { set }: BlockWork,
  id: number,
  gpu: number,
  block: number,
  at: number,
  fields: Fields = {},
): void {
  const pool = gpu === 3 ? "2" : "1";
  set("rental", id, {
    ...{ gpu: String(gpu), pool, operator: "1", customer: CUSTOMER, tier: "ON_DEMAND", rate_dc_per_hour: 2_490_000 },
    ...{ deposited_dc: 2_490_000, start_at: at, settled_until: at, paid_until: at + 3_600, created_at_block: block },
    ...fields,
  });
  set("gpu", gpu, { rental: String(id) });
}

/** The customer ends a rental. */
export function end({ set }: BlockWork, id: number, gpu: number, at: number): void {
  set("rental", id, { is_ended: true, end_at: at, end_reason: "CUSTOMER", refunded_dc: 1_000_000 });
  set("gpu", gpu, { rental: null });
}
