import canonicalizer from "canonicalize";
import fc from "fast-check";
import { keccak256 as viemKeccak, stringToHex } from "viem";
import { canonicalText, inputsHash } from "./canonical.ts";
import { parseInputs } from "./parse.ts";
import { anyInputs, DAY, gpuJson, inputsJson, poolJson, wallet, type GpuJson, type InputsJson } from "./testing.ts";

/** Its types say that the module is an object; it is the function. */
const canonicalize = canonicalizer as unknown as (value: unknown) => string;
/** What refuses them. */
function faultOf(json: unknown): unknown {
  try {
    return parseInputs(json);
  } catch (error) {
    return error;
  }
}
const reread = (json: unknown): unknown => JSON.parse(JSON.stringify(json));
const gpus = (...list: GpuJson[]): InputsJson => inputsJson({ gpus: list });
const owner = (number: number, seconds: number) => ({ account: wallet(number), seconds });

describe("parseInputs", () => {
  const badly = (name: string, json: unknown, message: RegExp): [string, unknown, RegExp] => [name, json, message];
  it.each([
    badly("no object", [], /^the inputs: must be an object, but is \[\]$/),
    badly("a missing field", { ...inputsJson(), gpus: undefined }, /^the inputs: has no gpus$/),
    badly("a strange field", { ...inputsJson(), note: 1 }, /^the inputs: has a field "note", which doesn't belong/),
    badly("an epoch that ends before it starts", inputsJson({ end: 5 }), /the epoch ends at 5, not after its start/),
    badly("a negative epoch", inputsJson({ epoch: -1 }), /^the inputs: epoch is -1, but must be a whole number/),
    badly("a negative budget", inputsJson({ budget: "-1" }), /^the inputs: budget is "-1", but must be a string of/),
    badly("a budget with a point", inputsJson({ budget: "1.5" }), /budget is "1.5"/),
    badly("a budget that is a number", { ...inputsJson(), budget: 5 }, /budget is 5, but must be a string/),
    badly("a budget of 2^256", inputsJson({ budget: String(2n ** 256n) }), /budget is "1157.*below 2\^256/),
    badly("zeros in front", inputsJson({ budget: "007" }), /budget is "007".* without zeros in front/),
    badly(
      "shares that don't sum",
      inputsJson({ pools: [poolJson({ shares: { operatorBps: 2_000, poolBps: 6_750, gpuBps: 1_251 } })] }),
      /^pool 1: the shares sum to 10001 basis points, not to 10000$/,
    ),
    badly(
      "a negative share",
      inputsJson({ pools: [poolJson({ shares: { operatorBps: -1, poolBps: 9_000, gpuBps: 1_001 } })] }),
      /^pools\[0\] \(pool 1\): shares: operatorBps is -1, but must be/,
    ),
    badly("a pool twice", inputsJson({ pools: [poolJson(), poolJson()] }), /^pool 1: is there twice$/),
    badly(
      "an operator with two payees",
      inputsJson({ pools: [poolJson(), poolJson({ poolId: "2", operatorPayee: wallet(5) })] }),
      /^pool 2: operator 1 is paid at 0x0+5, but 0x0+f0 in pool 1; it has one payee$/,
    ),
    badly("the zero address", inputsJson({ pools: [poolJson({ operatorPayee: wallet(0) })] }), /address.*not zero/),
    badly("an id of 0", gpus(gpuJson({ gpuId: "0" })), /^gpus\[0\] \(pool 1, GPU 0\): gpuId is "0", but must be an id/),
    badly("an unknown pool", gpus(gpuJson({ poolId: "3" })), /^pool 3, GPU 7: the pool is unknown/),
    badly("a GPU twice", gpus(gpuJson(), gpuJson({ burnedDc: "3" })), /^pool 1, GPU 7: is there twice$/),
    badly("a fraction of a second", gpus(gpuJson({ memberSeconds: 0.5 })), /memberSeconds is 0.5, but must be a whole/),
    badly(
      "membership beyond the epoch",
      gpus(gpuJson({ memberSeconds: DAY + 1 })),
      /memberSeconds is 86401, more than/,
    ),
    badly(
      "eligible seconds beyond the epoch",
      gpus(gpuJson({ eligibleSeconds: DAY + 60 })),
      /^pool 1, GPU 7: eligibleSeconds are 86460 in all, beyond the epoch's 86400$/,
    ),
    badly("half a minute", gpus(gpuJson({ eligibleSeconds: 90 })), /eligibleSeconds is 90, no whole number of minutes/),
    badly(
      "eligible seconds without membership",
      gpus(gpuJson({ memberSeconds: 0, eligibleSeconds: 60 })),
      /eligibleSeconds is 60, more than 0 s of membership can hold/,
    ),
    badly(
      "an owner twice",
      gpus(gpuJson({ owners: [owner(1, 5), owner(1, 6)] })),
      /GPU 7: owner 0x0+1: is there twice/,
    ),
    badly("an owner of no second", gpus(gpuJson({ owners: [owner(1, 0)] })), /owners\[0\]: seconds is 0, but must be/),
    badly(
      "an address in upper case",
      gpus(gpuJson({ owners: [{ account: `0x${"A".repeat(40)}`, seconds: 5 }] })),
      /^gpus\[0\] \(pool 1, GPU 7\): owners\[0\]: account is "0xAAAA.*in lower case/,
    ),
    badly(
      "owners for longer than the epoch",
      gpus(gpuJson({ owners: [owner(1, DAY), owner(2, 1)] })),
      /held it for 86401/,
    ),
    badly(
      "a member that nobody owned",
      gpus(gpuJson({ owners: [owner(1, DAY - 1)] })),
      /member for 86400 s in all, but owned/,
    ),
    badly(
      "other owners in another pool",
      inputsJson({
        pools: [poolJson(), poolJson({ poolId: "2" })],
        gpus: [
          gpuJson({ memberSeconds: 60, eligibleSeconds: 60 }),
          gpuJson({ poolId: "2", memberSeconds: 60, eligibleSeconds: 60, owners: [owner(2, DAY)] }),
        ],
      }),
      /^pool 2, GPU 7: its owners aren't those given for pool 1$/,
    ),
    badly(
      "a wallet that earned twice before",
      inputsJson({ previousCumulative: [1, 1].map((number) => ({ account: wallet(number), amount: "1" })) }),
      /^previousCumulative of 0x0+1: is there twice$/,
    ),
    badly(
      "more than all BCT there can be",
      inputsJson({ previousCumulative: [{ account: wallet(1), amount: String(2n ** 256n - 1n) }] }),
      /^previousCumulative: with the budget it comes to 2\^256 or more$/,
    ),
  ])("refuses %s, naming the entry", (_, json, message) => {
    expect(faultOf(reread(json))).toMatchObject({ code: "BAD_EPOCH_INPUTS", message: expect.stringMatching(message) });
  });

  it("calls use of a GPU that nobody owned a bug", () => {
    const json = gpus(gpuJson({ burnedDc: "1", owners: [] }));
    expect(faultOf(json)).toMatchObject({ code: "BUG", message: expect.stringMatching(/^BUG: GPU 7 was used/) });
  });

  it("refuses a methodology that it doesn't know, whatever fields that has", () => {
    expect(faultOf({ methodologyVersion: 2, weather: "fine" })).toMatchObject({ code: "UNKNOWN_METHODOLOGY" });
  });

  it("takes what a GPU in two pools can have: each minute once, counted by its start", () => {
    const both = ["1", "2"].map((poolId) => gpuJson({ poolId, memberSeconds: 1, eligibleSeconds: 60 }));
    const inputs = parseInputs(inputsJson({ pools: [poolJson(), poolJson({ poolId: "2" })], gpus: both }));
    expect(inputs.gpus.map(({ poolId, eligibleSeconds }) => [poolId, eligibleSeconds])).toEqual([
      [1n, 60],
      [2n, 60],
    ]);
  });

  it("puts ids in the order of numbers, not of texts", () => {
    const json = gpus(gpuJson({ gpuId: "10" }), gpuJson({ gpuId: "9" }));
    expect(parseInputs(json).gpus.map(({ gpuId }) => gpuId)).toEqual([9n, 10n]);
  });
});

describe("canonicalText", () => {
  it("is the RFC 8785 form of the file, which it parses back to", () => {
    fc.assert(
      fc.property(anyInputs, (json) => {
        const text = canonicalText(parseInputs(json));
        expect(text).toBe(canonicalize(json));
        expect(canonicalText(parseInputs(JSON.parse(text)))).toBe(text);
      }),
    );
  });

  it("is what the inputs' hash is of", () => {
    fc.assert(
      fc.property(anyInputs, (json) => {
        expect(inputsHash(parseInputs(json))).toBe(viemKeccak(stringToHex(canonicalize(json))));
      }),
    );
  });
});
