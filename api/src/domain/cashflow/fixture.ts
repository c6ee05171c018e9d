import { BCT, type CashFlowFacts, type RewardFact, type SaleFact, type UseFact } from "./facts.ts";

/** An address that is `digit` forty times. */
export const address = (digit: string): string => `0x${digit.repeat(40)}`;

/** 2026-01-01. */
export const START = 1_767_225_600;
export const DAY = 86_400;

/** Ten BCT at $0.50 for pool 1's GPU 7 to wallet a, in an epoch that is day `epoch` since `START`. */
export function reward(over: Partial<RewardFact> = {}): RewardFact {
  const epoch = over.epoch ?? 0;
  return {
    epoch,
    at: START + (epoch + 1) * DAY - 1,
    kind: "POOL_SHARE",
    poolId: "1",
    operatorId: "1",
    gpuId: "7",
    account: address("a"),
    amountBct: 10n ** 19n,
    price: 50_000_000n,
    claimedBct: 0n,
    terms: {
      operatorBps: 2_000,
      poolBps: 6_750,
      gpuBps: 1_250,
      burnedDc: 59_760_000n,
      upMinutes: 1_440,
      epochBctEquivalent: 10n ** 21n,
      epochMintedBct: 10n ** 21n,
      transactions: ["0x01"],
    },
    ...over,
  };
}

/** GPU 7 sold by its minter b to a for 100 USDC, with 5 of them to c. */
export function sale(over: Partial<SaleFact> = {}): SaleFact {
  return {
    saleId: "0x02",
    at: START,
    gpuId: "7",
    slotId: null,
    poolId: "1",
    operatorId: "1",
    seller: address("b"),
    buyer: address("a"),
    token: { address: address("5"), symbol: "USDC", decimals: 6 },
    price: 100_000_000n,
    royalty: 5_000_000n,
    royaltyReceiver: address("c"),
    isPrimary: true,
    tokenPrice: 100_000_000n,
    ...over,
  };
}

/** Facts with nothing in them but what is given. */
export function facts(over: Partial<CashFlowFacts> = {}): CashFlowFacts {
  return { rewards: [], sales: [], fees: [], ...over };
}

/** A GPU-day, half of it rented. */
export function use(over: Partial<UseFact> = {}): UseFact {
  return {
    gpuId: "7",
    day: START / DAY,
    rentedSeconds: 43_200,
    availableSeconds: 86_400,
    upMinutes: 1_400,
    downMinutes: 40,
    busySeconds: 21_600,
    coveredSeconds: 84_000,
    burnedDc: 24_000_000n,
    ...over,
  };
}

/** 1 BCT. */
export const ONE_BCT = 10n ** BigInt(BCT.decimals);
