import { BaseError as ViemError, erc20Abi, type Address } from "viem";
import { BaseError } from "#kernel/errors.ts";
import { encoder, type Addresses, type Call } from "./contracts.ts";
import { asAddress, type Action, type Cost, type Draft, type Need, type Sender } from "./draft.ts";
import type { ChainNode, Head } from "./node.ts";
import { Reads } from "./reads.ts";
import { refusalOf, type Refusal } from "./refusals.ts";

/** A transaction to sign, as it would go at one block. */
export interface Prepared extends Call {
  chainId: number;
  from: Address;
  /** wei that are sent along: none of the network's contracts takes any */
  value: bigint;
  head: Head;
  /** null: it would be refused */
  gas: bigint | null;
  maxFeePerGas: bigint;
  maxPriorityFeePerGas: bigint;
  /** null: it can't be told */
  cost: (Cost & { usd: bigint | null; gasWei: bigint | null }) | null;
  /** null: it would go through */
  refusal: Refusal | null;
  /** what must be mined before */
  first: Prepared[];
}

/** Where transactions are prepared: a node, and the network's contracts on its chain. */
export interface Desk {
  node: ChainNode;
  chainId: number;
  addresses: Addresses;
}

/** A node's estimate, and a fifth: what it takes may change until it is mined. */
const GAS_MARGIN = 120n;
const GAS_MARGIN_WHOLE = 100n;
const DC_TO_USD = 100n;
const SCALE = 10n ** 18n;
const NOTHING: Cost = { dc: 0n, bct: 0n, returnsDc: 0n, returnsBct: 0n };

/**
 * Prepares a transaction and tries it at the chain's head.
 *
 * @param indexed the last block of the answer's other half; a node that is behind it would try on old state
 * @throws BaseError `NODE_BEHIND`, `BAD_USER_INPUT`, and what the node's faults are
 */
export async function prepare<Input extends Sender>(
  desk: Desk,
  action: Action<Input>,
  input: Input,
  indexed?: bigint,
): Promise<Prepared> {
  return desk.node.within(async () => {
    const head = await desk.node.head();
    if (indexed !== undefined && head.number < indexed) throw behind(head.number, indexed);
    const reads = new Reads(desk.node, desk.addresses, head);
    const draft = await draftOf(action, input, reads);
    const fees = feesOf(head, await desk.node.tip());
    const from = asAddress(input.from);
    const [tried, price, approval] = await Promise.all([
      tryCall(desk, from, draft.call, head, fees),
      reads.price(),
      approvalFor(desk, from, draft.need, reads),
    ]);
    const first = approval ? [await prepareApproval(desk, from, approval, head, fees)] : [];
    const cost = draft.cost && withUsd({ ...NOTHING, ...draft.cost }, price, tried.gasWei);
    return { ...common(desk, from, head, fees), ...draft.call, ...tried.result, cost, first };
  });
}

async function draftOf<Input extends Sender>(action: Action<Input>, input: Input, reads: Reads): Promise<Draft> {
  try {
    return await action(input, reads);
  } catch (error) {
    if (!(error instanceof ViemError) || !ENCODING.test(error.name)) throw error;
    throw new BaseError("BAD_USER_INPUT", `the contract can't take this: ${error.shortMessage}`, { cause: error });
  }
}

const ENCODING = /IntegerOutOfRange|InvalidAddress|AbiEncoding|SizeOverflow|BytesSizeMismatch/;

interface Fees {
  maxFeePerGas: bigint;
  maxPriorityFeePerGas: bigint;
}

/** The base fee may double until it is mined. */
const feesOf = ({ baseFee }: Head, tip: bigint): Fees => ({
  maxFeePerGas: baseFee * 2n + tip,
  maxPriorityFeePerGas: tip,
});

const common = ({ chainId }: Desk, from: Address, head: Head, fees: Fees) => ({
  ...{ chainId, from, head, value: 0n },
  ...fees,
});

interface Tried {
  result: { gas: bigint | null; refusal: Refusal | null };
  gasWei: bigint | null;
}

