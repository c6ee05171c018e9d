import { ascending, descending } from "../sources/entity.ts";
import { orderBy } from "./order.ts";

// Ids are given in the order of creation: the order by time is the order by number, and an index has it.
const created = {
  CREATED_AT_ASC: { order: ascending("created_at"), description: "The oldest first, which is by id." },
  CREATED_AT_DESC: { order: descending("created_at"), description: "The newest first." },
};
const burned = {
  BURNED_DC_ASC: { order: ascending("burned_dc"), description: "By what was burned for use, the least first." },
  BURNED_DC_DESC: { order: descending("burned_dc"), description: "By what was burned for use, the most first." },
};

/** The ways to order operators. */
export const OPERATOR_ORDER = orderBy("OperatorOrder", { ...created, ...burned });
/** The ways to order GPUs. */
export const GPU_ORDER = orderBy("GpuOrder", { ...created, ...burned });
/** The ways to order pools. */
export const POOL_ORDER = orderBy("PoolOrder", {
  ...created,
  ...burned,
  SPOT_RATE_ASC: { order: ascending("spot_rate_dc_per_hour"), description: "By the spot rate, the cheapest first." },
  ON_DEMAND_RATE_ASC: {
    order: ascending("on_demand_rate_dc_per_hour"),
    description: "By the on-demand rate, the cheapest first.",
  },
  RESERVED_RATE_ASC: {
    order: ascending("reserved_rate_dc_per_hour"),
    description: "By the reserved rate, the cheapest first.",
  },
});
/** The ways to order rentals. */
export const RENTAL_ORDER = orderBy("RentalOrder", {
  START_AT_ASC: { order: ascending("start_at"), description: "The oldest first, which is by id." },
  START_AT_DESC: { order: descending("start_at"), description: "The newest first." },
  ...burned,
});
