import fc from "fast-check";
import { describeStep, explainer } from "./explain.ts";
import { parseInputs } from "./parse.ts";
import { settle } from "./settle.ts";
import { anyInputs, gpuJson, inputsJson, wallet } from "./testing.ts";
import { LineKind } from "./types.ts";

/** The value of a formula's numbers, `⌊a · b / c⌋` or `a − b − c`, worked out from the text alone. */
function worth(numbers: string): bigint {
  const [a = 0n, b = 0n, c = 0n] = [...numbers.matchAll(/\d+/g)].map(([digits]) => BigInt(digits));
  return numbers.startsWith("⌊") ? (a * b) / c : a - b - c;
}

describe("explainer", () => {
  it("leads from the budget to a line in words and numbers", () => {
    const inputs = parseInputs(
      inputsJson({ gpus: [gpuJson({ burnedDc: "3" }), gpuJson({ gpuId: "8", burnedDc: "1" })] }),
    );
    const explain = explainer(inputs);
    const a1 = wallet(0xa1);
    const bonus = explain({ kind: LineKind.GPU_BONUS, poolId: 1n, gpuId: 7n, account: a1 });
    expect(bonus.map(describeStep)).toEqual([
      "B = 1000000000000000000000: budget of epoch 12, BCT wei",
      "D = 4: DC burned for use in the epoch, base units",
      "d = 4: of these for GPUs of pool 1",
      "A = ⌊B · d / D⌋ = ⌊1000000000000000000000 · 4 / 4⌋ = 1000000000000000000000: what pool 1 earned",
      "u = 1250: the share of GPUs used, basis points",
      "U = ⌊A · u / 10⁴⌋ = ⌊1000000000000000000000 · 1250 / 10000⌋ = 125000000000000000000: for the GPUs used",
      "d_g = 3: DC burned for GPU 7 in this pool",
      "V = ⌊U · d_g / d⌋ = ⌊125000000000000000000 · 3 / 4⌋ = 93750000000000000000: for the use of GPU 7",
      `s = 86400: seconds of the epoch in which ${a1} held GPU 7`,
      "Σs = 86400: seconds in which anybody held it",
      `amount = ⌊V · s / Σs⌋ = ⌊93750000000000000000 · 86400 / 86400⌋ = 93750000000000000000: the GPU_BONUS line, to ${a1}`,
    ]);
  });

  it("ends at each line's amount, by steps of which each can be checked with the numbers it shows", () => {
    fc.assert(
      fc.property(anyInputs.map(parseInputs), (inputs) => {
        const explain = explainer(inputs);
        for (const line of settle(inputs).lines) {
          const steps = explain(line);
          expect(steps.at(-1)?.value).toBe(line.amount);
          const derived = steps.filter(({ numbers }) => numbers !== undefined);
          expect(derived.map(({ value }) => value)).toEqual(derived.map(({ numbers }) => worth(numbers ?? "")));
        }
      }),
    );
  });

  it("says that all members weigh the same where there was no telemetry", () => {
    const dark = parseInputs(inputsJson({ gpus: [gpuJson({ burnedDc: "3", eligibleSeconds: 0 })] }));
    const steps = explainer(dark)({ kind: LineKind.POOL_SHARE, poolId: 1n, gpuId: 7n, account: wallet(0xa1) });
    expect(steps.map(describeStep)).toContain("w = 1: 1 if it was a member: no GPU of the pool had an eligible minute");
  });

  it.each([
    ["another pool", { kind: LineKind.OPERATOR, poolId: 9n, gpuId: 0n, account: wallet(0xf0) }, "the pool isn't among"],
    [
      "another payee",
      { kind: LineKind.OPERATOR, poolId: 1n, gpuId: 0n, account: wallet(1) },
      "the operator is paid at",
    ],
    ["another GPU", { kind: LineKind.GPU_BONUS, poolId: 1n, gpuId: 8n, account: wallet(0xa1) }, "the GPU isn't among"],
    ["another wallet", { kind: LineKind.GPU_BONUS, poolId: 1n, gpuId: 7n, account: wallet(1) }, "didn't own the GPU"],
  ])("knows no line of %s", (_, line, why) => {
    expect(() => explainer(parseInputs(inputsJson()))(line)).toThrow(why);
  });
});
