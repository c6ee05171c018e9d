import { BaseError } from "#kernel/errors.ts";
import { bonusOf, burnedDcOf, ownedSecondsOf, poolBooks, poolShareOf, weightOf, type PoolBook } from "./amounts-v1.ts";
import {
  LINE_KINDS,
  LineKind,
  type EpochInputs,
  type GpuInput,
  type PoolInput,
  type PoolTerms,
  type RewardLine,
} from "./types.ts";

/** One term of a line's derivation. */
export interface Step {
  /** its letter in the formulas */
  readonly symbol: string;
  readonly words: string;
  /** what it follows from, in letters; none for an input */
  readonly formula?: string;
  /** the same in numbers */
  readonly numbers?: string;
  readonly value: bigint;
}

/** A line without its amount: what is derived. */
export type LineKey = Omit<RewardLine, "amount">;

/**
 * Gives for any line of an epoch the terms that lead to it, from the budget to its amount, the last value. All lines of an
 * epoch are best explained by one explainer: it adds the epoch up once.
 *
 * @example
 * explainer(inputs)(line).map(describeStep)
 * // ["B = 1000: budget of epoch 12, BCT wei", …, "A = ⌊B · d / D⌋ = ⌊1000 · 3 / 4⌋ = 750: what pool 1 earned", …]
 */
export function explainer(inputs: EpochInputs): (line: LineKey) => Step[] {
  const books = new Map(poolBooks(inputs).map((book) => [book.pool.poolId, withGpus(book)]));
  const burned = burnedDcOf(inputs);
  return (line) => {
    const book = books.get(line.poolId);
    if (!book) throw noSuchLine(line, "the pool isn't among the inputs");
    return explainLine({ ...inputs, burnedDc: burned }, book, line);
  };
}

/** An epoch's sums: its budget in BCT wei, and DC base units burned in all. */
export interface EpochSums {
  readonly epoch: number;
  readonly budget: bigint;
  readonly burnedDc: bigint;
}

/** A pool, how its part came about, and its GPUs by id: those of the lines that are explained. */
export interface ExplainedPool {
  readonly pool: PoolInput;
  readonly terms: PoolTerms;
  readonly gpuOf: ReadonlyMap<bigint, GpuInput>;
}

/** The same of one line, from sums and terms that are known already. */
export function explainLine(sums: EpochSums, book: ExplainedPool, line: LineKey): Step[] {
  const pool = poolSteps(sums, book);
  return line.kind === LineKind.OPERATOR ? operatorSteps(line, book, pool) : gpuSteps(line, book, pool);
}

function withGpus(book: PoolBook): ExplainedPool {
  return { ...book, gpuOf: new Map(book.gpus.map((gpu) => [gpu.gpuId, gpu])) };
}

/** A step on one line. */
export function describeStep({ symbol, words, formula, numbers, value }: Step): string {
  const derived = formula === undefined ? "" : `${formula} = ${numbers ?? ""} = `;
  return `${symbol} = ${derived}${value}: ${words}`;
}

const given = (symbol: string, words: string, value: bigint): Step => ({ symbol, words, value });

/** A share: `⌊of · part / whole⌋` in letters and numbers. */
function share(symbol: string, words: string, [of, part, whole]: readonly [Step, Step, Step], value: bigint): Step {
  const formula = `⌊${of.symbol} · ${part.symbol} / ${whole.symbol}⌋`;
  return { symbol, words, formula, numbers: `⌊${of.value} · ${part.value} / ${whole.value}⌋`, value };
}

/** From the budget to what the pool earned; that is the last. */
function poolSteps({ epoch, budget, burnedDc }: EpochSums, { terms }: ExplainedPool): [Step, Step, Step, Step] {
  const all = given("B", `budget of epoch ${epoch}, BCT wei`, budget);
  const whole = given("D", "DC burned for use in the epoch, base units", burnedDc);
  const part = given("d", `of these for GPUs of pool ${terms.poolId}`, terms.burnedDc);
  return [all, whole, part, share("A", `what pool ${terms.poolId} earned`, [all, part, whole], terms.amount)];
}

const TEN_THOUSAND = given("10⁴", "basis points of a whole", 10_000n);

