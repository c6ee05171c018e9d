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

/** Documents, and what a handler sees of them, as graph-node 0.45 does. */
export const DOCUMENTS: readonly (readonly [string, string])[] = [
  ["", "null"],
  ["a: 1\nb: [x, 'y', \"z\", ~, null, '']\nc:\n", "{'a':#1,'b':['x','y','z',null,null,'',],'c':null,}"],
  ["[true, True, TRUE, tRUE, yes, on, no, false]", "[true,true,true,'tRUE','yes','on','no',false,]"],
  [
    "[0, -0, 1, +1, -7, 007, 00, 0x1F, 0X1F, -0x1f, 0o17, 0b101, 1_000, 0x, '1']",
    "[#0,#0,#1,#1,#-7,'007','00',#31,'0X1F',#-31,#15,#5,'1_000','0x','1',]",
  ],
  ["[18446744073709551615, -9223372036854775808]", "[#18446744073709551615,#-9223372036854775808,]"],
  ["18446744073709551616", "no YAML"],
  ["-9223372036854775809", "no YAML"],
  ["340282366920938463463374607431768211456", "#3.402823669209385e38"],
  [
    "[1.0, 1., .5, 1e3, 1E-7, -2.5e300, 0.0, -0.0, 0.1, 123456.789, 1e15, 1e16, 12345678901234567.0, 0.00001, 1.5e-5, 1e400]",
    "[#1.0,#1.0,#0.5,#1000.0,#1e-7,#-2.5e300,#0.0,#-0.0,#0.1,#123456.789,#1000000000000000.0,#1e16,#1.2345678901234568e16,#0.00001,#0.000015,'1e400',]",
  ],
  [
    "[.inf, -.inf, +.inf, .nan, .NaN, inf, nan, infinity, ., e1]",
    "[#.inf,#-.inf,#.inf,#.nan,#.nan,'inf','nan','infinity','.','e1',]",
  ],
  ["!Ref name", "!Ref('name')"],
  ["a: !Sub\n  - 1\nb: !Map {x: !Inner 2}", "{'a':!Sub([#1,]),'b':!Map({'x':!Inner(#2),}),}"],
  ["[!!str 12, !!int '12', !!float 3, !!null null, !!bool true]", "['12',#12,#3.0,null,true,]"],
  ["!!int x", "no YAML"],
  ["a: &anchor [1, 2]\nb: *anchor\n", "{'a':[#1,#2,],'b':[#1,#2,],}"],
  ["a: *nowhere", "no YAML"],
  ["base: &base {x: 1}\n<<: *base\n", "{'base':{'x':#1,},'<<':{'x':#1,},}"],
  ["a: 1\na: 2", "no YAML"],
  [
    "1: one\n1.0: float\ntrue: yes\n? [k]\n: list\n~: nothing",
    "{#1:'one',#1.0:'float',true:'yes',['k',]:'list',null:'nothing',}",
  ],
  ["--- 1\n--- 2", "no YAML"],
  ["--- 1\n...\n", "#1"],
  ["text: |\n  two\n  lines\nfolded: >-\n  one\n  line\n", "{'text':'two\nlines\n','folded':'one line',}"],
  ["{a: 1", "no YAML"],
  ["a: b: c", "no YAML"],
  ["\tx: 1", "no YAML"],
  ["# nothing", "null"],
  ["2001-12-14", "'2001-12-14'"],
  ['"\\u00e9\\x41\\n"', "'éA\n'"],
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
  for (const [document] of DOCUMENTS) await ask(WATCHED, 1n, `yaml ${document}`);
  await chain.mine();
  await ask(WATCHED, 1n, "burn");
  await chain.mine();
}
