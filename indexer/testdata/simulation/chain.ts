import { keccak256, pad, stringToHex, toEventSelector, toHex, type Hex } from "viem";
import type { Header, Log } from "../../source/types.ts";

/** The contract that the ledger's subgraph indexes. */
export const LEDGER = "0x1ed9e41ed9e41ed9e41ed9e41ed9e41ed9e41ed9";
/** Who sends every transaction. */
export const SENDER = "0x00000000000000000000000000000000000000ff";

/** What may happen on the simulated chain; `key` names its transaction, on whichever branch it is. */
export type SimulatedEvent = { readonly key: string } & (
  | { readonly kind: "paid"; readonly account: Hex; readonly amount: bigint }
  | { readonly kind: "closed"; readonly account: Hex }
  | { readonly kind: "opened"; readonly child: Hex; readonly tag: bigint }
  | { readonly kind: "pinged"; readonly child: Hex; readonly value: bigint }
);

/** A block of the simulated chain. */
export interface SimulatedBlock {
  readonly number: number;
  readonly time: number;
  readonly events: readonly SimulatedEvent[];
  readonly header: Header;
  readonly logs: readonly Log[];
  readonly parent: SimulatedBlock | undefined;
}

const TOPICS = {
  paid: toEventSelector("Paid(address,uint256)"),
  closed: toEventSelector("Closed(address)"),
  opened: toEventSelector("Opened(address,uint256)"),
  pinged: toEventSelector("Pinged(uint256)"),
};
const ZERO = `0x${"0".repeat(64)}`;

const transactions = new Map<string, Hex>();

/** The hash of an event's transaction. */
export function transactionHash({ key }: SimulatedEvent): Hex {
  const known = transactions.get(key);
  if (known) return known;
  const hash = keccak256(stringToHex(`transaction ${key}`));
  transactions.set(key, hash);
  return hash;
}

function contentOf(event: SimulatedEvent): Pick<Log, "address" | "topics" | "data"> {
  const word = (value: bigint): Hex => toHex(value, { size: 32 });
  const topic = TOPICS[event.kind];
  switch (event.kind) {
    case "paid":
      return { address: LEDGER, topics: [topic, pad(event.account)], data: word(event.amount) };
    case "closed":
      return { address: LEDGER, topics: [topic, pad(event.account)], data: "0x" };
    case "opened":
      return { address: LEDGER, topics: [topic, pad(event.child)], data: word(event.tag) };
    case "pinged":
      return { address: event.child, topics: [topic], data: word(event.value) };
  }
}

const bits = new Map<string, readonly number[]>();

/** The three bits that a value sets in a bloom: low 11 bits of the hash's first three pairs of bytes. */
function bloomBits(hex: string): readonly number[] {
  const known = bits.get(hex);
  if (known) return known;
  const hash = keccak256(hex as Hex, "bytes");
  const found = [0, 2, 4].map((at) => (((hash[at] ?? 0) & 7) << 8) | (hash[at + 1] ?? 0));
  bits.set(hex, found);
  return found;
}

function bloomOf(logs: readonly Pick<Log, "address" | "topics">[]): Hex {
  const bloom = new Uint8Array(256);
  for (const { address, topics } of logs) {
    for (const bit of [address, ...topics].flatMap(bloomBits)) bloom[255 - (bit >> 3)]! |= 1 << (bit & 7);
  }
  return toHex(bloom);
}

/** A tree of blocks, one of whose branches is the chain; blocks `finality` below the highest head stay on it. */
export class SimulatedChain {
  readonly blocks = new Map<string, SimulatedBlock>();
  head: SimulatedBlock;
  /** the number of the last block that can't change anymore */
  finalized = 0;
  private readonly finality: number;
  private made = 0;

  constructor(finality: number) {
    this.finality = finality;
    this.head = this.make(undefined, 1_700_000_000, []);
  }

  /** Adds a block to the head. */
  mine(seconds: number, events: readonly SimulatedEvent[]): void {
    this.head = this.make(this.head, this.head.time + seconds, events);
    this.finalized = Math.max(this.finalized, this.head.number - this.finality);
  }

  /** Makes another known block the head; it must have the last final one below it. */
  moveTo(block: SimulatedBlock): void {
    this.head = block;
  }

  /** The block at a height below a head; `undefined` above it. */
  at(number: number, head = this.head): SimulatedBlock | undefined {
    let block: SimulatedBlock | undefined = head;
    while (block && block.number > number) block = block.parent;
    return block?.number === number ? block : undefined;
  }

  /** Blocks from the first on up to the head. */
  branch(): SimulatedBlock[] {
    const result: SimulatedBlock[] = [];
    for (let block: SimulatedBlock | undefined = this.head; block; block = block.parent) result.push(block);
    return result.reverse();
  }

  private make(parent: SimulatedBlock | undefined, time: number, events: readonly SimulatedEvent[]): SimulatedBlock {
    const number = (parent?.number ?? -1) + 1;
    const hash = keccak256(stringToHex(`block ${++this.made} after ${parent?.header.hash ?? "none"}`));
    const logs = events.map<Log>((event, index) => ({
      ...contentOf(event),
      blockNumber: toHex(number),
      blockHash: hash,
      transactionHash: transactionHash(event),
      transactionIndex: toHex(index),
      logIndex: toHex(index),
    }));
    const header: Header = {
      number: toHex(number),
      hash,
      parentHash: parent?.header.hash ?? ZERO,
      timestamp: toHex(time),
      logsBloom: bloomOf(logs),
      sha3Uncles: ZERO,
      stateRoot: ZERO,
      transactionsRoot: ZERO,
      receiptsRoot: ZERO,
      miner: SENDER,
      gasUsed: "0x0",
      gasLimit: "0x1c9c380",
      difficulty: "0x0",
      size: "0x1",
      baseFeePerGas: "0x1",
    };
    const block = { number, time, events, header, logs, parent };
    this.blocks.set(hash, block);
    return block;
  }
}
