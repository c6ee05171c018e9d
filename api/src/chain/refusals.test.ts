import { REFUSAL_TEXTS } from "./refusal-texts.ts";
import { codeOf, toRefusal } from "./refusals.ts";
import { CONTRACT_ERRORS } from "./revert.ts";

/** Errors that only the network's contracts, oracles, reporters, deployer or admin can meet. */
const OTHERS = new RegExp(
  [
    "^(Calendar|EpochClock)_",
    "^DataCredits_(BadKeepers|EscrowShort|KeepersSet|NotKeeper)$",
    "^EpochRewards_(?!BadProof|NothingToClaim)",
    "^GpuNFT_MarketSet$",
    "^Marketplace_(NotGpuNFT|NotSlots|SlotsSet)$",
    "^Exchange_ZeroAddress$",
    "^PoolRegistry_(NoNotice|NoSharesYet)$",
    "^PriceFeed_(BadBand|BadDecimals)$",
  ].join("|"),
);

const errors = CONTRACT_ERRORS.flatMap((item) => (item.type === "error" ? [item] : []));

describe("refusals", () => {
  it("are in words for every error of the network that its users can meet", () => {
    const silent = errors.filter(({ name }) => name.includes("_") && !OTHERS.test(name) && !REFUSAL_TEXTS[name]);
    expect(silent.map(({ name }) => name)).toEqual([]);
    expect(errors.length).toBeGreaterThan(120);
  });

  it("are of errors that there are, and fill in arguments that these have", () => {
    const byName = new Map(errors.map((error) => [error.name, error.inputs.map((input) => input.name ?? "")]));
    const wrong = Object.entries(REFUSAL_TEXTS).flatMap(([name, texts]) => {
      const known = byName.get(name);
      if (!known) return [`${name} is no error`];
      const used = texts.flatMap((text) => [...text.matchAll(/\{(\w+)/g)].map((match) => match[1] ?? ""));
      return used.filter((argument) => !known.includes(argument)).map((argument) => `${name} has no ${argument}`);
    });
    expect(wrong).toEqual([]);
  });

  it("show amounts in whole coins and times as dates", () => {
    const args = { gpuId: 7n, exitAt: 1_767_225_600n, until: 1_767_229_200n };
    expect(toRefusal({ name: "Marketplace_GpuLeaving", args, text: "" })).toEqual({
      code: "MARKETPLACE_GPU_LEAVING",
      message: "GPU 7 leaves its pool at 2026-01-01T00:00:00Z, before 2026-01-01T01:00:00Z",
      hints: ["pay for a shorter time, or rent another GPU"],
    });
    const short = { holder: "0xab", balance: 1_500_000n, amount: 2_000_001n };
    expect(toRefusal({ name: "DataCredits_Insufficient", args: short, text: "" }).message).toBe(
      "0xab has 1.5 DC; 2.000001 are needed",
    );
  });

  it("of an error that nobody described keep the contract's own words", () => {
    expect(toRefusal({ name: "", args: {}, text: "an error with selector 0xdeadbeef" })).toEqual({
      code: "REVERTED",
      message: "the contract refuses it: an error with selector 0xdeadbeef",
      hints: [],
    });
  });

  it("have codes of whole words", () => {
    expect(["GpuNFT_NotOwner", "ERC20InsufficientAllowance", "DataCredits_TooMuchBct"].map(codeOf)).toEqual([
      "GPU_NFT_NOT_OWNER",
      "ERC20_INSUFFICIENT_ALLOWANCE",
      "DATA_CREDITS_TOO_MUCH_BCT",
    ]);
  });
});
