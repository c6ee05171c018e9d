import { accountOf } from "#devnet/market/wallets.ts";
import { PLAN } from "./fixture.ts";
import {
  OPERATOR,
  INVESTOR,
  CUSTOMER,
  FRIEND,
  FOUNDER,
  MEMBER,
  NEWCOMER,
  HOUR,
  address,
  dc,
  prepare,
  sendsAsSaid,
  refusalOf,
  now,
  reportAgain,
  story,
} from "./story.ts";

describe("operators", () => {
  const RATES = { spot: "0.5", onDemand: "0.9", reserved: "0.7" };
  const SHARES = { operatorBps: 2_000, poolBps: 6_500, gpuBps: 1_500 };

  it("set rates, discounts, a pricer and shares of their pool", async () => {
    expect(await refusalOf(CUSTOMER, "prepareSetRates", { pool: "1", rates: RATES })).toMatchObject({
      code: "POOL_REGISTRY_CANNOT_PRICE",
    });
    await sendsAsSaid(OPERATOR, "prepareSetRates", { pool: "1", rates: RATES });
    expect((await story.fixture.network.pools.read.ratesOf([1n])).onDemand).toBe(dc("0.9"));
    const upsideDown = { spot: "2", onDemand: "1", reserved: "1" };
    expect(await refusalOf(OPERATOR, "prepareSetRates", { pool: "1", rates: upsideDown })).toMatchObject({
      code: "POOL_REGISTRY_BAD_RATES",
    });
    await sendsAsSaid(OPERATOR, "prepareSetTermDiscounts", { pool: "1", steps: [{ minHours: 24, bps: 500 }] });
    const bounds = { floor: RATES, cap: RATES, maxStepBps: 1_000, minIntervalSeconds: 60 };
    await sendsAsSaid(OPERATOR, "prepareSetPricer", { pool: "1", pricer: address(FRIEND), ...bounds });
    expect((await story.fixture.network.pools.read.pricingOf([1n])).pricer).toBe(accountOf(FRIEND).address);
    const soon = { pool: "1", shares: SHARES, effectiveEpoch: 1 };
    expect(await refusalOf(OPERATOR, "prepareScheduleShares", soon)).toMatchObject({
      code: "POOL_REGISTRY_BAD_EFFECTIVE_EPOCH",
    });
    const epoch = Math.floor(
      ((await now()) - story.fixture.deployment.genesisTime) / story.fixture.deployment.epochLength,
    );
    await sendsAsSaid(OPERATOR, "prepareScheduleShares", { ...soon, effectiveEpoch: epoch + 8 });
  });

  it("register, rename, open pools, bring GPUs, and add and kick members", async () => {
    const mode = "DISTRIBUTED";
    expect(await refusalOf(FOUNDER, "prepareRegisterOperator", { mode, name: "" })).toMatchObject({
      code: "OPERATOR_REGISTRY_BAD_NAME",
    });
    await sendsAsSaid(FOUNDER, "prepareRegisterOperator", { mode, name: "Channing Compute" });
    await sendsAsSaid(FOUNDER, "prepareSetOperatorMetadata", {
      operator: "2",
      name: "Channing",
      metadataURI: "ipfs://x",
    });
    await sendsAsSaid(FOUNDER, "prepareSetPayout", { operator: "2", payout: address(INVESTOR) });
    expect(await story.fixture.network.operators.read.payoutOf([2n])).toBe(accountOf(INVESTOR).address);
    const pool = { operator: "2", model: PLAN.pools[0]!.model, region: "us-west", rates: RATES, shares: SHARES };
    await sendsAsSaid(FOUNDER, "prepareCreatePool", pool);
    const member = address(MEMBER);
    await sendsAsSaid(FOUNDER, "prepareAddMember", { operator: "2", member });
    expect(await refusalOf(FOUNDER, "prepareAddMember", { operator: "2", member })).toMatchObject({
      code: "OPERATOR_REGISTRY_ALREADY_MEMBER",
    });
    await sendsAsSaid(MEMBER, "prepareMintGpu", { pool: "2", uuid: "GPU-00000000-0000-0000-0000-000000000001" });
    expect(await story.fixture.network.gpus.read.ownerOf([5n])).toBe(accountOf(MEMBER).address);
    expect(
      await refusalOf(MEMBER, "prepareMintGpu", { pool: "2", uuid: "gpu-00000000-0000-0000-0000-000000000001" }),
    ).toMatchObject({ code: "GPU_NFT_UUID_TAKEN" });
    expect(await refusalOf(FOUNDER, "prepareReleaseGpu", { gpu: "5" })).toMatchObject({
      code: "GPU_NFT_IN_GOOD_STANDING",
    });
    await sendsAsSaid(FOUNDER, "prepareKickMember", { operator: "2", member, reason: "UPTIME" });
    const kicks = await story.fixture.network.operators.getEvents.MemberKicked({}, { fromBlock: 0n });
    expect(kicks.map(({ args }) => args.reason)).toEqual([2]);
    await sendsAsSaid(FOUNDER, "prepareReleaseGpu", { gpu: "5" });
  });
});

describe("owners of GPUs", () => {
  it("join a pool that invites them, leave it after the delay, and retire their GPU", async () => {
    expect(await refusalOf(MEMBER, "prepareJoinPool", { gpu: "5", pool: "2" })).toMatchObject({
      code: "GPU_NFT_CANNOT_CONTRIBUTE",
    });
    await sendsAsSaid(FOUNDER, "prepareInviteGpu", { gpu: "5", pool: "2" });
    await sendsAsSaid(MEMBER, "prepareJoinPool", { gpu: "5", pool: "2" });
    expect(await refusalOf(FOUNDER, "prepareAnnounceExit", { gpu: "5" })).toMatchObject({ code: "GPU_NFT_NOT_OWNER" });
    await sendsAsSaid(MEMBER, "prepareAnnounceExit", { gpu: "5" });
    await sendsAsSaid(MEMBER, "prepareCancelExit", { gpu: "5" });
    await sendsAsSaid(MEMBER, "prepareAnnounceExit", { gpu: "5" });
    const early = await refusalOf(MEMBER, "prepareWithdrawGpu", { gpu: "5" });
    expect(early).toMatchObject({ code: "GPU_NFT_TOO_EARLY" });
    const exitAt = (await story.fixture.network.gpus.read.stateOf([5n]))[3];
    expect(early?.message).toContain(new Date(Number(exitAt) * 1_000).toISOString().slice(0, 19));
    await story.fixture.pass(3 * 24 * HOUR);
    await sendsAsSaid(MEMBER, "prepareWithdrawGpu", { gpu: "5" });
    await sendsAsSaid(MEMBER, "prepareSetGpuStatus", { gpu: "5", status: "RETIRED" });
  });

  it("can't mint DC once the price is stale, and are told since when", async () => {
    const refusal = await refusalOf(NEWCOMER, "prepareMintCredits", { dc: "1" });
    expect(refusal).toMatchObject({ code: "PRICE_FEED_STALE", hints: ["wait for the next report"] });
    const { cost } = await prepare(NEWCOMER, "prepareMintCredits", { dc: "1" });
    expect(cost).toBeNull();
    await reportAgain();
  });
});
