import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import type { Abi, Hex } from "viem";

/** The contract whose events are indexed; its bytecode depends on this text alone. */
export const CONTRACT_SOURCE = readFileSync(fileURLToPath(new URL("testdata/Market.sol", import.meta.url)), "utf8");

/** The contract's address: the first one of anvil's first account. */
export const CONTRACT = "0x5fbdb2315678afecb367f032d93f642f64180aa3";

interface SolcOutput {
  contracts: { "Market.sol": { Market: { abi: Abi; evm: { bytecode: { object: string } } } } };
}

/** Compiles the contract with npm's solc. */
export function compileContract(): { abi: Abi; bytecode: Hex } {
  const solc = createRequire(import.meta.url)("solc") as { compile(input: string): string };
  const input = {
    language: "Solidity",
    sources: { "Market.sol": { content: CONTRACT_SOURCE } },
    settings: {
      evmVersion: "cancun",
      optimizer: { enabled: true },
      outputSelection: { "*": { "*": ["abi", "evm.bytecode.object"] } },
    },
  };
  const { contracts } = JSON.parse(solc.compile(JSON.stringify(input))) as SolcOutput;
  const { abi, evm } = contracts["Market.sol"].Market;
  return { abi, bytecode: `0x${evm.bytecode.object}` };
}
