const DAY = 86_400;
const START = 1_767_225_600;
const PAYEES = 200;

/** How large an epoch is. */
export interface EpochSize {
  readonly gpus: number;
  readonly pools: number;
  readonly wallets: number;
}

/**
 * The canonical inputs of an epoch as text, the same for the same size: GPUs spread evenly over pools, three in four used,
 * one in eight sold within the day, one in twenty partly down; all wallets have earned before.
 */
export function epochFacts({ gpus, pools, wallets }: EpochSize): string {
  const random = generator(7);
  const perPool = gpus / pools;
  const pool = (k: number) => ({
    poolId: String(k + 1),
    operatorId: String((k % PAYEES) + 1),
    operatorPayee: walletOf(k % PAYEES),
    shares: { operatorBps: 2_000, poolBps: 6_750, gpuBps: 1_250 },
  });
  const gpu = (g: number) => ({
    poolId: String(Math.floor(g / perPool) + 1),
    gpuId: String(g + 1),
    burnedDc: String(random(4) === 0 ? 0 : random(60_000_000)),
    eligibleSeconds: 60 * (random(20) === 0 ? random(1_441) : 1_440),
    memberSeconds: DAY,
    owners: ownersOf(random, wallets),
  });
  return JSON.stringify({
    methodologyVersion: 1,
    epoch: 400,
    start: START,
    end: START + DAY,
    budget: String(100_000n * 10n ** 18n + 7n),
    pools: listOf(pools, pool),
    gpus: listOf(gpus, gpu),
    previousCumulative: listOf(wallets, (w) => ({ account: walletOf(w), amount: String(10n ** 18n * BigInt(w + 1)) })),
  });
}

function ownersOf(random: (below: number) => number, wallets: number) {
  const seller = random(wallets - 1);
  const soldAt = random(8) === 0 ? 1 + random(DAY - 1) : DAY;
  const first = { account: walletOf(seller), seconds: soldAt };
  return soldAt === DAY ? [first] : [first, { account: walletOf(seller + 1), seconds: DAY - soldAt }];
}

/** Wallets in the order of their numbers; half of the digits count, as those of real ones do. */
function walletOf(number: number): string {
  return `0x${(number + 1).toString(16).padStart(8, "0")}${"5a17".repeat(8)}`;
}

function listOf<T>(count: number, make: (index: number) => T): T[] {
  return Array.from({ length: count }, (_, index) => make(index));
}

/** Numbers that look random: a linear congruence of 32 bits, its high half. */
function generator(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}
