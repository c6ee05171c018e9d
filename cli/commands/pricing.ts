import { Option, type Command } from "commander";
import type { Snapshot } from "#api/src/sources/snapshot.ts";
import { BaseError } from "#kernel/errors.ts";
import { checkReachable, createPool, type Pool } from "#kernel/pg.ts";
import type { SettingName } from "#kernel/settings.ts";
import { DC_DECIMALS, formatUnits, parseUnits } from "#kernel/units.ts";
import { readNumbers } from "../flags.ts";
import type { PricedPool } from "../pricing-table.ts";
import { addSettings, databaseUrlOf, settingsOf } from "../settings.ts";

const NAMES = ["databaseUrl", "databasePort"] as const satisfies SettingName[];
const NUMBERS = {
  pool: { flag: "--pool <id>", help: "this pool only", min: 1, max: 2 ** 53 - 1 },
  powerWatts: { flag: "--power-watts <W>", help: "what one GPU and its part of the host take", max: 100_000 },
} as const;

const HELP = `
What each pool should ask next, and why: one step from what it asks now, by how much of it is sold.
  bc pricing
  bc pricing --pool 3 --json
  bc pricing declare --pool 3 --power-watts 700 --kwh-price 0.12 --opex 0.2 --cap 4
  bc pricing declare --pool 3 --withdraw
  bc pricing check                           makes every tick again from what was kept with it`;

interface Declare {
  kwhPrice?: string;
  opex?: string;
  cap?: string;
  withdraw?: boolean;
}

/** `bc pricing`: advice per pool; what operators declare of their costs; kept ticks made again. */
export function addPricing(program: Command): void {
  const command = program.command("pricing").description("what each pool should ask, and why");
  addSettings(command, NAMES)
    .addOption(new Option(NUMBERS.pool.flag, NUMBERS.pool.help))
    .addOption(new Option("--json", "all of it as JSON, on one line"))
    .addHelpText("after", HELP)
    .action(({ json = false }: { json?: boolean }) => withPool(command, (pool, id) => show(pool, id, json)));
  const declare = command.command("declare").description("note down what an operator says of a pool's costs");
  addSettings(declare, NAMES)
    .addOption(new Option(NUMBERS.pool.flag, "the pool").makeOptionMandatory())
    .addOption(new Option(NUMBERS.powerWatts.flag, NUMBERS.powerWatts.help))
    .addOption(new Option("--kwh-price <dc>", "what a kilowatt-hour costs, DC"))
    .addOption(new Option("--opex <dc>", "all other costs of one GPU and hour, DC [0]"))
    .addOption(new Option("--cap <dc>", "the most to ask, DC per GPU and hour"))
    .addOption(new Option("--withdraw", "from now on nothing is declared"))
    .action((flags: Declare) => withPool(declare, (pool, id) => runDeclare(declare, pool, id ?? "", flags)));
  const check = command.command("check").description("make every tick again from what was kept with it");
  addSettings(check, NAMES)
    .addOption(new Option(NUMBERS.pool.flag, NUMBERS.pool.help))
    .action(() => withPool(check, runCheck));
}

async function withPool(command: Command, run: (pool: Pool, poolId: string | null) => Promise<void>): Promise<void> {
  const given = { ...command.parent?.opts(), ...command.opts() };
  const settings = settingsOf(command, NAMES);
  const { pool: poolId } = readNumbers({ pool: NUMBERS.pool }, given);
  const databaseUrl = databaseUrlOf(settings);
  await checkReachable(databaseUrl);
  const pool = createPool(databaseUrl, { name: "bc-pricing", max: 1 });
  await run(pool, poolId === undefined ? null : String(poolId)).finally(() => pool.end());
}

async function show(pool: Pool, poolId: string | null, isJson: boolean): Promise<void> {
  const { withSnapshot } = await import("#api/src/sources/snapshot.ts");
  const { pricingJson, pricingTable } = await import("../pricing-table.ts");
  const pools = await withSnapshot(pool, (snapshot) => readPriced(snapshot, poolId));
  process.stdout.write(`${isJson ? pricingJson(pools) : pricingTable(pools)}\n`);
}

