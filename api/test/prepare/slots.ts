import { accountOf, as } from "#devnet/market/wallets.ts";
import {
  OPERATOR,
  INVESTOR,
  CUSTOMER,
  FRIEND,
  NEWCOMER,
  HOUR,
  address,
  bct,
  prepare,
  sendsAsSaid,
  refusalOf,
  now,
  hourAhead,
  story,
} from "./story.ts";

describe("slots", () => {
  it("are reserved, split, merged, lent and used as prepared", async () => {
    await story.fixture.pass(HOUR - ((await now()) % HOUR) + 1); // so that no hour begins between two steps
    const reserved = await sendsAsSaid(CUSTOMER, "prepareReserve", {
      gpu: "3",
      startAt: await hourAhead(0),
      hours: 4,
    });
    expect(reserved.cost).toMatchObject({ dc: "7.96", usd: "7.96" }); // 4 × 1.99
    await sendsAsSaid(CUSTOMER, "prepareSplitSlot", { slot: "1", cutAt: [await hourAhead(2), await hourAhead(3)] });
    expect(await story.fixture.network.slots.read.ownerOf([3n])).toBe(accountOf(CUSTOMER).address);
    expect(await refusalOf(CUSTOMER, "prepareMergeSlots", { slot: "1", laterSlot: "3" })).toMatchObject({
      code: "TIME_SLOTS_NOT_NEIGHBORS",
    });
    await sendsAsSaid(CUSTOMER, "prepareMergeSlots", { slot: "2", laterSlot: "3" });
    expect(await refusalOf(FRIEND, "prepareCheckIn", { slot: "1" })).toMatchObject({ code: "TIME_SLOTS_NOT_USER" });
    await sendsAsSaid(CUSTOMER, "prepareLendSlot", { slot: "1", user: address(FRIEND), until: await hourAhead(2) });
    await sendsAsSaid(FRIEND, "prepareCheckIn", { slot: "1" });
    expect(await story.fixture.network.market.read.userOf([3n])).toBe(accountOf(FRIEND).address);
    expect(await refusalOf(CUSTOMER, "prepareCheckIn", { slot: "2" })).toMatchObject({ code: "TIME_SLOTS_NOT_NOW" });
  });

  it("are refused in words", async () => {
    const terms = { gpu: "3", startAt: await hourAhead(3), hours: 1 };
    expect(await refusalOf(CUSTOMER, "prepareReserve", terms)).toMatchObject({ code: "MARKETPLACE_HOURS_TAKEN" });
    expect(await refusalOf(CUSTOMER, "prepareReserve", { ...terms, startAt: await hourAhead(-2) })).toMatchObject({
      code: "TIME_SLOTS_PAST",
    });
    expect(await refusalOf(CUSTOMER, "prepareRefundSlot", { slot: "2" })).toMatchObject({
      code: "TIME_SLOTS_GPU_ACTIVE",
      message: "GPU 3 is ACTIVE: it delivers",
    });
    expect(await refusalOf(CUSTOMER, "prepareRefundSlot", { slot: "77" })).toMatchObject({
      code: "ERC721_NONEXISTENT_TOKEN",
    });
  });

  it("move to an equal GPU, and are refunded once theirs is away", async () => {
    expect(await refusalOf(CUSTOMER, "prepareMoveSlot", { slot: "2", toGpu: "4" })).toMatchObject({
      code: "OPERATOR_REGISTRY_NOT_OPERATOR",
    });
    await sendsAsSaid(OPERATOR, "prepareMoveSlot", { slot: "2", toGpu: "4" });
    await sendsAsSaid(OPERATOR, "prepareSetGpuStatus", { gpu: "4", status: "OFFLINE" });
    expect(await refusalOf(CUSTOMER, "prepareRefundSlot", { slot: "2" })).toMatchObject({
      code: "TIME_SLOTS_GPU_BACK_SOON",
    });
    await story.fixture.pass(HOUR);
    const refunded = await sendsAsSaid(CUSTOMER, "prepareRefundSlot", { slot: "2" });
    expect(refunded.cost).toMatchObject({ returnsDc: "3.98" }); // two hours at 1.99
    await sendsAsSaid(OPERATOR, "prepareSetGpuStatus", { gpu: "4", status: "ACTIVE" });
  });
});

describe("the exchange", () => {
  it("sells a slot for BCT, with both approvals prepared", async () => {
    const asked = await prepare(CUSTOMER, "prepareListToken", { slot: "1", price: String(bct("10")) });
    expect(asked.refusal).toMatchObject({ code: "EXCHANGE_NOT_APPROVED" });
    expect(asked.first).toMatchObject([{ action: "TimeSlots.approve", refusal: null }]);
    await story.fixture.send(CUSTOMER, asked.first![0]!);
    await sendsAsSaid(CUSTOMER, "prepareListToken", { slot: "1", price: String(bct("10")) });
    expect(await refusalOf(CUSTOMER, "prepareBuyToken", { slot: "1" })).toMatchObject({
      code: "EXCHANGE_SELF_PURCHASE",
    });
    const buying = await prepare(NEWCOMER, "prepareBuyToken", { slot: "1" });
    // the royalty is taken first: the contract's own error would ask for a hundredth of what is needed
    expect(buying.refusal).toMatchObject({ code: "ERC20_INSUFFICIENT_ALLOWANCE" });
    await story.fixture.send(NEWCOMER, buying.first![0]!);
    const bought = await sendsAsSaid(NEWCOMER, "prepareBuyToken", { slot: "1", maxPrice: String(bct("10")) });
    expect(bought.cost).toMatchObject({ bct: "10" });
    expect(await story.fixture.network.slots.read.ownerOf([1n])).toBe(accountOf(NEWCOMER).address);
    expect(await refusalOf(NEWCOMER, "prepareBuyToken", { slot: "1" })).toMatchObject({ code: "EXCHANGE_NOT_LISTED" });
  });

  it("pays the royalties to the operator, and takes offers back", async () => {
    const paid = await sendsAsSaid(OPERATOR, "prepareWithdrawRoyalties", {});
    expect(paid.cost).toMatchObject({ returnsBct: "0.1" }); // 1 % of 10
    expect(await refusalOf(OPERATOR, "prepareWithdrawRoyalties", {})).toMatchObject({ code: "EXCHANGE_NO_ROYALTIES" });
    const { gpus, exchange } = story.fixture.network;
    await story.fixture.network.mined(
      gpus.write.setApprovalForAll([exchange.address, true], as(OPERATOR, story.fixture.network)),
    );
    await sendsAsSaid(OPERATOR, "prepareListToken", { gpu: "1", price: "1" });
    expect(await refusalOf(INVESTOR, "prepareCancelListing", { gpu: "1" })).toMatchObject({
      code: "EXCHANGE_NOT_SELLER",
    });
    await sendsAsSaid(OPERATOR, "prepareCancelListing", { gpu: "1" });
    expect(await refusalOf(OPERATOR, "prepareListToken", { gpu: "1", price: "0" })).toMatchObject({
      code: "EXCHANGE_ZERO_PRICE",
    });
    const currency = address(INVESTOR);
    expect(await refusalOf(OPERATOR, "prepareListToken", { gpu: "1", price: "1", currency })).toMatchObject({
      code: "EXCHANGE_CURRENCY_NOT_ALLOWED",
    });
  });
});
