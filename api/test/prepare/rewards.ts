import { zeroHash, type Hex } from "viem";
import { accountOf, as } from "#devnet/market/wallets.ts";
import { claimsTree } from "../../src/domain/rewards/leaves.ts";
import { PLAN } from "./fixture.ts";
import {
  OPERATOR,
  INVESTOR,
  CUSTOMER,
  FRIEND,
  MEMBER,
  NEWCOMER,
  address,
  balancesOf,
  sendsAsSaid,
  refusalOf,
  story,
} from "./story.ts";

/** Every epoch that is over is closed; the first with a budget pays, and the ledger has its claims as the settlement job writes them. */
async function payEpoch(amounts: Record<number, bigint>): Promise<void> {
  const { network, pool } = story.fixture;
  const claims = Object.entries(amounts)
    .map(([index, cumulative]) => ({ account: address(Number(index)) as Hex, cumulative }))
    .sort((a, b) => (a.account < b.account ? -1 : 1));
  const root = claimsTree(claims).root;
  const total = claims.reduce((sum, { cumulative }) => sum + cumulative, 0n);
  let epoch = 0n;
  for (; ; epoch++) {
    await network.mined(network.rewards.write.closeEpoch([epoch], as(NEWCOMER, network)));
    if ((await network.rewards.read.budgetOf([epoch])) >= total) break;
    await commit(epoch, zeroHash, 0n);
  }
  await commit(epoch, root, total);
  await story.fixture.pass(61);
  for (let due = 0n; due <= epoch; due++)
    await network.mined(network.rewards.write.finalize([due], as(NEWCOMER, network)));
  const bytes = (hex: string): Buffer => Buffer.from(hex.slice(2), "hex");
  await pool.query("insert into chain.epoch (number, status) values ($1, 'FINALIZED')", [epoch]);
  await pool.query(
    `insert into ledger.epoch (epoch, start_at, end_at, state, round, budget, burned_dc, total, unallocated, lines_root,
       claims_root, inputs_hash, methodology_version, line_count, claim_count, as_of_block, as_of_hash, inputs, settled_at)
     values ($4, 0, 1, 'FINAL', 0, $1, 0, $1, 0, $2, $2, $2, 1, 0, $3, 1, $2, '{}', now())`,
    [String(total), bytes(root), claims.length, epoch],
  );
  for (const [place, { account, cumulative }] of claims.entries()) {
    const row = [epoch, place, bytes(account), String(cumulative)];
    await pool.query("insert into ledger.claim values ($1, $2, $3, $4, $4)", row);
  }
}

async function commit(epoch: bigint, root: Hex, total: bigint): Promise<void> {
  const { network } = story.fixture;
  const facts = { linesRoot: root, claimsRoot: root, total, inputsHash: root, methodologyVersion: 1 };
  for (const oracle of PLAN.oracles) {
    await story.fixture.rpc("anvil_setBalance", [accountOf(oracle).address, `0x${(10n ** 20n).toString(16)}`]);
    await network.mined(network.rewards.write.attest([epoch, facts], as(oracle, network)));
  }
}

describe("rewards", () => {
  it("are claimed with the proof from the ledger, by anyone, once", async () => {
    await payEpoch({ [INVESTOR]: 1_000n, [OPERATOR]: 2_001n, [MEMBER]: 1n });
    const own = await sendsAsSaid(INVESTOR, "prepareClaimRewards", {});
    expect(own.cost).toMatchObject({ returnsBct: "0.000000000000001" });
    expect(await refusalOf(INVESTOR, "prepareClaimRewards", {})).toMatchObject({
      code: "EPOCH_REWARDS_NOTHING_TO_CLAIM",
    });
    const before = await balancesOf(OPERATOR);
    await sendsAsSaid(CUSTOMER, "prepareClaimRewards", { account: address(OPERATOR) });
    expect((await balancesOf(OPERATOR)).bct - before.bct).toBe(2_001n);
  });

  it("of a wallet that never earned are a typed error", async () => {
    const { errors } = await story.fixture.ask(
      `{ prepareClaimRewards(input: { from: "${address(FRIEND)}" }) { action } }`,
    );
    expect(errors?.[0]?.extensions).toMatchObject({ code: "NOTHING_TO_CLAIM" });
  });
});
