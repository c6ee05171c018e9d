import { createPublicClient, erc721Abi, http, parseAbi, parseAbiItem } from "viem";
import type { Address, Deployment } from "#devnet/deployment.ts";

// What a GPU's answer must say, worked out from the chain's own words and the exporter's text, with none of the code
// that indexes, collects or serves.

const SETTLED = parseAbiItem(
  "event UsageSettled(uint256 indexed sourceId, uint256 indexed gpuId, uint256 indexed poolId, uint256 operatorId, address payer, uint256 amountDc, uint256 bctEquivalent, uint64 fromTime, uint64 toTime, uint256 epoch)",
);
const STARTED = parseAbiItem(
  "event RentalStarted(uint256 indexed rentalId, uint256 indexed gpuId, address indexed customer, uint8 tier, uint256 poolId, uint256 operatorId, uint64 rateDcPerHour, uint256 escrowDc, uint64 startAt, uint64 paidUntil)",
);
const GPU = parseAbi([
  "function poolOf(uint256) view returns (uint256)",
  "function operatorOf(uint256) view returns (uint256)",
  "function gpuOf(bytes32) view returns (uint256)",
]);
const MARKET = parseAbi([
  "function runningRental(uint256) view returns (uint256)",
  "function paidUntil(uint256) view returns (uint64)",
]);

/** The GPU NFT that is bound to a UUID's hash. */
export async function gpuOf(rpcUrl: string, { contracts }: Deployment, uuidHash: `0x${string}`): Promise<bigint> {
  const client = createPublicClient({ transport: http(rpcUrl) });
  const address = contracts["GpuNFT"] as Address;
  return client.readContract({ address, abi: GPU, functionName: "gpuOf", args: [uuidHash] });
}

/** What the chain says of a GPU at its head. */
export interface ChainTruth {
  block: { number: bigint; hash: string };
  owner: string;
  operatorId: string;
  poolId: string;
  /** undefined: free */
  rental: { id: string; customer: string; paidUntil: bigint } | undefined;
  /** DC base units by hour of the burn's block, hours since 1970 */
  burnedByHour: Map<number, bigint>;
}

/** Reads the chain about one GPU; the head may move on meanwhile. */
export async function readChain(rpcUrl: string, { contracts }: Deployment, gpuId: bigint): Promise<ChainTruth> {
  const client = createPublicClient({ transport: http(rpcUrl) });
  const at = (name: string): Address => contracts[name] as Address;
  const block = await client.getBlock();
  const gpu = { address: at("GpuNFT"), args: [gpuId] } as const;
  const market = at("Marketplace");
  const rentalId = await client.readContract({
    address: market,
    abi: MARKET,
    functionName: "runningRental",
    args: [gpuId],
  });
  return {
    block: { number: block.number, hash: block.hash },
    owner: await client.readContract({ ...gpu, abi: erc721Abi, functionName: "ownerOf" }),
    operatorId: String(await client.readContract({ ...gpu, abi: GPU, functionName: "operatorOf" })),
    poolId: String(await client.readContract({ ...gpu, abi: GPU, functionName: "poolOf" })),
    rental: rentalId === 0n ? undefined : await readRental(client, market, rentalId),
    burnedByHour: await readBurned(client, market, gpuId, block.number),
  };
}

type Client = ReturnType<typeof createPublicClient>;

async function readRental(client: Client, address: Address, rentalId: bigint): Promise<ChainTruth["rental"]> {
  const [started] = await client.getLogs({ address, event: STARTED, args: { rentalId }, fromBlock: 0n });
  const paidUntil = await client.readContract({ address, abi: MARKET, functionName: "paidUntil", args: [rentalId] });
  return { id: String(rentalId), customer: started?.args.customer ?? "", paidUntil };
}

async function readBurned(
  client: Client,
  address: Address,
  gpuId: bigint,
  toBlock: bigint,
): Promise<Map<number, bigint>> {
  const logs = await client.getLogs({ address, event: SETTLED, args: { gpuId }, fromBlock: 0n, toBlock });
  const burned = new Map<number, bigint>();
  for (const log of logs) {
    const { timestamp } = await client.getBlock({ blockNumber: log.blockNumber });
    const hour = Math.floor(Number(timestamp) / 3_600);
    burned.set(hour, (burned.get(hour) ?? 0n) + (log.args.amountDc ?? 0n));
  }
  return burned;
}

/** What an exporter printed of a GPU at one moment. */
export interface Reading {
  at: number;
  utilization: number;
  powerWatts: number;
  temperatureCelsius: number;
}

/** Reads a GPU off an exporter's text, by the classic names. */
export function readExposition(text: string, uuid: string, at: number): Reading {
  const value = (metric: string): number => {
    const line = text.split("\n").find((candidate) => candidate.startsWith(`${metric}{`) && candidate.includes(uuid));
    return Number(line?.slice(line.lastIndexOf(" ") + 1));
  };
  return {
    at,
    utilization: value("DCGM_FI_PROF_GR_ENGINE_ACTIVE"),
    powerWatts: value("DCGM_FI_DEV_POWER_USAGE"),
    temperatureCelsius: value("DCGM_FI_DEV_GPU_TEMP"),
  };
}
