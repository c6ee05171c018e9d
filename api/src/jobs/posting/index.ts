import type { Address } from "viem";
import { BaseError, messageOf } from "#kernel/errors.ts";
import type { RateAdvice } from "../../domain/pricing/advice.ts";
import { postable } from "../../domain/pricing/delegation.ts";
import { readNewestTicks, type TickRow } from "../../sources/market.ts";
import { readDelegatedPools } from "../../sources/pricing.ts";
import { withSnapshot } from "../../sources/snapshot.ts";
import { HOUR, timeText, type Hour, type HourlyJob, type JobContext } from "../hourly/job.ts";
import { readBlock } from "../node.ts";
import type { Signer } from "../keys/signer.ts";
import { DEFAULT_TERMS } from "../settlement/options.ts";
import { presentFees } from "../outbox/fees.ts";
import { Outbox, type OutboxTerms } from "../outbox/outbox.ts";
import { Reverted } from "../outbox/reverts.ts";
import { readPoolTerms, setRatesData } from "./registry.ts";

/** What a pricer posts with. */
export interface PostingOptions {
  /** of PoolRegistry */
  registry: Address;
  /** whom operators have named as their pools' pricer; nobody else may use its nonces */
  signer: Signer;
  terms?: Partial<OutboxTerms>;
  /** told of each point at which a fall must cost nothing, by name; tests fall there */
  onPoint?: (name: string) => void;
}

/** What became of a pool's advice: SENT, or why it wasn't. */
export interface Posted {
  poolId: string;
  outcome: string;
  /** seconds since 1970 */
  adviceAt: number;
}

/** Advice older than this isn't posted: rates follow the present. */
const FRESH = 2 * HOUR;
/** Gas that setting rates takes at most: what the wallet must be able to pay before anything is signed. */
const GAS = 150_000n;

/**
 * The job that posts the newest advice to the pools that have named our account as their pricer, as near as its bounds let
 * it. Off unless it is asked for. Hours that were missed are not made up for.
 */
export function postingJob(options: PostingOptions): (context: JobContext) => HourlyJob {
  return (context) => {
    let outbox: Outbox | undefined;
    return {
      name: "posting",
      run: async (hour) => {
        outbox ??= await openOutbox(context, options);
        for (const { poolId, outcome, adviceAt } of await postRates(context, options.registry, outbox, hour)) {
          context.logger.info({ pool: poolId, outcome, advice: timeText(adviceAt) }, "rates");
        }
      },
      runDay: () => Promise.resolve(),
    };
  };
}

/** The transactions of a pricer. */
export async function openOutbox(
  { pool, node, logger }: JobContext,
  { signer, terms = {}, onPoint = () => undefined }: PostingOptions,
): Promise<Outbox> {
  const chainId = await node.getChainId();
  return new Outbox({ pool, node, chainId, signer, terms: { ...DEFAULT_TERMS, ...terms }, logger, onPoint });
}

/**
 * Follows what was sent before, then posts the advice of an hour to each pool that is ours to price. What the chain would
 * refuse isn't signed; one pool's rates are sent once an hour, whatever falls, and never while others of it are on their way.
 *
 * @throws BaseError `ADVICE_MISSING`, retryable, while the hour's advice isn't made; `NO_FUNDS`, retryable
 */
export async function postRates(
  { pool, node }: Pick<JobContext, "pool" | "node">,
  registry: Address,
  outbox: Outbox,
  { end, block }: Pick<Hour, "end" | "block">,
): Promise<Posted[]> {
  await outbox.follow(block.number);
  const head = await readBlock(node);
  if (Number(head.timestamp) > end + FRESH) return [];
  const ticks = await withSnapshot(pool, async (snapshot) =>
    readNewestTicks(snapshot, await readDelegatedPools(snapshot, outbox.address)),
  );
  const posted: Posted[] = [];
  for (const tick of ticks) {
    if (tick.at < end) throw missing(tick.poolId, end);
    const outcome = await post({ node, registry, outbox, tick });
    posted.push({ poolId: tick.poolId, outcome, adviceAt: tick.at });
  }
  if (posted.some(({ outcome }) => outcome === "SENT")) await outbox.settle(block.number);
  return posted;
}

interface Post extends Pick<JobContext, "node"> {
  registry: Address;
  outbox: Outbox;
  tick: TickRow;
}

async function post({ node, registry, outbox, tick }: Post): Promise<string> {
  const { poolId } = tick;
  const kind = `rates ${poolId} `;
  const open = await outbox.rows.unsettled();
  if (open.some(({ purpose, state }) => state === "SIGNED" && purpose.startsWith(kind))) return "ON_ITS_WAY";
  const { rates, pricer, delegation, changedAt } = await readPoolTerms(node, registry, poolId);
  if (pricer !== outbox.address.toLowerCase()) return "NOT_OURS";
  const now = Number((await readBlock(node)).timestamp);
  const posting = postable(rates, adviceOf(tick), delegation, now, changedAt);
  if (posting.rates === null) return posting.reason;
  await requireFunds(node, outbox);
  const call = { purpose: `${kind}${tick.at}`, to: registry, data: setRatesData(poolId, posting.rates) };
  try {
    return (await outbox.submit(call)) ? "SENT" : "SENT_BEFORE";
  } catch (error) {
    if (error instanceof Reverted) return `REFUSED: ${messageOf(error)}`;
    throw error;
  }
}

function adviceOf({ advice }: TickRow): RateAdvice[] {
  return advice.map(({ tier, rate, reason, stepped, boundBy }) => ({
    ...{ tier, reason, boundBy },
    rateDcPerHour: rate,
    steppedDcPerHour: stepped,
  }));
}

/** Rates that were signed and can't be paid for would be sent hours later: nothing is signed then. */
async function requireFunds(node: Post["node"], outbox: Outbox): Promise<void> {
  const { maxFeePerGas } = await presentFees(node, outbox.parts.terms.maxFeePerGas);
  const balance = await node.getBalance({ address: outbox.address });
  if (balance >= GAS * maxFeePerGas) return;
  throw new BaseError("NO_FUNDS", `${outbox.address} has ${balance} wei, too little to set rates`, {
    isRetryable: true,
    hints: [`send it ether of this chain: ${outbox.address}`],
  });
}

function missing(poolId: string, end: number): BaseError {
  return new BaseError("ADVICE_MISSING", `pool ${poolId} has no advice of ${timeText(end)} yet`, {
    isRetryable: true,
    hints: ["`bc jobs` makes it: let it run `pricing` too"],
  });
}
