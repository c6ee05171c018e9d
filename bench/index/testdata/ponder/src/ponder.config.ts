import { createConfig } from "ponder";

const abi = [
  {
    type: "event",
    name: "Trade",
    inputs: [
      { name: "account", type: "address", indexed: true },
      { name: "pool", type: "uint256", indexed: true },
      { name: "amount", type: "uint256", indexed: false },
      { name: "price", type: "uint256", indexed: false },
    ],
  },
] as const;

export default createConfig({
  database: { kind: "postgres" },
  chains: { testnet: { id: 31337, rpc: process.env.BENCH_RPC_URL } },
  contracts: {
    Market: {
      abi,
      chain: "testnet",
      address: "0x5FbDB2315678afecb367f032d93F642f64180aa3",
      startBlock: 1,
      endBlock: Number(process.env.BENCH_UNTIL),
    },
  },
});
