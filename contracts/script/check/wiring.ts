import type { DeployedChain, Finding } from "./chain.ts";

/** contract, view, and the contract whose address it must say. */
const LINKS: readonly (readonly [contract: string, view: string, target: string])[] = [
  ["PriceFeed", "FEED", "ReportedPriceFeed"],
  ["DataCredits", "BCT", "ComputeToken"],
  ["DataCredits", "PRICE_FEED", "PriceFeed"],
  ["PoolRegistry", "OPERATORS", "OperatorRegistry"],
  ["GpuNFT", "OPERATORS", "OperatorRegistry"],
  ["GpuNFT", "POOLS", "PoolRegistry"],
  ["GpuNFT", "market", "Marketplace"],
  ["EpochRewards", "BCT", "ComputeToken"],
  ["EpochRewards", "CREDITS", "DataCredits"],
  ["Marketplace", "CREDITS", "DataCredits"],
  ["Marketplace", "REWARDS", "EpochRewards"],
  ["Marketplace", "PRICE_FEED", "PriceFeed"],
  ["Marketplace", "GPUS", "GpuNFT"],
  ["Marketplace", "POOLS", "PoolRegistry"],
  ["Marketplace", "slots", "TimeSlots"],
  ["TimeSlots", "MARKET", "Marketplace"],
  ["TimeSlots", "CREDITS", "DataCredits"],
  ["TimeSlots", "REWARDS", "EpochRewards"],
  ["TimeSlots", "PRICE_FEED", "PriceFeed"],
  ["TimeSlots", "GPUS", "GpuNFT"],
  ["TimeSlots", "POOLS", "PoolRegistry"],
  ["TimeSlots", "OPERATORS", "OperatorRegistry"],
  ["Exchange", "GPUS", "GpuNFT"],
  ["Exchange", "SLOTS", "TimeSlots"],
];

/** contract, view, and the parameter that it must say; the parameters of `rewards` after a dot. */
const SETTINGS: readonly (readonly [contract: string, view: string, parameter: string])[] = [
  ["PriceFeed", "MIN_PRICE", "minPrice"],
  ["PriceFeed", "MAX_PRICE", "maxPrice"],
  ["PriceFeed", "MAX_AGE", "maxPriceAge"],
  ["ReportedPriceFeed", "reporters", "reporters"],
  ["ReportedPriceFeed", "quorum", "quorum"],
  ["GpuNFT", "ROYALTY_BPS", "royaltyBps"],
  ["GpuNFT", "EXIT_DELAY", "exitDelay"],
  ["TimeSlots", "ROYALTY_BPS", "slotRoyaltyBps"],
  ["PoolRegistry", "SHARES_NOTICE", "sharesNotice"],
  ["EpochRewards", "INITIAL_EMISSION", "rewards.initialEmission"],
  ["EpochRewards", "HALVING_EPOCHS", "rewards.halvingEpochs"],
  ["EpochRewards", "RE_EMISSION_CAP", "rewards.reEmissionCap"],
  ["EpochRewards", "CHALLENGE_WINDOW", "rewards.challengeWindow"],
  ["EpochRewards", "kappaBps", "rewards.kappaBps"],
  ["EpochRewards", "oracles", "rewards.oracles"],
  ["EpochRewards", "quorum", "rewards.quorum"],
];

const CLOCKS = ["DataCredits", "PoolRegistry", "EpochRewards"];

/** That the contracts know each other and nobody else, run by one clock, and keep the parameters' values. */
export async function checkWiring(chain: DeployedChain): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const [contract, view, target] of LINKS) {
    findings.push(equal(`${contract}.${view} is ${target}`, await chain.read(contract, view), chain.addressOf(target)));
  }
  const [market, slots] = [chain.addressOf("Marketplace"), chain.addressOf("TimeSlots")];
  findings.push(
    equal("only market and slots keep escrow", await chain.read("DataCredits", "keepers"), [market, slots]),
  );
  for (const meter of ["Marketplace", "TimeSlots"]) {
    const isMeter = await chain.read("EpochRewards", "isMeter", [chain.addressOf(meter)]);
    findings.push(equal(`${meter} tallies use`, isMeter, true));
  }
  const isCurrency = await chain.read("Exchange", "isCurrency", [chain.addressOf("ComputeToken")]);
  findings.push(equal("the exchange takes BCT", isCurrency, true));
  for (const contract of CLOCKS) {
    const { genesisTime, epochLength } = chain.deployed;
    findings.push(equal(`${contract}'s epoch 0 began`, await chain.read(contract, "genesisTime"), genesisTime));
    findings.push(equal(`${contract}'s epochs last`, await chain.read(contract, "epochLength"), epochLength));
  }
  for (const [contract, view, parameter] of SETTINGS) {
    const expected = parameterOf(chain, parameter);
    findings.push(
      equal(`${contract}.${view} is the parameters' ${parameter}`, await chain.read(contract, view), expected),
    );
  }
  return findings;
}

function parameterOf(chain: DeployedChain, name: string): unknown {
  return name.startsWith("rewards.") ? chain.params.rewards[name.slice("rewards.".length)] : chain.params[name];
}

/** Numbers, addresses and lists of them are equal if they read alike. */
function equal(claim: string, found: unknown, expected: unknown): Finding {
  return { claim: `${claim} (${show(expected)})`, isGood: show(found) === show(expected), found: show(found) };
}

function show(value: unknown): string {
  return (Array.isArray(value) ? value : [value]).map((item) => String(item).toLowerCase()).join(", ");
}