/** Calls and estimates at the head, in one batch with the sender's balance. */
async function tryCall(desk: Desk, from: Address, call: Call, head: Head, fees: Fees): Promise<Tried> {
  const { client } = desk.node;
  const request = { account: from, to: call.to, data: call.data, blockNumber: head.number };
  const refused = (error: unknown): Refusal => {
    const refusal = refusalOf(error);
    if (refusal) return refusal;
    throw error;
  };
  const [called, estimate, balance] = await Promise.all([
    client.call(request).then(() => null, refused),
    client.estimateGas(request).then(
      (gas) => ({ gas }),
      (error: unknown) => ({ refusal: refused(error) }),
    ),
    client.getBalance({ address: from, blockNumber: head.number }),
  ]);
  if (called) return { result: { gas: null, refusal: called }, gasWei: null };
  if ("refusal" in estimate) return { result: { gas: null, refusal: estimate.refusal }, gasWei: null };
  const gas = (estimate.gas * GAS_MARGIN) / GAS_MARGIN_WHOLE;
  const gasWei = estimate.gas * (head.baseFee + fees.maxPriorityFeePerGas);
  const refusal = balance < gas * fees.maxFeePerGas ? poor(from, balance, gas * fees.maxFeePerGas) : null;
  return { result: { gas, refusal }, gasWei };
}

function poor(from: Address, balance: bigint, needed: bigint): Refusal {
  return {
    code: "INSUFFICIENT_ETHER",
    message: `${from} has ${balance} wei; gas may take ${needed}`,
    hints: ["send it some of the chain's own coin, for gas"],
  };
}

/** The call that gives what is needed; undefined where it is given already, or nothing is needed. */
async function approvalFor(desk: Desk, from: Address, need: Need | undefined, reads: Reads): Promise<Call | undefined> {
  if (!need) return undefined;
  if (need.kind === "TOKENS") {
    const { token, spender, amount } = need;
    const question = { address: token, abi: erc20Abi, functionName: "allowance", args: [from, spender] } as const;
    const allowance = await desk.node.client.readContract({ ...question, blockNumber: reads.head.number });
    if (allowance >= amount) return undefined;
    return { ...encoder(desk.addresses)("ComputeToken", "approve", [spender, amount]), to: token };
  }
  const { collection, tokenId, spender } = need;
  const owner = await reads.read(collection, "ownerOf", [tokenId]);
  if (owner?.toLowerCase() !== from) return undefined; // who acts for another has been approved for all, or can't offer it
  const [approved, isForAll] = await Promise.all([
    reads.read(collection, "getApproved", [tokenId]),
    reads.read(collection, "isApprovedForAll", [from, spender]),
  ]);
  if (isForAll || approved?.toLowerCase() === spender.toLowerCase()) return undefined;
  return reads.call(collection, "approve", [spender, tokenId]);
}

async function prepareApproval(desk: Desk, from: Address, call: Call, head: Head, fees: Fees): Promise<Prepared> {
  const { result, gasWei } = await tryCall(desk, from, call, head, fees);
  return {
    ...common(desk, from, head, fees),
    ...call,
    ...result,
    cost: withUsd(NOTHING, undefined, gasWei),
    first: [],
  };
}

/** What leaves, in dollars; gas isn't in it, since nobody tells the price of its coin here. */
function withUsd(cost: Cost, price: bigint | undefined, gasWei: bigint | null): NonNullable<Prepared["cost"]> {
  const isKnown = !cost.other && (cost.bct === 0n || price !== undefined);
  return { ...cost, usd: isKnown ? cost.dc * DC_TO_USD + (cost.bct * (price ?? 0n)) / SCALE : null, gasWei };
}

function behind(number: bigint, indexed: bigint): BaseError {
  const message = `the chain's node is at block ${number}, behind the indexed block ${indexed}`;
  return new BaseError("NODE_BEHIND", message, { isRetryable: true, hints: ["try again in a moment"] });
}
