import { parseAbi } from "viem";
import { epochRewardsAbi } from "#contracts/abi/epochRewards.ts";
import { keepTokens, readUnknownTokens } from "../../../sources/cashflow-keep.ts";
import type { Context, Step } from "../context.ts";

const ERC20 = parseAbi(["function symbol() view returns (string)", "function decimals() view returns (uint8)"]);
const MAX_SYMBOL = 64;
/** A token that doesn't say what it is may do so later. */
const RETRY_MS = 600_000;
const retryAt = new WeakMap<Context, number>();

/** Asks the contracts of the exchange's currencies what they are called: the subgraph asks no contract. */
export const keepCurrencies: Step = async (context) => {
  if (Date.now() < (retryAt.get(context) ?? 0)) return false;
  for (const address of await readUnknownTokens(context.pool)) {
    await keepOne(context, address).catch((error: unknown) => {
      retryAt.set(context, Date.now() + RETRY_MS);
      context.logger.warn({ err: error, address }, "a currency does not say what it is called");
    });
  }
  return false;
};

async function keepOne({ pool, node, rewards }: Context, address: `0x${string}`): Promise<void> {
  const [bct, symbol, decimals] = await Promise.all([
    node.readContract({ address: rewards.address, abi: epochRewardsAbi, functionName: "BCT" }),
    node.readContract({ address, abi: ERC20, functionName: "symbol" }),
    node.readContract({ address, abi: ERC20, functionName: "decimals" }),
  ]);
  const name = symbol.replaceAll("\0", "").slice(0, MAX_SYMBOL);
  await keepTokens(pool, [{ address, symbol: name, decimals, isBct: bct.toLowerCase() === address }]);
}
