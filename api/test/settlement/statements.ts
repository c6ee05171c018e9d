import type { Scope } from "../../src/domain/cashflow/statement.ts";
import type { StatementLine } from "../../src/domain/cashflow/line.ts";
import { keepNextUse } from "../../src/sources/cashflow-keep.ts";
import { withSnapshot } from "../../src/sources/snapshot.ts";
import { openStatement } from "../../src/statement/basis.ts";
import { streamLines } from "../../src/statement/lines.ts";
import { readMetrics } from "../../src/statement/metrics.ts";
import { readSums, sumWindow } from "../../src/statement/totals.ts";
import type { SettlementFixture } from "./fixture.ts";

/** All of a statement, its lines one by one and its sums. */
export async function readWhole({ pool }: SettlementFixture, scope: Scope) {
  return withSnapshot(pool, async (snapshot) => {
    const basis = await openStatement(snapshot, scope, { fromAt: null, toAt: null });
    const sums = await readSums(basis);
    const lines: StatementLine[] = [];
    for await (const piece of streamLines(basis)) lines.push(...piece);
    const { statement } = await sumWindow(basis, sums, basis.window);
    const metrics = await readMetrics(basis, sums, { discountRate: null, residual: null });
    return { lines, statement, metrics };
  });
}

const rewardsOf = (lines: readonly StatementLine[], of: "amount" | "claimed" | "unclaimed"): bigint =>
  lines.reduce((sum, line) => sum + (line.terms === null ? 0n : (line[of] ?? 0n)), 0n);

/** Of every wallet that was ever paid or has a line: what its statement says is what the chain paid it, wei for wei. */
export async function expectAllPaid(f: SettlementFixture): Promise<void> {
  const { rewards } = f.network;
  const finalCount = Number(await rewards.read.finalizedCount());
  const paid = await rewards.getEvents.RewardClaimed({}, { fromBlock: 0n, toBlock: "latest" });
  const { rows } = await f.pool.query<{ account: `0x${string}` }>(
    "select distinct '0x' || encode(account, 'hex') as account from ledger.line",
  );
  expect(rows.length).toBeGreaterThan(5);
  let all = 0n;
  for (const { account } of rows) {
    const { lines, statement } = await readWhole(f, { kind: "WALLET", account });
    const own = paid.filter(({ args }) => args.account?.toLowerCase() === account);
    const got = own.reduce((sum, { args }) => sum + (args.amount ?? 0n), 0n);
    expect([account, statement.claimedBct]).toEqual([account, got]);
    expect(statement.claimedBct).toBe(await rewards.read.claimedOf([account]));
    expect(statement.claimedBct + statement.unclaimedBct).toBe(statement.rewardBct);
    const single = [rewardsOf(lines, "amount"), rewardsOf(lines, "claimed"), rewardsOf(lines, "unclaimed")];
    expect(single).toEqual([statement.rewardBct, statement.claimedBct, statement.unclaimedBct]);
    expect(lines.every(({ epoch }) => epoch === null || epoch < finalCount)).toBe(true);
    all += statement.rewardBct;
  }
  const minted = await Promise.all(
    Array.from({ length: finalCount }, async (_, epoch) => (await rewards.read.commitOf([BigInt(epoch)]))[0].total),
  );
  expect(all).toBe(minted.reduce((sum, total) => sum + total, 0n));
  expect(await partsOf(f)).toBe(all);
}

/** The same rewards by pool and operator. */
async function partsOf(f: SettlementFixture): Promise<bigint> {
  const parts = await f.pool.query<{ kind: "POOL" | "OPERATOR"; id: string }>(
    "select 'POOL' as kind, id from chain.pool union all select 'OPERATOR', id from chain.operator",
  );
  let sum = 0n;
  for (const { kind, id } of parts.rows) {
    const { lines, statement } = await readWhole(f, kind === "POOL" ? { kind, poolId: id } : { kind, operatorId: id });
    expect(rewardsOf(lines, "amount")).toBe(statement.rewardBct);
    sum += statement.rewardBct;
  }
  return sum;
}

