import { createPublicClient, http, parseAbi, parseAbiItem } from "viem";
import type { Address, Deployment } from "#devnet/deployment.ts";

// What a GPU's answer must say, worked out from the chain's own words and the exporter's text, with none of the code
// that indexes, collects or serves.

const SETTLED = parseAbiItem(
  "event UsageSettled(uint256 indexed sourceId, uint256 indexed gpuId, uint256 indexed poolId, uint256 operatorId, address payer, uint256 amountDc, uint256 bctEquivalent, uint64 fromTime, uint64 toTime, uint256 epoch)",
);
const CREATED = parseAbiItem(
  "event PoolCreated(uint256 indexed poolId, uint256 indexed operatorId, bytes32 indexed modelId, string model, string region, uint16 operatorBps, uint16 poolBps, uint16 gpuBps)",
);
const GPU = parseAbi([
  "function ownerOf(uint256) view returns (address)",
  "function poolOf(uint256) view returns (uint256)",
  "function operatorOf(uint256) view returns (uint256)",
  "function gpuOf(bytes32) view returns (uint256)",
]);
const MARKET = parseAbi([
  "struct Rental { address customer; uint8 tier; bool isEnded; uint64 gpuId; uint64 poolId; uint64 operatorId; uint64 rateDcPerHour; uint64 startAt; uint64 settledAt; uint64 endsBy; uint128 escrowDc; uint128 burnedDc; }",
  "function runningRental(uint256) view returns (uint256)",
  "function rentalOf(uint256) view returns (Rental)",
  "function paidUntil(uint256) view returns (uint64)",
]);
const POOLS = parseAbi([
  "struct Rates { uint64 spot; uint64 onDemand; uint64 reserved; }",
  "function ratesOf(uint256) view returns (Rates)",
]);
/** The contracts' tiers by their number. */
const TIERS = ["SPOT", "ON_DEMAND", "RESERVED"];

/** The GPU NFT that is bound to a UUID's hash. */
export async function gpuOf(rpcUrl: string, { contracts }: Deployment, uuidHash: `0x${string}`): Promise<bigint> {
  const client = createPublicClient({ transport: http(rpcUrl) });
  const address = contracts["GpuNFT"] as Address;
  return client.readContract({ address, abi: GPU, functionName: "gpuOf", args: [uuidHash] });
}

/** What the chain says of a GPU at one block, as the API should put it. */
export interface ChainTruth {
  block: { number: string; hash: string; timestamp: string };
  owner: { address: string };
  /** null: in no pool */
  operator: { id: string } | null;
  /** null: in no pool */
  pool: { id: string; model: string; region: string; onDemandRateDcPerHour: string } | null;
  /** null: free */
  rental: {
    id: string;
    tier: string;
    startAt: string;
    paidUntil: string;
    accruedDc: string;
    customer: { address: string };
  } | null;
  /** the block's hour and the two before it */
  burnedByHour: { hour: string; burnedDc: string }[];
}

/** Reads the chain about one GPU at a block whose state the node has still; rejects if it hasn't. */
export async function readChain(
  rpcUrl: string,
  { contracts }: Deployment,
  gpuId: bigint,
  blockNumber: bigint,
): Promise<ChainTruth> {
  const client = createPublicClient({ transport: http(rpcUrl, { batch: true }) });
  const at = (name: string): Address => contracts[name] as Address;
  const gpu = { address: at("GpuNFT"), abi: GPU, args: [gpuId], blockNumber } as const;
  const market = at("Marketplace");
  const block = await client.getBlock({ blockNumber });
  const [owner, operatorId, poolId, rentalId, burnedByHour] = await Promise.all([
    client.readContract({ ...gpu, functionName: "ownerOf" }),
    client.readContract({ ...gpu, functionName: "operatorOf" }),
    client.readContract({ ...gpu, functionName: "poolOf" }),
    client.readContract({ ...gpu, address: market, abi: MARKET, functionName: "runningRental" }),
    readBurned(client, [market, at("TimeSlots")], gpuId, block),
  ]);
  return {
    block: { number: String(block.number), hash: block.hash, timestamp: isoTime(block.timestamp) },
    owner: { address: owner.toLowerCase() },
    operator: operatorId === 0n ? null : { id: String(operatorId) },
    pool: await readPool(client, at("PoolRegistry"), poolId, blockNumber),
    rental: rentalId === 0n ? null : await readRental(client, market, rentalId, block),
    burnedByHour,
  };
}

type Client = ReturnType<typeof createPublicClient>;

