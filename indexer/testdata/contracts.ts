import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import type { Abi, Hex } from "viem";

/** A compiled contract. */
export interface Contract {
  readonly abi: Abi;
  readonly bytecode: Hex;
}

interface SolcOutput {
  errors?: { severity: string; formattedMessage: string }[];
  contracts?: Record<string, Record<string, { abi: Abi; evm: { bytecode: { object: string } } }>>;
}

let compiled: Map<string, Contract> | undefined;

/** Compiles the tests' contracts with npm's solc, once per process. */
export function compileContracts(): Map<string, Contract> {
  if (compiled) return compiled;
  const solc = createRequire(import.meta.url)("solc") as { compile(input: string): string };
  const sources = Object.fromEntries(
    ["Emitter.sol", "Torture.sol"].map((name) => {
      const path = fileURLToPath(new URL(`contracts/${name}`, import.meta.url));
      return [name, { content: readFileSync(path, "utf8") }];
    }),
  );
  const output = JSON.parse(
    solc.compile(
      JSON.stringify({
        language: "Solidity",
        sources,
        settings: {
          evmVersion: "cancun",
          optimizer: { enabled: true },
          outputSelection: { "*": { "*": ["abi", "evm.bytecode.object"] } },
        },
      }),
    ),
  ) as SolcOutput;
  const errors = (output.errors ?? []).filter(({ severity }) => severity === "error");
  if (errors.length > 0) throw new Error(errors.map(({ formattedMessage }) => formattedMessage).join("\n"));
  compiled = new Map(
    Object.values(output.contracts ?? {}).flatMap((file) =>
      Object.entries(file).map(
        ([name, { abi, evm }]) => [name, { abi, bytecode: `0x${evm.bytecode.object}` }] as const,
      ),
    ),
  );
  return compiled;
}
