import fc from "fast-check";
import { StandardMerkleTree } from "@openzeppelin/merkle-tree";
import { EMPTY_ROOT } from "./hash/merkle-tree.ts";
import { parseInputs } from "./parse.ts";
import { settle } from "./settle.ts";
import { anyInputs, DAY, gpuJson, inputsJson, poolJson, wallet, type GpuJson, type InputsJson } from "./testing.ts";
import { LINE_KINDS, type EpochResult } from "./types.ts";

const LINE = ["uint256", "uint8", "uint256", "uint256", "address", "uint256"];
const CLAIM = ["address", "uint256"];
const settled = (json: InputsJson): EpochResult => settle(parseInputs(json));
/** Lines as `kind pool GPU wallet amount`. */
const shown = ({ lines }: EpochResult): string[] =>
  lines.map((line) => `${LINE_KINDS[line.kind]} ${line.poolId} ${line.gpuId} ${line.account.slice(-2)} ${line.amount}`);

describe("settle, by the examples worked out by hand in the README", () => {
  it("pays operator, GPU used, and all GPUs by their time up, each owner by the time they held it", () => {
    const result = settled(
      inputsJson({
        pools: [
          poolJson(),
          poolJson({
            poolId: "2",
            operatorId: "2",
            operatorPayee: wallet(0xf1),
            shares: { operatorBps: 1_000, poolBps: 8_000, gpuBps: 1_000 },
          }),
        ],
        gpus: [
          gpuJson({ burnedDc: "59760000", eligibleSeconds: 86_340 }),
          gpuJson({
            gpuId: "8",
            eligibleSeconds: 43_200,
            owners: [
              { account: wallet(0xa1), seconds: 64_800 },
              { account: wallet(0xa2), seconds: 21_600 },
            ],
          }),
          gpuJson({ poolId: "2", gpuId: "9", burnedDc: "20240000", eligibleSeconds: 0 }),
          gpuJson({ poolId: "2", gpuId: "10", eligibleSeconds: 0 }),
          gpuJson({ poolId: "2", gpuId: "11", eligibleSeconds: 0, memberSeconds: 1 }),
        ],
        previousCumulative: [
          { account: wallet(0xa2), amount: "1" },
          { account: wallet(0xa3), amount: "5" },
        ],
      }),
    );
    expect(shown(result)).toEqual([
      "OPERATOR 1 0 f0 149400000000000000000",
      "POOL_SHARE 1 7 a1 336072151459008800370",
      "GPU_BONUS 1 7 a1 93375000000000000000",
      "POOL_SHARE 1 8 a1 126114636405743399721",
      "POOL_SHARE 1 8 a2 42038212135247799907",
      "OPERATOR 2 0 f1 25300000000000000000",
      "POOL_SHARE 2 9 a1 67466666666666666666",
      "GPU_BONUS 2 9 a1 25300000000000000000",
      "POOL_SHARE 2 10 a1 67466666666666666666",
      "POOL_SHARE 2 11 a1 67466666666666666666",
    ]);
    expect(result.total).toBe(999_999_999_999_999_999_996n);
    expect(result.unallocated).toBe(4n);
    expect(result.pools.map(({ flags }) => flags)).toEqual([[], ["NO_TELEMETRY"]]);
    expect(result.claims).toEqual([
      { account: wallet(0xa1), cumulative: 783_261_787_864_752_200_089n },
      { account: wallet(0xa2), cumulative: 42_038_212_135_247_799_908n },
      { account: wallet(0xa3), cumulative: 5n },
      { account: wallet(0xf0), cumulative: 149_400_000_000_000_000_000n },
      { account: wallet(0xf1), cumulative: 25_300_000_000_000_000_000n },
    ]);
  });

  it("pays nobody for an epoch without burns, and repeats what wallets can claim", () => {
    const before = [{ account: wallet(0xa1), amount: "70" }];
    const result = settled(inputsJson({ gpus: [gpuJson()], previousCumulative: before }));
    expect(result).toMatchObject({ lines: [], total: 0n, unallocated: 10n ** 21n, linesRoot: EMPTY_ROOT });
    expect(result.claimsRoot).toBe(StandardMerkleTree.of([[wallet(0xa1), 70n]], CLAIM).root);
  });

  it("has no roots where nobody ever earned", () => {
    const result = settled(inputsJson({ budget: "0", pools: [], gpus: [] }));
    expect(result).toMatchObject({ lines: [], claims: [], linesRoot: EMPTY_ROOT, claimsRoot: EMPTY_ROOT });
  });

  it("leaves the share of a pool unpaid where no GPU was a member", () => {
    const result = settled(inputsJson({ gpus: [gpuJson({ burnedDc: "5", memberSeconds: 0, eligibleSeconds: 0 })] }));
    expect(shown(result)).toEqual(["OPERATOR 1 0 f0 200000000000000000000", "GPU_BONUS 1 7 a1 125000000000000000000"]);
    expect(result.unallocated).toBe(675n * 10n ** 18n);
  });

  it("refuses to pay for the use of a GPU that nobody owned, though no reader has looked before", () => {
    const inputs = parseInputs(inputsJson());
    const [gpu] = inputs.gpus;
    const unowned = { ...inputs, gpus: gpu ? [{ ...gpu, owners: [] }] : [] };
    expect(() => settle(unowned)).toThrow(/^BUG: GPU 7 was used for 59760000 DC base units in pool 1, but nobody/);
  });
});

