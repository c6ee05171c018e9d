import type { FleetGpu } from "../../../fleet/types.ts";
import { uuidHashOf } from "../../bootstrap.ts";
import { inTurn, type MarketPlan } from "../../plan.ts";
import { addressAt, oneOf } from "../cast.ts";
import type { Act } from "../stage.ts";
import type { Crowd } from "./crowd.ts";

/** Hour of the day at which hosts are brought. */
const HOUR_OF_DAY = 10;

/** When the hosts that come later are switched on, an hour before their GPUs are minted; seconds since 1970. */
export function laterHosts({ pools }: Pick<MarketPlan, "pools">, beginsAt: number): Map<string, number> {
  const later = pools.flatMap(({ laterHosts = [] }) => laterHosts);
  return new Map(later.map(({ name, day }) => [name, beginsAt + (day * 24 + HOUR_OF_DAY - 1) * 3_600]));
}

/** Hosts that come in the course of the month: their GPUs are minted and join their pools. */
export function grow(crowd: Crowd, gpus: readonly FleetGpu[]): Act[] {
  return crowd.cast.plan.pools.flatMap(({ laterHosts = [] }, pool) =>
    laterHosts.map(({ name, day }, place) => {
      const brought = gpus.filter(({ host }) => host === name);
      return bring(crowd, { pool, day, gpus: brought, isFirst: place === 0 });
    }),
  );
}

interface Delivery {
  pool: number;
  gpus: readonly FleetGpu[];
  day: number;
  /** of its pool */
  isFirst: boolean;
}

async function* bring(crowd: Crowd, { pool, gpus, day, isFirst }: Delivery): Act {
  const { stage, grid, cast, plan } = crowd;
  const { operators, gpus: nft } = stage.network;
  yield grid.next(cast.hours(day * 24 + HOUR_OF_DAY));
  const { contributors, owners, operator } = oneOf(cast.plan.pools, pool);
  const newMember = pool === plan.unreliable.pool ? plan.unreliable.newMember : undefined;
  if (newMember !== undefined) {
    const { owner } = oneOf(cast.plan.operators, operator);
    if (isFirst) stage.post(owner, operators, "addMember", [BigInt(operator + 1), addressAt(newMember)]);
  }
  for (const [place, { uuid }] of gpus.entries()) {
    const owner = newMember ?? inTurn(owners, place);
    const by = newMember ?? inTurn(contributors, place);
    stage.post(by, nft, "mint", [BigInt(pool + 1), addressAt(owner), uuidHashOf(uuid)]);
  }
}
