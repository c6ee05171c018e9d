import { BaseError } from "#kernel/errors.ts";
import type { Pool } from "#kernel/pg.ts";
import { costFloorUp } from "../../domain/pricing/advice.ts";
import { MAX_RATE_DC_PER_HOUR, type Declaration } from "../../domain/pricing/tick.ts";

/**
 * Notes down what an operator says of a pool's costs, from now on; null takes it back.
 *
 * @returns what an hour costs by it, DC base units; null where it was taken back
 * @throws BaseError `UNKNOWN_POOL`; `BAD_DECLARATION` for costs or a cap that the chain's rates can't have
 */
export async function declareCosts(
  pool: Pool,
  poolId: string,
  declaration: Declaration | null,
): Promise<bigint | null> {
  const floor = declaration && checkedFloor(declaration);
  const { rowCount } = await pool.query("select from chain.pool where id = $1", [poolId]);
  if (rowCount === 0) {
    throw new BaseError("UNKNOWN_POOL", `there is no pool ${poolId}`, { hints: ["`bc pricing` lists them"] });
  }
  const { powerWatts = 0n, dcPerKilowattHour = 0n, opexDcPerHour = 0n, capDcPerHour = null } = declaration ?? {};
  await pool.query(
    `insert into market.declaration (pool, declared_at, power_watts, dc_per_kilowatt_hour, opex_dc_per_hour,
       cap_dc_per_hour, is_withdrawn) values ($1, clock_timestamp(), $2, $3, $4, $5, $6)`,
    [poolId, powerWatts, dcPerKilowattHour, opexDcPerHour, capDcPerHour, declaration === null],
  );
  return floor;
}

function checkedFloor(declaration: Declaration): bigint {
  const { powerWatts, dcPerKilowattHour, opexDcPerHour, capDcPerHour } = declaration;
  const floor = costFloorUp(declaration);
  const faults = [
    ...(powerWatts >= 0n && powerWatts <= 100_000n ? [] : ["a power from 0 to 100,000 W"]),
    ...(dcPerKilowattHour >= 0n && dcPerKilowattHour <= 10n ** 9n ? [] : ["a price from 0 to 1,000 DC a kWh"]),
    ...(opexDcPerHour >= 0n && floor <= MAX_RATE_DC_PER_HOUR ? [] : ["costs from 0 to 1,000,000 DC an hour"]),
    ...(capDcPerHour === null || (capDcPerHour >= floor && capDcPerHour >= 1n && capDcPerHour <= MAX_RATE_DC_PER_HOUR)
      ? []
      : ["a cap that isn't below the costs, nor above 1,000,000 DC an hour"]),
  ];
  if (faults.length === 0) return floor;
  throw new BaseError("BAD_DECLARATION", `a declaration needs ${faults.join(", ")}`, { hints: faults });
}
