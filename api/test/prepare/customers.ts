import { keccak256, parseEther, toBytes } from "viem";
import { accountOf, as } from "#devnet/market/wallets.ts";
import { reportPrice } from "#devnet/market/bootstrap.ts";
import { PLAN } from "./fixture.ts";
import {
  CUSTOMER,
  FRIEND,
  GUARDIAN,
  NEWCOMER,
  address,
  dc,
  bct,
  prepare,
  balancesOf,
  sendsAsSaid,
  refusalOf,
  story,
} from "./story.ts";

describe("Data Credits", () => {
  it("are minted after the approval that is prepared with them", async () => {
    await story.fixture.network.mined(
      story.fixture.network.token.write.transfer(
        [accountOf(NEWCOMER).address, parseEther("1000")],
        as(0, story.fixture.network),
      ),
    );
    await reportPrice(story.fixture.network, PLAN, 210_000_000n); // 2.1 $; what is sold at stays at the average, 2 $ at most
    const price = await story.fixture.network.feed.read.latestRoundData();
    expect(price[1]).toBe(210_000_000n);
    const wanted = { dc: "100.000001", maxBct: "60" };
    const asked = await prepare(NEWCOMER, "prepareMintCredits", wanted);
    expect(asked.refusal).toMatchObject({ code: "ERC20_INSUFFICIENT_ALLOWANCE" });
    expect(asked.refusal?.hints).toEqual(["sign the transaction in `first`, then ask again"]);
    const [approval] = asked.first ?? [];
    expect(approval).toMatchObject({ action: "ComputeToken.approve", refusal: null });
    await story.fixture.send(NEWCOMER, approval!);
    expect(
      await story.fixture.network.token.read.allowance([
        accountOf(NEWCOMER).address,
        story.fixture.network.credits.address,
      ]),
    ).toBe(bct("60"));
    const minted = await sendsAsSaid(NEWCOMER, "prepareMintCredits", wanted);
    expect(minted.cost).toMatchObject({ returnsDc: "100.000001", dc: "0" });
  });

  it("cost what is said at a price that doesn't divide, either way of asking", async () => {
    const { credits, token } = story.fixture.network;
    await story.fixture.pass(1_801); // the price that DC are sold at is the last half hour's: it stands still from now on
    await reportPrice(story.fixture.network, PLAN, 210_000_000n);
    await story.fixture.network.mined(
      token.write.approve([credits.address, 2n ** 255n], as(NEWCOMER, story.fixture.network)),
    );
    const exact = await sendsAsSaid(NEWCOMER, "prepareMintCredits", { dc: "10.000001" });
    expect(exact.action).toBe("DataCredits.mintExactFor");
    const forBct = await sendsAsSaid(NEWCOMER, "prepareMintCredits", { bct: "3.333333333333333333" });
    expect(forBct.action).toBe("DataCredits.mintFor");
    const gift = await sendsAsSaid(NEWCOMER, "prepareMintCredits", { dc: "5", recipient: address(FRIEND) });
    expect(gift.cost).toMatchObject({ returnsDc: "0" });
  });
});

describe("Data Credits that can't be minted or spent", () => {
  it("are refused in words: nothing, too dear, too many, paid already, paused", async () => {
    const mint = (input: Record<string, unknown>) => refusalOf(NEWCOMER, "prepareMintCredits", input);
    expect(await mint({ dc: "0" })).toMatchObject({ code: "DATA_CREDITS_ZERO_AMOUNT" });
    expect(await mint({ dc: "10", maxBct: "0.1" })).toMatchObject({ code: "DATA_CREDITS_TOO_MUCH_BCT" });
    expect(await mint({ bct: "1", minDc: "100" })).toMatchObject({ code: "DATA_CREDITS_TOO_FEW_CREDITS" });
    expect(await mint({ dc: "1000000" })).toMatchObject({ code: "DATA_CREDITS_OVER_LIMIT" });
    const paymentReference = keccak256(toBytes("an invoice"));
    await sendsAsSaid(NEWCOMER, "prepareMintCredits", { dc: "1", paymentReference });
    expect(await mint({ dc: "1", paymentReference })).toMatchObject({ code: "DATA_CREDITS_REFERENCE_USED" });
    await story.fixture.network.mined(
      story.fixture.network.credits.write.setPaused([true], as(GUARDIAN, story.fixture.network)),
    );
    expect(await mint({ dc: "1" })).toEqual({
      code: "DATA_CREDITS_PAUSED",
      message: "the guardian has paused the minting of DC",
      hints: ["wait: spending and ending go on"],
    });
    await story.fixture.network.mined(
      story.fixture.network.credits.write.setPaused([false], as(GUARDIAN, story.fixture.network)),
    );
  });

  it("can be spent by somebody else once their holder has prepared it so", async () => {
    const input = { gpu: "4", tier: "SPOT", escrowDc: "1", customer: address(CUSTOMER) };
    expect(await refusalOf(FRIEND, "prepareRent", input)).toMatchObject({ code: "DATA_CREDITS_OVER_ALLOWANCE" });
    await sendsAsSaid(CUSTOMER, "prepareSetSpender", { spender: address(FRIEND), dc: "1" });
    const rented = await prepare(FRIEND, "prepareRent", input);
    expect(rented).toMatchObject({ action: "Marketplace.rentSpotFor", cost: { dc: "1" }, refusal: null });
    const before = await balancesOf(CUSTOMER);
    await story.fixture.send(FRIEND, rented);
    expect((await balancesOf(CUSTOMER)).dc).toBe(before.dc - dc("1"));
    await story.fixture.network.mined(
      story.fixture.network.market.write.end([1n], as(CUSTOMER, story.fixture.network)),
    );
  });
});

