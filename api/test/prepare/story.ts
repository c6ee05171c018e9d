import { parseUnits, BCT_DECIMALS, DC_DECIMALS } from "#kernel/units.ts";
import { reportPrice } from "#devnet/market/bootstrap.ts";
import { accountOf } from "#devnet/market/wallets.ts";
import { PLAN, type PrepareFixture, type PreparedJson } from "./fixture.ts";

/** What the suites of this folder play on, one after the other, from before the first of them on. */
export const story = { fixture: undefined as unknown as PrepareFixture };

/** Accounts of the chain's mnemonic. */
export const OPERATOR = 1;
export const INVESTOR = 6;
export const CUSTOMER = 10;
export const FRIEND = 11;
/** Becomes a distributed operator, with a member. */
export const FOUNDER = 12;
export const MEMBER = 13;
export const GUARDIAN = 19;
/** Has ether and nothing else. */
export const NEWCOMER = 9;
export const HOUR = 3_600;

export const address = (index: number) => accountOf(index).address.toLowerCase();
export const dc = (text: string) => parseUnits(text, DC_DECIMALS);
export const bct = (text: string) => parseUnits(text, BCT_DECIMALS);
export const prepare = (by: number, action: string, input: Record<string, unknown>) =>
  story.fixture.prepare(by, action, input);

export const balancesOf = async (index: number) => {
  const account = [accountOf(index).address] as const;
  const { credits, token } = story.fixture.network;
  return { dc: await credits.read.balanceOf(account), bct: await token.read.balanceOf(account) };
};

/**
 * Signs and sends what was prepared, as it is, and holds the sender's balances and the gas against what was said.
 *
 * @param slack DC base units by which the passing of a second may change what comes back
 */
export async function sendsAsSaid(
  by: number,
  action: string,
  input: Record<string, unknown>,
  slack = 0n,
): Promise<PreparedJson> {
  const prepared = await prepare(by, action, input);
  expect([action, prepared.refusal, prepared.first]).toEqual([action, null, []]);
  expect(prepared).toMatchObject({ chainId: 31_337, from: address(by), value: "0" });
  const before = await balancesOf(by);
  const { gasUsed, paidWei } = await story.fixture.send(by, prepared);
  const after = await balancesOf(by);
  const { cost } = prepared;
  const offDc = before.dc - dc(cost.dc) + dc(cost.returnsDc) - after.dc;
  expect([action, offDc <= slack && -offDc <= slack]).toEqual([action, true]);
  expect([action, after.bct]).toEqual([action, before.bct - bct(cost.bct) + bct(cost.returnsBct)]);
  // the estimate is a little more than what is used: refunds of gas come at the end
  expect(Number(gasUsed) / Number(prepared.gas)).toBeLessThanOrEqual(1);
  expect(Number(paidWei) / Number(cost.gasWei)).toBeLessThanOrEqual(1.01);
  expect(Number(paidWei) / Number(cost.gasWei)).toBeGreaterThan(0.6);
  return prepared;
}

export const refusalOf = async (by: number, action: string, input: Record<string, unknown>) => {
  const { refusal, gas } = await prepare(by, action, input);
  expect([action, gas]).toEqual([action, null]);
  return refusal;
};

export const now = async () => Number((await story.fixture.network.node.getBlock({ blockTag: "latest" })).timestamp);
export const hourAhead = async (hours: number) =>
  new Date((Math.floor((await now()) / HOUR) + hours) * HOUR * 1_000).toISOString();
export const reportAgain = () => reportPrice(story.fixture.network, PLAN, 300_000_000n); // 3 $: not every amount divides
