import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname } from "node:path";
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

const SOURCES = fileURLToPath(new URL("contracts/", import.meta.url));
const CACHE = fileURLToPath(new URL("../../.cache/indexer-contracts/", import.meta.url));

let compiled: Map<string, Contract> | undefined;

/** Compiles the tests' contracts with npm's solc, each version once per checkout. */
export function compileContracts(): Map<string, Contract> {
  compiled ??= new Map(Object.entries(cached(standardInput())));
  return compiled;
}

function standardInput(): string {
  return JSON.stringify({
    language: "Solidity",
    sources: Object.fromEntries(
      readdirSync(SOURCES)
        .sort()
        .map((name) => [name, { content: readFileSync(SOURCES + name, "utf8") }]),
    ),
    settings: {
      evmVersion: "cancun",
      optimizer: { enabled: true },
      outputSelection: { "*": { "*": ["abi", "evm.bytecode.object"] } },
    },
  });
}

function cached(input: string): Record<string, Contract> {
  const path = `${CACHE}${createHash("sha256").update(input).digest("hex").slice(0, 16)}.json`;
  if (existsSync(path)) return JSON.parse(readFileSync(path, "utf8")) as Record<string, Contract>;
  const result = compile(input);
  mkdirSync(dirname(path), { recursive: true });
  // by renaming, so that no other process reads half of it
  writeFileSync(`${path}.${process.pid}`, JSON.stringify(result));
  renameSync(`${path}.${process.pid}`, path);
  return result;
}

function compile(input: string): Record<string, Contract> {
  const solc = createRequire(import.meta.url)("solc") as { compile(input: string): string };
  const output = JSON.parse(solc.compile(input)) as SolcOutput;
  const errors = (output.errors ?? []).filter(({ severity }) => severity === "error");
  if (errors.length > 0) throw new Error(errors.map(({ formattedMessage }) => formattedMessage).join("\n"));
  return Object.fromEntries(
    Object.values(output.contracts ?? {}).flatMap((found) =>
      Object.entries(found).map(([name, { abi, evm }]) => [name, { abi, bytecode: `0x${evm.bytecode.object}` }]),
    ),
  );
}
