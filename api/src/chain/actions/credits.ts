import { zeroHash } from "viem";
import { asAddress, type Action, type Cost, type Draft, type Need, type Sender } from "../draft.ts";
import type { Reads } from "../reads.ts";

/** How much of a price may be lost between the asking and the block, where the sender names no limit: 2 %. */
const SLIPPAGE_BPS = 200n;
const WHOLE_BPS = 10_000n;
/** BCT have 18 decimals, DC 6, prices 8. */
const SCALE = 10n ** 20n;

/** DC to be minted: so many DC, or for so many BCT. */
export interface MintCredits extends Sender {
  /** left out: the sender */
  recipient?: string;
  dc?: bigint;
  bct?: bigint;
  /** the most BCT for `dc`; null: 2 % more than now */
  maxBct?: bigint;
  /** the fewest DC for `bct`; null: 2 % fewer than now */
  minDc?: bigint;
  paymentReference?: string;
}

/** Burns the sender's BCT for DC. Just one of `dc` and `bct` is given. */
export const mintCredits: Action<MintCredits> = async (input, reads) => {
  const price = await reads.price();
  return input.bct === undefined
    ? mintExact(input, input.dc ?? 0n, price, reads)
    : mintFor(input, input.bct, price, reads);
};

function mintExact(input: MintCredits, dc: bigint, price: bigint | undefined, reads: Reads): Draft {
  const bct = price === undefined ? undefined : (dc * SCALE + price - 1n) / price;
  const maxBct = input.maxBct ?? ((bct ?? 0n) * (WHOLE_BPS + SLIPPAGE_BPS)) / WHOLE_BPS;
  const args = [recipientOf(input), dc, maxBct, referenceOf(input)] as const;
  return {
    call: reads.call("DataCredits", "mintExactFor", args),
    cost: costOf(input, dc, bct),
    need: need(reads, maxBct),
  };
}

function mintFor(input: MintCredits, bct: bigint, price: bigint | undefined, reads: Reads): Draft {
  const dc = price === undefined ? undefined : (bct * price) / SCALE;
  const minDc = input.minDc ?? ((dc ?? 0n) * (WHOLE_BPS - SLIPPAGE_BPS)) / WHOLE_BPS;
  const args = [recipientOf(input), bct, minDc, referenceOf(input)] as const;
  return { call: reads.call("DataCredits", "mintFor", args), cost: costOf(input, dc, bct), need: need(reads, bct) };
}

const recipientOf = (input: MintCredits) => asAddress(input.recipient ?? input.from);
const referenceOf = ({ paymentReference }: MintCredits) => (paymentReference ?? zeroHash) as `0x${string}`;
const need = ({ addresses }: Reads, amount: bigint): Need => ({
  kind: "TOKENS",
  token: addresses.ComputeToken,
  spender: addresses.DataCredits,
  amount,
});

function costOf(input: MintCredits, dc?: bigint, bct?: bigint): Partial<Cost> | null {
  if (dc === undefined || bct === undefined) return null;
  return { bct, ...(recipientOf(input) === input.from ? { returnsDc: dc } : {}) };
}

/** A spender of the sender's DC. */
export interface SetSpender extends Sender {
  spender: string;
  dc: bigint;
}

/** Lets a spender put the sender's DC into escrow. */
export const setSpender: Action<SetSpender> = ({ spender, dc }, reads) => ({
  call: reads.call("DataCredits", "setSpender", [asAddress(spender), dc]),
  cost: {},
});
