import { encodeFunctionData, erc20Abi, maxUint256, parseAbiItem, type Hex } from "viem";
import { dataCreditsAbi } from "#contracts/abi/dataCredits.ts";
import { priceFeedAbi } from "#contracts/abi/priceFeed.ts";
import { toRefusal } from "../../chain/refusals.ts";
import { revertOf } from "../../chain/revert.ts";
import { readBlock, readFinalBlock } from "../node.ts";
import { Reverted } from "../outbox/reverts.ts";
import type { Context } from "./context.ts";
import { MINT, type QueuedPayment } from "./rows.ts";

/** How much more BCT than now a mint may take by the time it is mined: 2 %. */
const SLIPPAGE = { num: 102n, den: 100n };
const SCALE = 10n ** 20n;
/** Refusals that hold for every payment, not for the large ones alone. */
const FOR_ALL = /^DataCredits_Paused$|^PriceFeed_|^$/;
const MINTED = parseAbiItem(
  "event CreditsMinted(address indexed payer, address indexed recipient, bytes32 indexed paymentReference, uint256 bctAmount, uint256 dcAmount, uint256 price)",
);

/**
 * One look: what became of what was sent, then the next payments. A payment is taken in the database before its transaction
 * is signed, and the transaction written down before it is sent; whoever comes back after a fall goes on from there. Were
 * both lost, the contract would refuse the reference a second time, and the first mint is found on the chain.
 *
 * @returns whether something was sent
 */
export async function mintNext(context: Context): Promise<boolean> {
  const { node, outbox, rows, finality } = context;
  const final = await readFinalBlock(node, finality, await readBlock(node));
  await outbox.follow(final.number);
  await rows.followTransactions();
  let isSent = false;
  for (const payment of await rows.queued()) {
    if (!(await rows.take(payment.id))) continue;
    context.onPoint("mint: taken");
    const step = await mintOne(context, payment, final.number);
    isSent = isSent || step === "SENT";
    if (step === "WAIT_ALL") break;
  }
  if (!isSent) return false;
  await outbox.settle(final.number);
  await rows.followTransactions();
  return true;
}

async function mintOne(
  context: Context,
  payment: QueuedPayment,
  finalBlock: bigint,
): Promise<"SENT" | "WAITS" | "WAIT_ALL"> {
  const { outbox, rows, addresses, logger } = context;
  try {
    const data = encodeFunctionData({
      abi: dataCreditsAbi,
      functionName: "mintExactFor",
      args: [payment.wallet, payment.amountDc, await mostBct(context, payment.amountDc), payment.reference],
    });
    await outbox.submit({ purpose: `${MINT}${payment.id}`, to: addresses.credits, data });
    return "SENT";
  } catch (error) {
    if (!(error instanceof Reverted)) throw error; // it stays taken: the next look finds out how far it came
    const { reason: name } = error;
    if (name === "DataCredits_ReferenceUsed") return findMint(context, payment, finalBlock);
    if (name === "ERC20InsufficientAllowance" && (await approve(context, finalBlock))) {
      await rows.waits(payment.id, "the contract is allowed the processor's BCT first");
      return "SENT";
    }
    const reason = reasonOf(error);
    if (reason !== payment.reason) logger.warn({ payment: payment.id, reason }, "a payment waits");
    await rows.waits(payment.id, reason);
    return FOR_ALL.test(name) ? "WAIT_ALL" : "WAITS";
  }
}

/** At the price of now and a little more: a price that falls until the block must not make it burn without end. */
async function mostBct({ node, addresses }: Context, amountDc: bigint): Promise<bigint> {
  const question = { address: addresses.priceFeed, abi: priceFeedAbi, functionName: "previewPrice" } as const;
  const price = await node.readContract(question).catch((error: unknown) => {
    const revert = revertOf(error);
    throw revert ? new Reverted("the price", revert.name, revert.text, error) : error;
  });
  return (amountDc * SCALE * SLIPPAGE.num) / (price * SLIPPAGE.den);
}

function reasonOf(error: Reverted): string {
  const revert = revertOf(error.cause);
  if (revert?.name === "ERC20InsufficientBalance") {
    const { balance, needed } = revert.args as { balance: bigint; needed: bigint };
    return `the float is short: ${balance} wei of BCT, ${needed} are needed`;
  }
  return revert ? toRefusal(revert).message : error.message;
}

/** Lets the contract burn BCT of ours, without end: it burns only what its caller mints for, and can't be changed. */
async function approve({ outbox, addresses }: Context, finalBlock: bigint): Promise<boolean> {
  const data = encodeFunctionData({ abi: erc20Abi, functionName: "approve", args: [addresses.credits, maxUint256] });
  const isSent = await outbox.submit({ purpose: `approve ${addresses.credits}`, to: addresses.token, data });
  if (isSent) await outbox.settle(finalBlock);
  return isSent;
}

/** The reference is used, and we have no transaction that did it: the chain tells by which. */
async function findMint(context: Context, payment: QueuedPayment, finalBlock: bigint): Promise<"WAITS"> {
  const { node, outbox, rows, addresses, logger } = context;
  const args = { payer: outbox.address, paymentReference: payment.reference };
  const logs = await node.getLogs({ address: addresses.credits, event: MINTED, args, fromBlock: 0n, strict: true });
  const [log] = logs;
  if (!log) {
    await rows.waits(payment.id, "the contract has minted for it, but the node doesn't find when");
    return "WAITS";
  }
  const { recipient, dcAmount } = log.args;
  if (recipient.toLowerCase() !== payment.wallet || dcAmount !== payment.amountDc) {
    const text = `under its reference ${dcAmount} base units of DC were minted for ${recipient}: look at ${log.transactionHash}`;
    logger.error({ payment: payment.id, hash: log.transactionHash }, "a payment was minted otherwise");
    await rows.refuse(payment.id, text);
    return "WAITS";
  }
  const hash: Hex = log.transactionHash;
  if (log.blockNumber <= finalBlock) await rows.found(payment.id, hash, log.blockNumber);
  else await rows.waits(payment.id, `minted in block ${log.blockNumber}, which isn't final yet`);
  return "WAITS";
}
