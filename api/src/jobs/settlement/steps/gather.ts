import { BaseError, messageOf } from "#kernel/errors.ts";
import { parseInputs } from "../../../domain/rewards/parse.ts";
import { settle } from "../../../domain/rewards/settle.ts";
import type { EpochInputs } from "../../../domain/rewards/types.ts";
import { readAsOf } from "../../../facts/as-of.ts";
import { gatherEpochInputs } from "../../../facts/epoch-inputs.ts";
import { readClosingBlock } from "../../../sources/settlement.ts";
import { hasBlock, type BlockRef } from "../../node.ts";
import { spanOf } from "../chain/rewards.ts";
import { epochOf, timeText, withSnapshot, type Context, type Look, type Step } from "../context.ts";
import { readClaims } from "../ledger/claims.ts";
import { storeFacts } from "../ledger/facts.ts";

/** Facts that break a rule don't get better by themselves, but the index may be mended. */
const RETRY_MS = 30_000;

/** Gathers and stores the facts of the first closed epoch that has none, once chain and telemetry are through with it. */
export const gatherNext: Step = async (context, look) => {
  const { closedCount } = look.state;
  const missing = look.epochs.find(({ epoch, facts }) => epoch < closedCount && !facts);
  if (!missing) return false;
  const { epoch } = missing;
  const before = epochOf(look, epoch - 1);
  if (before?.trouble !== undefined && before.trouble !== null && isWrong(before.trouble)) {
    look.waits.set(epoch, `for epoch ${epoch - 1}, on whose claims it stands`);
    return false;
  }
  if (Date.now() < (context.memory.retryAt.get(epoch) ?? 0)) return false;
  try {
    return await gather(context, look, epoch);
  } catch (error) {
    const wait = waitOf(error);
    if (wait === undefined) throw error;
    if (wait === "trouble") {
      context.logger.error({ epoch, err: error }, "an epoch's facts can't be gathered");
      context.memory.troubles.set(epoch, messageOf(error));
      context.memory.retryAt.set(epoch, Date.now() + RETRY_MS);
    } else look.waits.set(epoch, wait);
    return false;
  }
};

/** Facts that others have contradicted for good give no ground for further ones. */
const WRONG = "the chain's commit is not what these facts give";
const isWrong = (trouble: string): boolean => trouble.startsWith(WRONG);
/** How such a trouble begins. */
export const WRONG_COMMIT = WRONG;

/** What to wait for, in words; "trouble" for what somebody has to look at; undefined for what isn't about the epoch. */
function waitOf(error: unknown): string | undefined {
  if (!(error instanceof BaseError)) return undefined;
  if (error.code === "EPOCH_NOT_READY") return error.message.replace(/^epoch \d+ waits /, "");
  if (error.code === "NOT_INDEXED") return "for the indexer's first block";
  return error.isRetryable ? undefined : "trouble";
}

async function gather(context: Context, look: Look, epoch: number): Promise<boolean> {
  const { final, state } = look;
  const previous = epoch === 0 ? [] : await readClaims(context.pool, epoch - 1);
  const request = { ...spanOf(epoch, context.clock), finalThrough: final.timestamp, previous };
  const found = await withSnapshot(context, async (snapshot) => ({
    json: await gatherEpochInputs(snapshot, request),
    asOf: await readAsOf(snapshot),
    closedAt: await readClosingBlock(snapshot, epoch),
  }));
  const head: BlockRef = { ...found.asOf.block, hash: found.asOf.block.hash as `0x${string}` };
  if (!(await hasBlock(context.node, head)))
    throw notReady(epoch, "for the indexer to leave a block that the chain dropped");
  const basis = head.number <= final.number ? head : final;
  if (found.closedAt === undefined || found.closedAt > basis.number) {
    const at = timeText(basis.timestamp);
    throw notReady(epoch, `for the block that closed it to be final and indexed; the newest such is of ${at}`);
  }
  const inputs = parseInputs(found.json);
  await requireBudget(context, inputs);
  const startedAt = performance.now();
  const result = settle(inputs);
  context.onPoint("facts: computed");
  const stored = await storeFacts(context.pool, inputs, result, {
    round: state.round,
    asOfBlock: basis.number,
    asOfHash: basis.hash,
    sampledThrough: found.asOf.sampledThrough,
  });
  context.onPoint("facts: stored");
  context.memory.troubles.delete(epoch);
  if (stored !== undefined) differ(context, epoch, result.inputsHash, stored);
  const { total, inputsHash, lines } = result;
  const ms = Math.round(performance.now() - startedAt);
  context.logger.info({ epoch, total: String(total), lines: lines.length, inputsHash, ms }, "epoch settled");
  return true;
}

function differ({ memory, logger }: Context, epoch: number, ours: string, theirs: string): void {
  const text = `another job on this database gathered inputs ${theirs}, we ${ours}: look at its log, nothing is attested`;
  memory.troubles.set(epoch, text);
  memory.foreign.add(theirs);
  logger.error({ epoch, ours, theirs }, "two jobs on one database gathered different facts");
}

/** The index and the node must be of one chain. */
async function requireBudget({ rewards }: Context, { epoch, budget }: EpochInputs): Promise<void> {
  const onChain = await rewards.budgetOf(epoch);
  if (onChain === budget) return;
  throw new BaseError("WRONG_CHAIN", `epoch ${epoch} has a budget of ${onChain} by the node, ${budget} by the index`, {
    hints: ["let indexer and settlement ask the same chain: RPC_URL, DEPLOYMENT, DATABASE_URL"],
  });
}

function notReady(epoch: number, wait: string): BaseError {
  return new BaseError("EPOCH_NOT_READY", `epoch ${epoch} waits ${wait}`, { isRetryable: true });
}