function operatorSteps(line: LineKey, { pool, terms }: ExplainedPool, steps: [Step, Step, Step, Step]): Step[] {
  if (line.account !== pool.operatorPayee) throw noSuchLine(line, `the operator is paid at ${pool.operatorPayee}`);
  const bps = given("o", "the operator's share, basis points", BigInt(pool.shares.operatorBps));
  const words = `the operator's line, to ${line.account}`;
  return [...steps, bps, share("O", words, [steps[3], bps, TEN_THOUSAND], terms.operatorAmount)];
}

function gpuSteps(line: LineKey, book: ExplainedPool, steps: [Step, Step, Step, Step]): Step[] {
  const gpu = book.gpuOf.get(line.gpuId);
  if (!gpu) throw noSuchLine(line, "the GPU isn't among the inputs of the pool");
  const owner = gpu.owners.find(({ account }) => account === line.account);
  if (!owner) throw noSuchLine(line, "the wallet didn't own the GPU in the epoch");
  const isBonus = line.kind === LineKind.GPU_BONUS;
  const more = isBonus ? bonusSteps(book, gpu, steps[3]) : poolShareSteps(book, gpu, steps[3]);
  const whole = more[more.length - 1] ?? steps[3];
  const held = given("s", `seconds of the epoch in which ${line.account} held GPU ${gpu.gpuId}`, BigInt(owner.seconds));
  const owned = given("Σs", "seconds in which anybody held it", ownedSecondsOf(gpu));
  const amount = owned.value === 0n ? 0n : (whole.value * held.value) / owned.value;
  const words = `the ${LINE_KINDS[line.kind]} line, to ${line.account}`;
  return [...steps, ...more, held, owned, share("amount", words, [whole, held, owned], amount)];
}

function bonusSteps({ pool, terms }: ExplainedPool, gpu: GpuInput, earned: Step): Step[] {
  const bps = given("u", "the share of GPUs used, basis points", BigInt(pool.shares.gpuBps));
  const pot = share("U", "for the GPUs used", [earned, bps, TEN_THOUSAND], terms.bonusAmount);
  const own = given("d_g", `DC burned for GPU ${gpu.gpuId} in this pool`, gpu.burnedDc);
  const all = given("d", `DC burned for GPUs of pool ${terms.poolId}`, terms.burnedDc);
  return [bps, pot, own, share("V", `for the use of GPU ${gpu.gpuId}`, [pot, own, all], bonusOf(gpu, terms))];
}

function poolShareSteps({ pool, terms }: ExplainedPool, gpu: GpuInput, earned: Step): Step[] {
  const { operatorBps, gpuBps } = pool.shares;
  const operator = given("o", "the operator's share, basis points", BigInt(operatorBps));
  const used = given("u", "the share of GPUs used, basis points", BigInt(gpuBps));
  const cut = share("O", "for the operator", [earned, operator, TEN_THOUSAND], terms.operatorAmount);
  const bonus = share("U", "for the GPUs used", [earned, used, TEN_THOUSAND], terms.bonusAmount);
  const rest: Step = {
    symbol: "P",
    words: "for all GPUs of the pool",
    formula: "A − O − U",
    numbers: `${earned.value} − ${cut.value} − ${bonus.value}`,
    value: terms.shareAmount,
  };
  const isDark = terms.flags.includes("NO_TELEMETRY");
  const [ownWords, allWords] = isDark
    ? ["1 if it was a member: no GPU of the pool had an eligible minute", "members of the pool"]
    : [`eligible seconds of GPU ${gpu.gpuId}: minutes up or unknown`, "eligible seconds of all GPUs of the pool"];
  const own = given("w", ownWords, weightOf(gpu, terms));
  const all = given("Σw", allWords, terms.weight);
  const got = share("S", `GPU ${gpu.gpuId}'s part`, [rest, own, all], poolShareOf(gpu, terms));
  return [operator, used, cut, bonus, rest, own, all, got];
}

function noSuchLine({ kind, poolId, gpuId, account }: LineKey, why: string): BaseError {
  const name = `${LINE_KINDS[kind]} of pool ${poolId}, GPU ${gpuId}, to ${account}`;
  return new BaseError("NO_SUCH_LINE", `the inputs give no line ${name}: ${why}`, {
    hints: ["compare the hash of the inputs with the one on the chain"],
  });
}