async function readPriced(snapshot: Snapshot, poolId: string | null): Promise<PricedPool[]> {
  const { listPools, readOperators, readPools } = await import("#api/src/sources/chain.ts");
  const { readHazards, readNewestTicks } = await import("#api/src/sources/market.ts");
  const { readDiscounts } = await import("#api/src/sources/offers.ts");
  const { findArbitrage } = await import("#api/src/domain/pricing/arbitrage.ts");
  const any = { operatorId: null, model: null, region: null };
  const pools = await (poolId === null
    ? listPools(snapshot, { after: null, limit: 10_000 }, any)
    : readPools(snapshot, [poolId]));
  if (poolId !== null && pools.length === 0) throw unknownPool(poolId);
  const ids = pools.map(({ id }) => id);
  const operators = await readOperators(snapshot, [...new Set(pools.map(({ operatorId }) => operatorId))]);
  const ticks = new Map((await readNewestTicks(snapshot, ids)).map((tick) => [tick.poolId, tick]));
  const hazards = new Map((await readHazards(snapshot, ids)).map((hazard) => [hazard.poolId, hazard]));
  const found: PricedPool[] = [];
  for (const one of pools) {
    const operatorName = operators.find(({ id }) => id === one.operatorId)?.name ?? one.operatorId;
    const arbitrage = findArbitrage(one.reservedRateDcPerHour, await readDiscounts(snapshot, one.id));
    found.push({ pool: one, operatorName, tick: ticks.get(one.id), hazard: hazards.get(one.id), arbitrage });
  }
  return found;
}

async function runDeclare(command: Command, pool: Pool, poolId: string, flags: Declare): Promise<void> {
  const { declareCosts } = await import("#api/src/jobs/pricing/declare.ts");
  const { powerWatts } = readNumbers({ powerWatts: NUMBERS.powerWatts }, command.opts());
  const isGiven = powerWatts !== undefined && flags.kwhPrice !== undefined;
  if (isGiven === (flags.withdraw === true)) {
    throw new BaseError("BAD_FLAG", "give --power-watts and --kwh-price, or --withdraw alone", {
      hints: ["see `bc pricing declare --help`"],
    });
  }
  const costs = isGiven && {
    powerWatts: BigInt(powerWatts),
    dcPerKilowattHour: amount("--kwh-price", flags.kwhPrice ?? "0"),
    opexDcPerHour: amount("--opex", flags.opex ?? "0"),
    capDcPerHour: flags.cap === undefined ? null : amount("--cap", flags.cap),
  };
  const floor = await declareCosts(pool, poolId, costs || null);
  const said = floor === null ? "nothing is declared any more" : `an hour costs ${formatUnits(floor, DC_DECIMALS)} DC`;
  process.stdout.write(`pool ${poolId}: ${said}; from the next full hour on\n`);
}

async function runCheck(pool: Pool, poolId: string | null): Promise<void> {
  const { withSnapshot } = await import("#api/src/sources/snapshot.ts");
  const { listPools } = await import("#api/src/sources/chain.ts");
  const { readTicks } = await import("#api/src/sources/market.ts");
  const { differencesOf } = await import("#api/src/jobs/pricing/remake.ts");
  const any = { operatorId: null, model: null, region: null };
  let count = 0;
  const found: string[] = [];
  await withSnapshot(pool, async (snapshot) => {
    const pools = await listPools(snapshot, { after: null, limit: 10_000 }, any);
    const ids = pools.map(({ id }) => id).filter((id) => poolId === null || id === poolId);
    if (poolId !== null && ids.length === 0) throw unknownPool(poolId);
    for (const id of ids) {
      for (const tick of await readTicks(snapshot, id, 0, 2 ** 33)) {
        count++;
        const at = new Date(tick.at * 1_000).toISOString();
        found.push(...differencesOf(tick).map((difference) => `pool ${id}, ${at}: ${difference}`));
      }
    }
  });
  const line = `${count} ticks were made again, ${found.length === 0 ? "all are the same" : `${found.length} differences`}`;
  process.stdout.write(`${[line, ...found].join("\n")}\n`);
  if (found.length > 0) process.exitCode = 1;
}

function amount(flag: string, text: string): bigint {
  try {
    return parseUnits(text, DC_DECIMALS);
  } catch {
    throw new BaseError(
      "BAD_FLAG",
      `${flag} is "${text}", but must be an amount of DC with at most ${DC_DECIMALS} decimals`,
    );
  }
}

function unknownPool(poolId: string): BaseError {
  return new BaseError("UNKNOWN_POOL", `there is no pool ${poolId}`, { hints: ["`bc pricing` lists them"] });
}
