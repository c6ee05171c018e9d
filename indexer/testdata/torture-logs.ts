import {
  bytesToHex,
  encodeAbiParameters,
  encodeEventTopics,
  parseAbi,
  toEventSelector,
  type AbiEvent,
  type AbiParameter,
  type Hex,
} from "viem";
import type { TestChain } from "./chain.ts";
import type { Step } from "./torture-program.ts";

/** A log to emit: by the contract (0) or the nth that it made; topics and data needn't fit each other. */
export interface Entry {
  readonly speaker: bigint;
  readonly topics: readonly Hex[];
  readonly data: Hex;
}

const EVENTS = {
  run: "event Run(bytes program)",
  receipt: "event Receipt(uint256 note)",
  scalars:
    "event Scalars(uint8 u8, int8 i8, uint24 u24, int256 i256, bytes1 b1, bytes32 b32, bool flag, address who, string text, bytes blob)",
  nested: "event Nested(uint256[][] grid, Branch[2] branches, address[2][] pairs, bool[] flags, Branch single)",
  hashed: "event Hashed(string indexed text, uint256[] indexed list, bytes indexed blob, bytes rest)",
  filtered: "event Filtered(address indexed who, uint256 indexed what, bytes32 indexed why)",
  overloaded: "event Overloaded(uint256 value)",
  overloadedInt: "event Overloaded(int256 value)",
  overloadedText: "event Overloaded(uint256 value, string text)",
  renamed: "event Renamed(uint256 value)",
} as const;
const STRUCTS = ["struct Leaf { bytes blob; uint8 small; }", "struct Branch { string name; Leaf[] leaves; }"];

/** Names of the events that the torture subgraph knows. */
export type EventName = keyof typeof EVENTS;

function parse(name: EventName): AbiEvent {
  const found = (parseAbi([...STRUCTS, EVENTS[name]]) as readonly { type: string }[]).find(
    ({ type }) => type === "event",
  );
  return found as AbiEvent;
}

/** The first topic of an event. */
export function selector(name: EventName): Hex {
  return toEventSelector(parse(name));
}

/** A well-formed log. */
export function log(name: EventName, args: readonly unknown[], speaker = 0n): Entry {
  const event = parse(name);
  const named = event.inputs.map((input, i) => ({ input, arg: args[i] }));
  const indexed = named.filter(({ input }) => input.indexed === true);
  const plain = named.filter(({ input }) => input.indexed !== true);
  const topics = indexed.map(({ input, arg }) => topicOf(input, arg));
  return {
    speaker,
    topics: [toEventSelector(event), ...topics],
    data: encodeAbiParameters(
      plain.map(({ input }) => input),
      plain.map(({ arg }) => arg),
    ),
  };
}

/** Of an array any word will do: its hash can't be told from another. */
function topicOf(input: AbiParameter, arg: unknown): Hex {
  if (input.type.endsWith("[]")) return `0x${"a7".repeat(32)}`;
  const event = { type: "event", name: "x", inputs: [{ ...input, indexed: true }] } as const;
  const topics = encodeEventTopics({ abi: [event], eventName: "x", args: [arg] });
  return topics[1] as Hex;
}

/** A log that runs a program. */
export function program(steps: readonly Step[], speaker = 0n): Entry {
  return log("run", [bytesToHex(Uint8Array.from(steps.flat()))], speaker);
}

/** Sends logs in one transaction, without mining. */
export async function play(chain: TestChain, entries: readonly Entry[], value = 0n): Promise<void> {
  await chain.send("play", [entries], value);
}
