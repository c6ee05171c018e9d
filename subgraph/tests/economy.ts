import { encodeAbiParameters, keccak256, zeroHash, type Hash } from "viem";
import { uuidHashOf } from "#devnet/market/bootstrap.ts";
import { accountOf, as } from "#devnet/market/wallets.ts";
import { giveCredits, PEOPLE, type Script } from "./script.ts";

const RATES = { spot: 1_000_000n, onDemand: 2_000_000n, reserved: 1_500_000n };
const SHARES = { operatorBps: 2_000, poolBps: 6_750, gpuBps: 1_250 };
/** One BCT. */
export const BCT = 10n ** 18n;
/** Seconds of an epoch. */
export const DAY = 86_400;
/** When the chain begins: 2026-11-20T05:00:00Z: a time in epoch 0, and the script's minute 0 */
export const BEGINS_AT = 1_795_150_800;
/** When epoch 0 began: 2026-11-20T00:00:00Z */
export const GENESIS = 1_795_132_800;
const { treasury, operator, investor, customer, friend, guardian, reporters } = PEOPLE;
/** An ERC-20 that the exchange allows for a second. */
export const OTHER_CURRENCY = `0x${"c0".repeat(20)}` as const;

/** The operator has earned a fifth of a BCT. */
const LEAF = encodeAbiParameters([{ type: "address" }, { type: "uint256" }], [accountOf(operator).address, BCT / 5n]);
/** Claims root of one leaf, as of OpenZeppelin's standard tree. */
export const ROOT = keccak256(keccak256(LEAF));
/** What stands for the hash of an epoch's inputs. */
export const INPUTS = `0x${"1f".repeat(32)}` as const;
const address = (person: number) => accountOf(person).address;
const commitOf = (total: bigint, claimsRoot: `0x${string}`) => ({
  linesRoot: total === 0n ? zeroHash : ROOT,
  claimsRoot,
  total,
  inputsHash: INPUTS,
  methodologyVersion: 1,
});

/**
 * On a chain that begins at `BEGINS_AT`: DC are spent under an allowance, a GPU NFT is sold, settings change, and epochs are
 * closed, committed, vetoed, finalized and claimed.
 */
export async function playEconomy(script: Script): Promise<void> {
  const { network } = script;
  const { operators, pools, gpus } = network;
  const { by } = senderOf(script);
  await giveCredits(network);
  await network.mined(operators.write.register([1, "Solo", ""], by(operator)));
  await network.mined(pools.write.createPool([1n, "NVIDIA L40S", "here", RATES, SHARES], by(operator)));
  await network.mined(gpus.write.mint([1n, address(investor), uuidHashOf("GPU-1")], by(operator)));
  await spend(script);
  await trade(script);
  await changeSettings(script);
  await settleEpochs(script);
}

/** Sends as somebody, and at a second of the script. */
function senderOf(script: Script) {
  return {
    by: (person: number) => as(person, script.network),
    at: async (second: number, send: () => Promise<Hash>): Promise<void> => {
      await script.at(BEGINS_AT + second);
      await script.network.mined(send());
    },
  };
}

/** A spender rents for half an hour with the customer's DC; the price rises by a twentieth meanwhile. */
async function spend(script: Script): Promise<void> {
  const { credits, market, feed, token } = script.network;
  const { at, by } = senderOf(script);
  await at(600, () => credits.write.setSpender([address(friend), 5_000_000n], by(customer)));
  await at(3_600, () => market.write.rentOnDemandFor([address(customer), 1n, 2_000_000n, RATES.onDemand], by(friend)));
  for (const [place, reporter] of reporters.entries()) {
    await at(5_000 + place, () => feed.write.report([210_000_000n], by(reporter)));
  }
  await at(5_400, () => market.write.end([1n], by(customer)));
  await at(5_500, () => token.write.burn([7n * BCT], by(treasury)));
}

/** A GPU NFT is offered twice and sold; its operator takes the royalty. */
async function trade(script: Script): Promise<void> {
  const { exchange, gpus, token } = script.network;
  const { at, by } = senderOf(script);
  const offer = (price: bigint) => () =>
    exchange.write.list([gpus.address, 1n, token.address, price * BCT], by(investor));
  await at(6_000, () => token.write.transfer([address(friend), 100n * BCT], by(treasury)));
  await at(6_001, () => token.write.approve([exchange.address, 80n * BCT], by(friend)));
  await at(6_002, () => gpus.write.approve([exchange.address, 1n], by(investor)));
  await at(6_003, offer(100n));
  await at(6_004, offer(80n));
  await at(6_005, () => exchange.write.buy([gpus.address, 1n, token.address, 80n * BCT, 0n], by(friend)));
  await at(6_006, () => exchange.write.withdrawRoyalties([token.address], by(operator)));
}

/** The admin, who is the treasury here, and the guardian change what they may. */
async function changeSettings(script: Script): Promise<void> {
  const { credits, market, rewards, feed, exchange } = script.network;
  const { at, by } = senderOf(script);
  await at(7_000, () => credits.write.setMintLimit([500_000_000n, 3_600], by(treasury)));
  await at(7_001, () => credits.write.setPaused([true], by(guardian)));
  await at(7_002, () => market.write.setPaused([true], by(guardian)));
  await at(7_003, () => market.write.setPaused([false], by(guardian)));
  await at(7_004, () => feed.write.setReporters([reporters.map(address), 3n], by(treasury)));
  await at(7_005, () => exchange.write.setCurrency([OTHER_CURRENCY, true], by(treasury)));
  await at(7_006, () => exchange.write.setCurrency([OTHER_CURRENCY, false], by(treasury)));
  await at(7_007, () => rewards.write.setKappa([5_000], by(treasury)));
  await at(7_008, () => rewards.write.setOracles([[customer, friend, investor].map(address), 2n], by(treasury)));
}

/** Epochs 0 and 1 are closed and committed, both lose their commits to a veto, and epoch 0 is committed anew and paid. */
async function settleEpochs(script: Script): Promise<void> {
  const { rewards } = script.network;
  const { at, by } = senderOf(script);
  const after = (days: number, seconds: number) => GENESIS - BEGINS_AT + days * DAY + seconds;
  const attest = (second: number, oracle: number, epoch: bigint, total: bigint, root: `0x${string}`) =>
    at(second, () => rewards.write.attest([epoch, commitOf(total, root)], by(oracle)));
  await at(after(1, 100), () => rewards.write.closeEpoch([0n], by(friend)));
  await attest(after(1, 200), customer, 0n, BCT / 5n, ROOT);
  await at(after(2, 100), () => rewards.write.closeEpoch([1n], by(friend)));
  // Within a minute, in which a commit may be vetoed, both have theirs.
  await attest(after(2, 105), friend, 0n, BCT / 5n, ROOT);
  await attest(after(2, 110), customer, 1n, 0n, ROOT);
  await attest(after(2, 120), friend, 1n, 0n, ROOT);
  await at(after(2, 150), () => rewards.write.veto([0n, "a line is missing"], by(guardian)));
  await attest(after(2, 300), investor, 0n, BCT / 5n, ROOT);
  await attest(after(2, 400), friend, 0n, BCT / 5n, ROOT);
  await at(after(3, 500), () => rewards.write.finalize([0n], by(friend)));
  await at(after(3, 600), () => rewards.write.claim([address(operator), BCT / 5n, []], by(friend)));
}