/** A fraction, and its floor by long division: nothing of the code under test. */
const floorOf = (...parts: (readonly [bigint, bigint])[]): bigint => {
  const [over, under] = parts.reduce(([a, b], [c, d]) => [a * c, b * d] as const, [1n, 1n] as const);
  return under === 0n ? 0n : (over - (over % under)) / under;
};

/** The rules read once more from the file, line by line, as slowly as you like. */
function naiveLines(json: InputsJson): string[] {
  const sum = (items: GpuJson[], of: (gpu: GpuJson) => bigint): bigint =>
    items.reduce((all, item) => all + of(item), 0n);
  const burned = (gpu: GpuJson): bigint => BigInt(gpu.burnedDc);
  const lines: string[] = [];
  const add = (kind: string, pool: string, gpu: string, account: string, amount: bigint): void => {
    if (amount !== 0n) lines.push(`${kind} ${pool} ${gpu} ${account.slice(-2)} ${amount}`);
  };
  for (const { poolId, operatorPayee, shares } of json.pools) {
    const mine = json.gpus.filter((gpu) => gpu.poolId === poolId);
    const pot = floorOf([BigInt(json.budget), 1n], [sum(mine, burned), sum(json.gpus, burned)]);
    const cut = floorOf([pot, 1n], [BigInt(shares.operatorBps), 10_000n]);
    const used = floorOf([pot, 1n], [BigInt(shares.gpuBps), 10_000n]);
    add("OPERATOR", poolId, "0", operatorPayee, cut);
    const isDark = mine.every((gpu) => gpu.eligibleSeconds === 0);
    const weight = (gpu: GpuJson): bigint => (isDark ? (gpu.memberSeconds > 0 ? 1n : 0n) : BigInt(gpu.eligibleSeconds));
    for (const gpu of mine) {
      const held = BigInt(gpu.owners.map(({ seconds }) => seconds).reduce((a, b) => a + b));
      const share = floorOf([pot - cut - used, 1n], [weight(gpu), sum(mine, weight)]);
      const bonus = floorOf([used, 1n], [burned(gpu), sum(mine, burned)]);
      for (const [kind, amount] of [
        ["POOL_SHARE", share],
        ["GPU_BONUS", bonus],
      ] as const) {
        for (const { account, seconds } of gpu.owners) {
          add(kind, poolId, gpu.gpuId, account, floorOf([amount, 1n], [BigInt(seconds), held]));
        }
      }
    }
  }
  return lines;
}

