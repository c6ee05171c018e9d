import type { Hex } from "viem";
import { SimulatedChain, type SimulatedBlock, type SimulatedEvent } from "./chain.ts";

const ACCOUNTS = 6;
/** Blocks below the highest head that may change. */
export const FINALITY = 20;

/** What happens on a simulated chain: random blocks, branches and returns to earlier ones. */
export class World {
  readonly chain = new SimulatedChain(FINALITY);
  /** heads of branches that were left, as long as they have the last final block */
  private left: SimulatedBlock[] = [];
  private made = 0;
  private children: Hex[] = [];
  private readonly random: () => number;

  constructor(random: () => number) {
    this.random = random;
  }

  /** A whole number from `low` to `high`. */
  pick(low: number, high: number): number {
    return low + Math.floor(this.random() * (high - low + 1));
  }

  private event(): SimulatedEvent {
    const key = String(++this.made);
    const account: Hex = `0x${this.pick(1, ACCOUNTS).toString(16).padStart(40, "a")}`;
    const kind = this.random();
    if (kind < 0.6) return { key, kind: "paid", account, amount: BigInt(this.pick(1, 3)) };
    if (kind < 0.7) return { key, kind: "closed", account };
    if (kind < 0.78 || this.children.length === 0) {
      const child: Hex = `0xc${this.made.toString(16).padStart(39, "0")}`;
      this.children.push(child);
      return { key, kind: "opened", child, tag: BigInt(this.made) };
    }
    const child = this.children[Math.max(0, this.children.length - this.pick(1, 4))] as Hex;
    return { key, kind: "pinged", child, value: BigInt(this.made) };
  }

  /** Mines blocks of new events and, where there are some, of events that a reorg has set free. */
  mine(count: number, free: SimulatedEvent[] = []): void {
    for (let block = 0; block < count; block++) {
      const events: SimulatedEvent[] = free.splice(0, this.pick(0, 2));
      for (let event = this.pick(0, 3); event > 0; event--) events.push(this.event());
      const seconds = this.random() < 0.1 ? this.pick(3_000, 50_000) : this.pick(1, 900);
      this.chain.mine(seconds, events);
    }
  }

  /** Replaces some of the last blocks by more, as many or fewer others. */
  reorg(): void {
    const { head, finalized } = this.chain;
    const most = head.number - finalized;
    if (most < 1) return;
    const depth =
      this.random() < 0.7 ? this.pick(1, Math.min(3, most)) : this.random() < 0.5 ? most : this.pick(1, most);
    const removed = this.chain.branch().slice(-depth);
    this.left.push(head);
    this.chain.moveTo(this.chain.at(head.number - depth) as SimulatedBlock);
    this.mine(this.pick(1, depth + 2), this.random() < 0.5 ? removed.flatMap(({ events }) => events) : []);
  }

  /** Goes back to a branch that was left. */
  goBack(): void {
    const [first] = this.branchesLeft();
    if (!first) return;
    this.left.push(this.chain.head);
    this.chain.moveTo(first);
  }

  /** Heads that other nodes may still have: of branches left, and of nodes that lag. */
  strays(random: () => number): SimulatedBlock[] {
    const { head } = this.chain;
    const lagging = this.chain.at(Math.max(0, head.number - 1 - Math.floor(5 * random())));
    return [...this.branchesLeft(), ...(lagging ? [lagging] : [])];
  }

  private branchesLeft(): SimulatedBlock[] {
    const { finalized, head } = this.chain;
    const final = this.chain.at(finalized);
    return this.left
      .filter((old) => old !== head && old.number > finalized && this.chain.at(finalized, old) === final)
      .slice(-3);
  }
}