describe("rentals", () => {
  it("start, are topped up and end as prepared", async () => {
    const started = await sendsAsSaid(CUSTOMER, "prepareRent", { gpu: "1", tier: "ON_DEMAND", escrowDc: "2.49" });
    expect(started).toMatchObject({ action: "Marketplace.rentOnDemand", cost: { dc: "2.49", usd: "2.49" } });
    const rental = String(await story.fixture.network.market.read.runningRental([1n]));
    await sendsAsSaid(CUSTOMER, "prepareTopUp", { rental, dc: "2.49" });
    expect(await refusalOf(FRIEND, "prepareEndRental", { rental })).toMatchObject({
      code: "MARKETPLACE_NOT_CUSTOMER",
      message: `rental ${rental} isn't ${accountOf(FRIEND).address}'s and is still funded`,
    });
    await story.fixture.pass(600);
    // 2.49 DC an hour are 692 base units a second: some seconds may pass between the asking and the block
    const ended = await sendsAsSaid(CUSTOMER, "prepareEndRental", { rental }, 692n * 30n);
    expect(Number(ended.cost.returnsDc)).toBeCloseTo(4.98 - 0.415, 1);
    expect(await refusalOf(CUSTOMER, "prepareEndRental", { rental })).toMatchObject({ code: "MARKETPLACE_ENDED" });
  });

  it("are refused in words", async () => {
    const rent = (input: Record<string, unknown>) =>
      refusalOf(CUSTOMER, "prepareRent", { gpu: "2", tier: "SPOT", escrowDc: "1", ...input });
    expect(await rent({ gpu: "99" })).toMatchObject({ code: "GPU_NFT_NO_GPU", message: "there is no GPU 99" });
    expect(await rent({ escrowDc: "0.01" })).toEqual({
      code: "MARKETPLACE_TOO_SHORT",
      message: "0.01 DC are too few: the shortest rental takes 0.023167", // ⌈1.39 · 60 / 3600⌉
      hints: ["put more aside"],
    });
    expect(await rent({ escrowDc: "5001" })).toMatchObject({ code: "MARKETPLACE_TOO_FAR_AHEAD" });
    expect(await rent({ maxRateDcPerHour: "1" })).toMatchObject({
      code: "MARKETPLACE_RATE_ABOVE_MAX",
      message: "the pool asks for 1.39 DC an hour, more than 1",
    });
    expect(await refusalOf(20, "prepareRent", { gpu: "2", tier: "SPOT", escrowDc: "1" })).toMatchObject({
      code: "DATA_CREDITS_INSUFFICIENT",
      message: `${accountOf(20).address} has 0 DC; 1 are needed`,
    });
    await sendsAsSaid(FRIEND, "prepareRent", { gpu: "2", tier: "SPOT", escrowDc: "5" });
    expect(await rent({})).toMatchObject({ code: "MARKETPLACE_GPU_BUSY" });
    await story.fixture.network.mined(
      story.fixture.network.market.write.setPaused([true], as(GUARDIAN, story.fixture.network)),
    );
    expect(await rent({ gpu: "3" })).toMatchObject({ code: "MARKETPLACE_PAUSED" });
    await story.fixture.network.mined(
      story.fixture.network.market.write.setPaused([false], as(GUARDIAN, story.fixture.network)),
    );
  });

  it("whose sender can't pay for gas are refused before they are signed", async () => {
    await story.fixture.rpc("anvil_setBalance", [accountOf(FRIEND).address, "0x1"]);
    const { refusal } = await prepare(FRIEND, "prepareRent", { gpu: "3", tier: "SPOT", escrowDc: "1" });
    expect(refusal).toMatchObject({ code: "INSUFFICIENT_ETHER" });
    await story.fixture.rpc("anvil_setBalance", [accountOf(FRIEND).address, `0x${(10n ** 21n).toString(16)}`]);
  });
});
