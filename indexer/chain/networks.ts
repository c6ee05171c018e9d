import { BaseError } from "#kernel/errors.ts";

/** Chain ids of networks by the names that manifests give them, aliases included (The Graph's registry of networks). */
const CHAIN_IDS: Readonly<Record<string, number>> = {
  mainnet: 1,
  ethereum: 1,
  sepolia: 11_155_111,
  holesky: 17_000,
  hoodi: 560_048,
  goerli: 5,
  optimism: 10,
  "optimism-sepolia": 11_155_420,
  bsc: 56,
  chapel: 97,
  gnosis: 100,
  xdai: 100,
  "gnosis-chiado": 10_200,
  unichain: 130,
  polygon: 137,
  matic: 137,
  "polygon-amoy": 80_002,
  sonic: 146,
  fantom: 250,
  "zksync-era": 324,
  "zksync-era-sepolia": 300,
  moonbeam: 1_284,
  moonriver: 1_285,
  mantle: 5_000,
  base: 8_453,
  "base-sepolia": 84_532,
  "arbitrum-one": 42_161,
  "arbitrum-nova": 42_170,
  "arbitrum-sepolia": 421_614,
  celo: 42_220,
  avalanche: 43_114,
  fuji: 43_113,
  linea: 59_144,
  "linea-sepolia": 59_141,
  berachain: 80_094,
  blast: 81_457,
  "blast-mainnet": 81_457,
  scroll: 534_352,
  "scroll-sepolia": 534_351,
};

/**
 * Holds the manifest's network against the node's chain. A name that isn't known here, such as that of a local chain,
 * fits any.
 *
 * @param chainId decimal
 * @throws BaseError `WRONG_NETWORK`
 */
export function checkNetwork(network: string, chainId: string): void {
  const expected = Object.hasOwn(CHAIN_IDS, network) ? CHAIN_IDS[network] : undefined;
  if (expected === undefined || String(expected) === chainId) return;
  throw new BaseError(
    "WRONG_NETWORK",
    `the subgraph indexes ${network}, which is chain ${expected}, but the node serves chain ${chainId}`,
    {
      hints: [
        `point RPC_URL (--rpc) at a node of ${network}`,
        "build the subgraph for the network of your node: `graph build --network <name>`",
        `for a local chain that plays ${network}: pass --any-network`,
      ],
    },
  );
}
