import { uuidHashOf } from "#devnet/market/bootstrap.ts";
import { accountOf, as } from "#devnet/market/wallets.ts";
import { giveCredits, openScript, PEOPLE, type Script } from "./script.ts";

const RATES = { spot: 1_390_000n, onDemand: 2_490_000n, reserved: 1_990_000n };
const DAY = 86_400;
/** 2026-11-20T05:00:00Z: a time in epoch 0 */
const BEGINS_AT = 1_795_150_800;
/** 2026-11-27T00:00:00Z */
const EPOCH_7 = 1_795_132_800 + 7 * DAY;

let script: Script;

beforeAll(async () => {
  script = await openScript({ beginsAt: BEGINS_AT });
  const { network } = script;
  const { operators, pools, gpus } = network;
  const by = as(PEOPLE.operator, network);
  await giveCredits(network);
  await network.mined(operators.write.register([1, "Solo", ""], by));
  for (const region of ["here", "there"]) {
    const shares = { operatorBps: 2_000, poolBps: 6_750, gpuBps: 1_250 };
    await network.mined(pools.write.createPool([1n, "NVIDIA L40S", region, RATES, shares], by));
  }
  await network.mined(gpus.write.mint([2n, accountOf(PEOPLE.operator).address, uuidHashOf("GPU-1")], by));
  const schedule = (poolId: bigint, operatorBps: number, epoch: bigint) =>
    network.mined(
      pools.write.scheduleShares([poolId, { operatorBps, poolBps: 5_000, gpuBps: 5_000 - operatorBps }, epoch], by),
    );
  await schedule(1n, 900, 7n);
  await schedule(1n, 1_000, 7n); // in the place of the one before
  await schedule(1n, 1_100, 8n);
  await schedule(2n, 1_200, 9n);
}, 60_000);

afterAll(() => script.close());

/** A rental of a minute, settled `seconds` after the beginning of epoch 7: it tells the epoch. */
async function useAt(seconds: number): Promise<void> {
  const { network } = script;
  const { market } = network;
  await script.at(EPOCH_7 + seconds - 61);
  await network.mined(market.write.rentOnDemand([1n, 41_500n, RATES.onDemand], as(PEOPLE.customer, network)));
  await script.at(EPOCH_7 + seconds);
  await network.mined(market.write.end([await market.read.runningRental([1n])], as(PEOPLE.customer, network)));
}

const bps = async (): Promise<unknown[]> =>
  (await script.rows("select operator_bps from chain.pool order by id")).map((row) => row["operator_bps"]);

describe("a pool's shares", () => {
  it("are the old ones up to the epoch in which announced ones begin, then those", async () => {
    await script.index();
    expect(await bps()).toEqual([2_000, 2_000]);
    await useAt(-1);
    await script.index();
    expect(await bps()).toEqual([2_000, 2_000]);
    await useAt(60);
    await script.index();
    expect(await bps()).toEqual([1_000, 2_000]);
    expect(await script.rows("select epoch, shares_ahead from chain.network")).toEqual([
      { epoch: "7", shares_ahead: ["1-8", "2-9"] },
    ]);
  }, 60_000);

  it("are the last that have begun when nothing told of the epochs between", async () => {
    await useAt(2 * DAY + 60);
    await script.index();
    expect(await bps()).toEqual([1_100, 1_200]);
    expect(await script.rows("select id, operator_bps from chain.share_rule order by id")).toEqual([
      { id: "1-0", operator_bps: 2_000 },
      { id: "1-7", operator_bps: 1_000 },
      { id: "1-8", operator_bps: 1_100 },
      { id: "2-0", operator_bps: 2_000 },
      { id: "2-9", operator_bps: 1_200 },
    ]);
    expect(
      await script.rows(`select pool, effective_epoch as epoch, operator_bps as bps from chain.share_announcement
        order by timestamp`),
    ).toEqual([
      { pool: "1", epoch: "7", bps: 900 },
      { pool: "1", epoch: "7", bps: 1_000 },
      { pool: "1", epoch: "8", bps: 1_100 },
      { pool: "2", epoch: "9", bps: 1_200 },
    ]);
  }, 60_000);

  it("stand in the rules for every epoch, past and to come, as the registry says", async () => {
    for (const pool of ["1", "2"]) {
      for (const epoch of ["0", "6", "7", "8", "9", "30"]) {
        const [rule] = await script.rows(`select operator_bps, pool_bps, gpu_bps from chain.share_rule
          where pool = '${pool}' and effective_epoch <= ${epoch} order by effective_epoch desc limit 1`);
        const shares = await script.network.pools.read.sharesAt([BigInt(pool), BigInt(epoch)]);
        expect(rule).toEqual({
          operator_bps: shares.operatorBps,
          pool_bps: shares.poolBps,
          gpu_bps: shares.gpuBps,
        });
      }
    }
  });
});
