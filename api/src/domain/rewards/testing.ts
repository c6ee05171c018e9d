import fc from "fast-check";

/** An epoch's inputs as their file has them. */
export interface InputsJson {
  methodologyVersion: number;
  epoch: number;
  start: number;
  end: number;
  budget: string;
  pools: PoolJson[];
  gpus: GpuJson[];
  previousCumulative: { account: string; amount: string }[];
}

export interface PoolJson {
  poolId: string;
  operatorId: string;
  operatorPayee: string;
  shares: { operatorBps: number; poolBps: number; gpuBps: number };
}

export interface GpuJson {
  poolId: string;
  gpuId: string;
  burnedDc: string;
  eligibleSeconds: number;
  memberSeconds: number;
  owners: { account: string; seconds: number }[];
}

export const DAY = 86_400;
const START = 1_767_225_600;

/** The wallet of a number. */
export const wallet = (number: number): `0x${string}` => `0x${number.toString(16).padStart(40, "0")}`;

/** A pool with the usual shares. */
export function poolJson(over: Partial<PoolJson> = {}): PoolJson {
  const shares = { operatorBps: 2_000, poolBps: 6_750, gpuBps: 1_250 };
  return { poolId: "1", operatorId: "1", operatorPayee: wallet(0xf0), shares, ...over };
}

/** A GPU that was up, owned by one wallet and unused all day. */
export function gpuJson(over: Partial<GpuJson> = {}): GpuJson {
  const owners = [{ account: wallet(0xa1), seconds: DAY }];
  return { poolId: "1", gpuId: "7", burnedDc: "0", eligibleSeconds: DAY, memberSeconds: DAY, owners, ...over };
}

/** Epoch 12, a day with a budget of 1,000 BCT, with one GPU used for a whole day. */
export function inputsJson(over: Partial<InputsJson> = {}): InputsJson {
  return {
    methodologyVersion: 1,
    epoch: 12,
    start: START,
    end: START + DAY,
    budget: "1000000000000000000000",
    pools: [poolJson()],
    gpus: [gpuJson({ burnedDc: "59760000" })],
    previousCumulative: [],
    ...over,
  };
}

const shares = fc
  .tuple(fc.integer({ min: 0, max: 10_000 }), fc.integer({ min: 0, max: 10_000 }))
  .map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const)
  .map(([a, b]) => ({ operatorBps: a, poolBps: b - a, gpuBps: 10_000 - b }));

/** A GPU's day: who held it for how many minutes, and for each pool it was in: minutes there, eligible ones, DC burned. */
const gpuDay = fc.record({
  owners: fc.uniqueArray(fc.tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 480 })), {
    minLength: 1,
    maxLength: 3,
    selector: ([account]) => account,
  }),
  stays: fc.uniqueArray(
    fc.record({
      pool: fc.nat({ max: 3 }),
      part: fc.integer({ min: 0, max: 2 }),
      upPart: fc.integer({ min: 0, max: 3 }),
      burned: fc.oneof(fc.constant(0n), fc.bigInt(1n, 10n ** 9n)),
    }),
    { maxLength: 2, selector: ({ pool }) => pool },
  ),
});

/** Any inputs that break no rule: up to 4 pools and 6 GPUs, with sales, moves, outages and unused pools. */
export const anyInputs: fc.Arbitrary<InputsJson> = fc
  .record({
    budget: fc.bigInt(0n, 10n ** 24n),
    rules: fc.array(shares, { minLength: 4, maxLength: 4 }),
    days: fc.array(gpuDay, { maxLength: 6 }),
    previous: fc.uniqueArray(fc.tuple(fc.integer({ min: 1, max: 9 }), fc.bigInt(0n, 10n ** 22n)), {
      selector: ([account]) => account,
    }),
  })
  .map(({ budget, rules, days, previous }) =>
    inputsJson({
      budget: String(budget),
      pools: rules.map((rule, k) => poolOf(k, rule)),
      gpus: days.flatMap((day, g) => staysOf(day, g)).sort(byPoolAndGpu),
      previousCumulative: previous
        .sort(([a], [b]) => a - b)
        .map(([account, amount]) => ({ account: wallet(account), amount: String(amount) })),
    }),
  );

/** Two operators with two pools each. */
function poolOf(k: number, rule: PoolJson["shares"]): PoolJson {
  const operator = 1 + (k % 2);
  return { poolId: String(k + 1), operatorId: String(operator), operatorPayee: wallet(operator), shares: rule };
}

type GpuDay = typeof gpuDay extends fc.Arbitrary<infer T> ? T : never;

function staysOf({ owners, stays }: GpuDay, g: number): GpuJson[] {
  const minutes = owners.reduce((sum, [, held]) => sum + held, 0);
  return stays.map(({ pool, part, upPart, burned }) => {
    const member = Math.floor((minutes * part) / 4);
    return gpuJson({
      poolId: String(pool + 1),
      gpuId: String(g + 1),
      burnedDc: String(burned),
      memberSeconds: 60 * member,
      eligibleSeconds: 60 * Math.floor((member * upPart) / 3),
      owners: [...owners]
        .sort(([a], [b]) => a - b)
        .map(([account, held]) => ({ account: wallet(account), seconds: 60 * held })),
    });
  });
}

function byPoolAndGpu(a: GpuJson, b: GpuJson): number {
  return Number(a.poolId) - Number(b.poolId) || Number(a.gpuId) - Number(b.gpuId);
}