/** Of every sale on the chain: the buyer paid what the seller got, and the seller gave the royalty that somebody got. */
export async function expectSalesToAgree(f: SettlementFixture): Promise<void> {
  const sold = await f.network.exchange.getEvents.Sold({}, { fromBlock: 0n, toBlock: "latest" });
  expect(sold.length).toBeGreaterThan(2);
  for (const { args, transactionHash } of sold) {
    const of = async (account: string | undefined): Promise<unknown[]> => {
      const { lines } = await readWhole(f, { kind: "WALLET", account: account ?? "" });
      return lines.flatMap(({ id, kind, amount }) =>
        id.startsWith(`sale ${transactionHash}`) ? [[kind, amount]] : [],
      );
    };
    const { price = 0n, royalty = 0n, royaltyReceiver, seller, buyer } = args;
    expect(await of(buyer)).toEqual([["PURCHASE", -price]]);
    const given = royalty > 0n ? [["ROYALTY", -royalty]] : [];
    const isOwn = royaltyReceiver?.toLowerCase() === seller?.toLowerCase();
    expect(await of(seller)).toEqual([["SALE", price], ...given, ...(isOwn ? [["ROYALTY", royalty]] : [])]);
    if (royalty > 0n && !isOwn) expect(await of(royaltyReceiver)).toEqual([["ROYALTY", royalty]]);
  }
}

/** What is kept of use is what contracts, ledger and telemetry say, and adds up over whom it was split among. */
export async function expectUseToBeKept(f: SettlementFixture): Promise<void> {
  while ((await keepNextUse(f.pool, Number(await f.network.rewards.read.finalizedCount()))) !== undefined);
  const { rows } = await f.pool.query<Record<string, number>>(
    `with seen as materialized (
       select e.epoch, t.* from ledger.use_epoch k join ledger.epoch e on e.epoch = k.epoch
       cross join lateral telemetry.gpu_uptime(to_timestamp(e.start_at), to_timestamp(e.end_at)) t
     ), told as (
       select u.gpu, u.epoch, u.up_minutes, u.down_minutes, t.up_minutes as up, t.down_minutes as down
       from ledger.gpu_use u join chain.gpu g on g.id = u.gpu::text join telemetry.gpu x on x.uuid_hash = g.uuid_hash
       join seen t on t.epoch = u.epoch and t.gpu_key = x.gpu_key
     )
     select (select count(*) from told)::int4 as count, (select max(abs(up - up_minutes)) from told)::float8 as "upOff",
       (select max(abs(down - down_minutes)) from told)::float8 as "downOff", (select sum(down) from told)::float8 as down,
       (select sum(available_seconds) from ledger.gpu_use) - (select sum(member_seconds) from ledger.gpu_amount where epoch < 3) as "availableOff",
       (select sum(rented_seconds) from ledger.gpu_use) as rented, (select sum(rented_seconds) from ledger.use_sum) as split,
       (select sum(burned_dc) from ledger.gpu_use)::float8 as burned, (select sum(burned_dc) from ledger.payer_sum)::float8 as payers,
       (select sum(amount_dc) from chain.usage_settlement where epoch < 3)::float8 as settled,
       (select count(*) from ledger.gpu_use where rented_seconds > available_seconds)::int4 as over`,
  );
  const [found = {}] = rows;
  expect(found["count"]).toBeGreaterThan(50);
  // exporters are asked every five minutes here: a gap hides at most the one before it
  expect(found["upOff"]).toBeLessThanOrEqual(10);
  expect([found["downOff"], found["availableOff"], found["over"]]).toEqual([0, 0, 0]);
  expect(found["down"]).toBeGreaterThan(0);
  expect(found["split"]).toBeCloseTo(found["rented"] ?? NaN, 3);
  expect([found["burned"], found["payers"]]).toEqual([found["settled"], found["settled"]]);
  const { rows: tokens } = await f.pool.query("select symbol, decimals, is_bct from ledger.token");
  expect(tokens).toEqual([{ symbol: "BCT", decimals: 18, is_bct: true }]);
  const { metrics } = await readWhole(f, { kind: "POOL", poolId: "2" });
  const { occupancy, uptime, utilization, payerConcentration } = metrics.realised;
  for (const { value } of [occupancy, uptime, payerConcentration]) {
    expect(value).toBeGreaterThan(0);
    expect(value).toBeLessThan(1);
  }
  expect(utilization.value).toBe(1); // every reading here is of a half busy GPU
}