describe("settle, whatever the inputs", () => {
  it("pays the lines that the rules read slowly give", () => {
    fc.assert(fc.property(anyInputs, (json) => expect(shown(settled(json))).toEqual(naiveLines(json))));
  });

  it("parts the whole budget into lines above 0 and what is unallocated", () => {
    fc.assert(
      fc.property(anyInputs, (json) => {
        const { lines, total, unallocated, budget } = settled(json);
        expect(lines.every(({ amount }) => amount > 0n)).toBe(true);
        expect(lines.reduce((sum, { amount }) => sum + amount, 0n)).toBe(total);
        expect(total + unallocated).toBe(budget);
        expect(unallocated).toBeGreaterThanOrEqual(0n);
      }),
    );
  });

  it("adds an epoch's lines to what each wallet had earned, and forgets nobody", () => {
    fc.assert(
      fc.property(anyInputs, (json) => {
        const { lines, claims } = settled(json);
        const accounts = [
          ...lines.map(({ account }) => account as string),
          ...json.previousCumulative.map((a) => a.account),
        ];
        const expected = [...new Set(accounts)].sort().map((account) => ({
          account,
          cumulative:
            lines.filter((line) => line.account === account).reduce((sum, { amount }) => sum + amount, 0n) +
            BigInt(json.previousCumulative.find((before) => before.account === account)?.amount ?? 0),
        }));
        expect(claims).toEqual(expected.filter(({ cumulative }) => cumulative > 0n));
      }),
    );
  });

  it("commits to lines and claims as OpenZeppelin's StandardMerkleTree does", () => {
    fc.assert(
      fc.property(anyInputs, (json) => {
        const { epoch, lines, claims, linesRoot, claimsRoot } = settled(json);
        const leaves = lines.map((line) => [epoch, line.kind, line.poolId, line.gpuId, line.account, line.amount]);
        expect(linesRoot).toBe(lines.length === 0 ? EMPTY_ROOT : StandardMerkleTree.of(leaves, LINE).root);
        const owed = claims.map(({ account, cumulative }) => [account, cumulative]);
        expect(claimsRoot).toBe(claims.length === 0 ? EMPTY_ROOT : StandardMerkleTree.of(owed, CLAIM).root);
      }),
    );
  });

  it("gives the same in whatever order the file has its entries, and the second time", () => {
    const shuffled = anyInputs.chain((json) =>
      fc
        .tuple(
          ...[json.pools, json.gpus, json.previousCumulative].map((list) =>
            fc.shuffledSubarray<unknown>(list, { minLength: list.length }),
          ),
        )
        .map(([pools, gpus, previousCumulative]) => ({
          json,
          other: { ...json, pools, gpus, previousCumulative } as InputsJson,
        })),
    );
    fc.assert(
      fc.property(shuffled, ({ json, other }) => {
        const turned = { ...other, gpus: other.gpus.map((gpu) => ({ ...gpu, owners: [...gpu.owners].reverse() })) };
        expect(settled(turned)).toEqual(settled(json));
        expect(settled(json)).toEqual(settled(json));
      }),
    );
  });

  it("gives equal GPUs equal amounts, and one that was up longer never less", () => {
    const twins = fc.tuple(anyInputs, fc.nat({ max: 1440 }), fc.nat({ max: 1440 }), fc.nat({ max: 3 }));
    fc.assert(
      fc.property(twins, ([json, a, b, pool]) => {
        const twin = (gpuId: string, minutes: number): GpuJson =>
          gpuJson({ poolId: String(pool + 1), gpuId, eligibleSeconds: 60 * minutes, burnedDc: "1000" });
        const gpus = [...json.gpus, twin("101", a), twin("102", b), twin("103", a)];
        const { lines } = settled({ ...json, gpus });
        const share = (id: bigint): bigint => lines.find(({ gpuId, kind }) => gpuId === id && kind === 1)?.amount ?? 0n;
        const bonus = (id: bigint): bigint => lines.find(({ gpuId, kind }) => gpuId === id && kind === 2)?.amount ?? 0n;
        expect(share(101n)).toBe(share(103n));
        expect([bonus(101n), bonus(102n)]).toEqual([bonus(103n), bonus(103n)]);
        const [less, more] = a < b ? [101n, 102n] : [102n, 101n];
        expect(share(more)).toBeGreaterThanOrEqual(share(less));
      }),
    );
  });

  it("never gives a GPU less for having been up longer, all else being equal", () => {
    const longer = fc.tuple(anyInputs, fc.nat({ max: 1440 }), fc.nat({ max: 1440 }));
    fc.assert(
      fc.property(longer, ([json, a, b]) => {
        const shareAt = (minutes: number): bigint => {
          const gpu = gpuJson({
            gpuId: "101",
            eligibleSeconds: 60 * minutes,
            burnedDc: "1",
            owners: [{ account: wallet(99), seconds: DAY }],
          });
          const { lines } = settled({ ...json, gpus: [...json.gpus, gpu] });
          return lines.find(({ account, kind }) => account === wallet(99) && kind === 1)?.amount ?? 0n;
        };
        // none eligible in the whole pool is no outage but blindness: there all members weigh the same
        fc.pre(json.gpus.some(({ poolId, eligibleSeconds }) => poolId === "1" && eligibleSeconds > 0));
        expect(shareAt(Math.max(a, b))).toBeGreaterThanOrEqual(shareAt(Math.min(a, b)));
      }),
    );
  });
});
