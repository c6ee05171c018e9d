import { encodeAbiParameters, encodeFunctionData, parseAbiParameters, type Hex } from "viem";
import type { TestChain } from "./chain.ts";
import { compileContracts } from "./contracts.ts";
import { WATCHED } from "./scenario.ts";

/** The second and third contract of anvil's first account, as the test subgraph has them. */
export const TARGET = "0xe7f1725e7734ce288f8367e1bb143e90bb3f0512";
export const GARBAGE = "0x9fe46736679d2d9a65f0992f2272de9f3c7fa6e0";

const word = (value: bigint): string => value.toString(16).padStart(64, "0");
const both = encodeAbiParameters(parseAbiParameters("uint256, string"), [5n, "hi"]);

/** Answers that fit some types and not others. */
export const BLOBS: readonly Hex[] = [
  "0x",
  `0x${"01".repeat(31)}`,
  `0x${word(16n)}`,
  `0x${word(256n)}`,
  `0x${"f".repeat(64)}`,
  // text: whole, without padding, too short, no UTF-8, and with a U+0000
  encodeAbiParameters(parseAbiParameters("string"), ["whole"]),
  `0x${word(32n)}${word(3n)}616263`,
  `0x${word(32n)}${word(4n)}616263`,
  `0x${word(32n)}${word(3n)}61ff62${"0".repeat(58)}`,
  `0x${word(32n)}${word(3n)}610062${"0".repeat(58)}`,
  // offsets: to the head itself, not to a word, far away
  `0x${word(0n)}${word(0n)}`,
  `0x${word(33n)}${word(0n)}00${word(1n)}`,
  `0x${word(2n ** 64n + 32n)}${word(0n)}`,
  // lists: with more behind them, longer than the data
  `${encodeAbiParameters(parseAbiParameters("uint256[]"), [[1n, 2n]])}${word(7n)}`,
  `0x${word(32n)}${word(2n)}${word(1n)}`,
  `0x${word(32n)}${word(2n ** 255n)}`,
  both,
];

/** Sends calls of the target, without mining. */
export function sendTo(
  chain: TestChain,
  contract: "Target" | "Garbage",
  functionName: string,
  args: readonly unknown[],
  value = 0n,
): Promise<Hex> {
  const { abi } = compileContracts().get(contract) as { abi: readonly unknown[] };
  const data = encodeFunctionData({ abi, functionName, args });
  return chain.submit({ to: contract === "Target" ? TARGET : GARBAGE, data, value });
}

/** Makes the target and the contract that answers nonsense, in block 2. */
export async function deployTargets(chain: TestChain): Promise<void> {
  for (const name of ["Target", "Garbage"]) {
    await chain.submit({ data: compileContracts().get(name)?.bytecode as Hex });
  }
  await chain.mine();
}

/** Asks for everything once; blocks 3 to 6 ask plainly, 7 and those after for nonsense, the last one without end. */
export async function playCalls(chain: TestChain): Promise<void> {
  await deployTargets(chain);
  const ask = (account: Hex, value: bigint, text: string): Promise<Hex> =>
    sendTo(chain, "Target", "ask", [account, value, text]);
  await sendTo(chain, "Target", "set", [5n], 100n);
  await ask(WATCHED, 7n, "hello");
  await chain.mine();
  await ask(TARGET, 0n, "ünï");
  await chain.mine();
  await ask(WATCHED, 12n, "before it is set");
  await sendTo(chain, "Target", "set", [9n], 11n);
  await chain.mine();
  await ask(GARBAGE, 1n, "");
  await ask(GARBAGE, 2n, "again");
  await chain.mine();
  for (const blob of BLOBS) {
    await sendTo(chain, "Garbage", "setBlob", [blob]);
    await ask(WATCHED, 1n, "garbage");
    await chain.mine();
  }
  await ask(WATCHED, 1n, "burn");
  await chain.mine();
}