async function readPool(
  client: Client,
  address: Address,
  poolId: bigint,
  blockNumber: bigint,
): Promise<ChainTruth["pool"]> {
  if (poolId === 0n) return null;
  const call = { address, abi: POOLS, functionName: "ratesOf", args: [poolId], blockNumber } as const;
  const { onDemand } = await client.readContract(call);
  const [created] = await client.getLogs({ address, event: CREATED, args: { poolId }, fromBlock: 0n, strict: true });
  if (!created) throw new Error(`the chain knows no pool ${poolId}`);
  const { model, region } = created.args;
  return { id: String(poolId), model, region, onDemandRateDcPerHour: dc(onDemand) };
}

async function readRental(
  client: Client,
  address: Address,
  rentalId: bigint,
  block: { number: bigint; timestamp: bigint },
): Promise<ChainTruth["rental"]> {
  const call = { address, abi: MARKET, args: [rentalId], blockNumber: block.number } as const;
  const rental = await client.readContract({ ...call, functionName: "rentalOf" });
  const paidUntil = await client.readContract({ ...call, functionName: "paidUntil" });
  // It runs, so it has been used from its start to this block. Owed for that, rounded up: the market's rule in words.
  const used = (block.timestamp - rental.startAt) * rental.rateDcPerHour;
  const accrued = used / 3_600n + (used % 3_600n === 0n ? 0n : 1n);
  return {
    id: String(rentalId),
    tier: TIERS[rental.tier] ?? "",
    startAt: isoTime(rental.startAt),
    paidUntil: isoTime(paidUntil),
    accruedDc: dc(accrued),
    customer: { address: rental.customer.toLowerCase() },
  };
}

const isoTime = (seconds: bigint): string => new Date(Number(seconds) * 1_000).toISOString();

/** Data Credits of six decimals, without trailing zeros. */
const dc = (amount: bigint): string => {
  const text = amount.toString().padStart(7, "0");
  return `${text.slice(0, -6)}.${text.slice(-6)}`.replace(/\.?0+$/, "");
};

/** What was burned for a GPU, rented or reserved, up to a block, by the hour of the burn's block. */
async function readBurned(
  client: Client,
  meters: Address[],
  gpuId: bigint,
  block: { number: bigint; timestamp: bigint },
): Promise<ChainTruth["burnedByHour"]> {
  const span = { fromBlock: 0n, toBlock: block.number };
  const logs = await client.getLogs({ address: meters, event: SETTLED, args: { gpuId }, ...span });
  const since = block.timestamp - (block.timestamp % 3_600n) - 2n * 3_600n;
  const burned = new Map<string, bigint>();
  for (const log of logs) {
    const { timestamp } = await client.getBlock({ blockNumber: log.blockNumber });
    if (timestamp < since) continue;
    const hour = isoTime(timestamp - (timestamp % 3_600n));
    burned.set(hour, (burned.get(hour) ?? 0n) + (log.args.amountDc ?? 0n));
  }
  return [...burned].map(([hour, amount]) => ({ hour, burnedDc: dc(amount) }));
}

/** What an exporter printed of a GPU at one moment. */
export interface Reading {
  utilization: number;
  powerWatts: number;
  temperatureCelsius: number;
}

/** The exporter's names: before release 4.9.0, and from it on. */
const NAMES = {
  utilization: ["DCGM_FI_PROF_GR_ENGINE_ACTIVE", "DCGM_FI_PROF_GR_ENGINE_UTIL_RATIO"],
  powerWatts: ["DCGM_FI_DEV_POWER_USAGE", "DCGM_FI_DEV_BOARD_POWER_WATTS"],
  temperatureCelsius: ["DCGM_FI_DEV_GPU_TEMP", "DCGM_FI_DEV_GPU_TEMP_CELSIUS"],
};

/** Reads a GPU off an exporter's text. */
export function readExposition(text: string, uuid: string): Reading {
  const lines = text.split("\n").filter((line) => line.includes(uuid));
  const value = (names: readonly string[]): number => {
    const line = lines.find((candidate) => names.some((name) => candidate.startsWith(`${name}{`)));
    if (line === undefined) throw new Error(`no ${names.join(" or ")} of ${uuid}`);
    return Number(line.slice(line.lastIndexOf(" ") + 1));
  };
  return {
    utilization: value(NAMES.utilization),
    powerWatts: value(NAMES.powerWatts),
    temperatureCelsius: value(NAMES.temperatureCelsius),
  };
}
