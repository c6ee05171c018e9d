import { parseEventLogs } from "viem";
import type { Abi, Account, Chain, ContractEventName, Hash, ParseEventLogsReturnType, TransactionReceipt } from "viem";
import { rpcCall } from "../../rpc.ts";
import type { AccountIndex } from "../plan.ts";
import { accountOf, type Network } from "../wallets.ts";

/** What one act does, and when: it yields the time (seconds since 1970) at which it wants to go on. */
export type Act = AsyncGenerator<number, void>;

/** What a transaction of the history is sent with, so that the node isn't asked for any of it. */
export interface Terms {
  account: Account;
  chain: Chain;
  nonce: number;
  gas: bigint;
  maxFeePerGas: bigint;
  maxPriorityFeePerGas: bigint;
}

const HOUR = 3_600;
/** More than any transaction of the history needs. */
const GAS = 4_000_000n;
const FEES = { maxFeePerGas: 10_000_000_000n, maxPriorityFeePerGas: 1_000_000_000n };

/**
 * Where the history is played: a chain that waits in its past, one transaction a block, each at the time that its act
 * says. Everything that happens follows from the acts, so the same acts on two chains give the same blocks.
 */
export class Stage {
  readonly network: Network;
  /** whole hour, UTC, that the history counts from, in hours since 1970 */
  readonly firstHour: number;
  /** nothing happens from here on, seconds since 1970 */
  readonly endsAt: number;
  /** rentals begun that nobody has ended */
  readonly rentals = new Set<bigint>();
  /** slots that stand */
  readonly slots = new Set<bigint>();
  readonly #nonces = new Map<AccountIndex, number>();
  #clock: number;

  /** @param latest time of the chain's last block */
  constructor(network: Network, { firstHour, endsAt, latest }: { firstHour: number; endsAt: number; latest: number }) {
    this.network = network;
    this.firstHour = firstHour;
    this.endsAt = endsAt;
    this.#clock = latest;
  }

  /** So many hours after the beginning, seconds since 1970. */
  hours(count: number): number {
    return Math.round((this.firstHour + count) * HOUR);
  }

  /** The hour since 1970 that is so many whole hours after the beginning. */
  hour(count: number): bigint {
    return BigInt(this.firstHour + count);
  }

  /** The present, seconds since 1970. */
  get now(): number {
    return this.#clock;
  }

  /** Plays acts side by side, each step at its time; of two steps at one time the earlier act's comes first. */
  async play(acts: readonly Act[]): Promise<void> {
    const waiting: { at: number; act: Act }[] = [];
    const goOn = async (act: Act): Promise<void> => {
      const step = await act.next();
      if (!step.done && step.value < this.endsAt) waiting.push({ at: step.value, act });
    };
    for (const act of acts) await goOn(act);
    for (;;) {
      const next = waiting.reduce<(typeof waiting)[number] | undefined>(
        (first, other) => (first && first.at <= other.at ? first : other),
        undefined,
      );
      if (!next) return;
      waiting.splice(waiting.indexOf(next), 1);
      this.#clock = Math.max(this.#clock, next.at - 1);
      await goOn(next.act);
    }
  }

  /**
   * Sends a transaction, which gets a block of its own, a second after the one before.
   *
   * @throws Error if it reverts
   */
  async send(by: AccountIndex, write: (terms: Terms) => Promise<Hash>): Promise<TransactionReceipt> {
    const { node, chain } = this.network;
    const nonce = this.#nonces.get(by) ?? (await node.getTransactionCount({ address: accountOf(by).address }));
    await rpcCall(this.network.rpcUrl, "evm_setNextBlockTimestamp", [++this.#clock]);
    const hash = await write({ account: accountOf(by), chain, nonce, gas: GAS, ...FEES });
    this.#nonces.set(by, nonce + 1);
    const receipt = await node.waitForTransactionReceipt({ hash, pollingInterval: 5, timeout: 30_000 });
    if (receipt.status !== "success") throw new Error(`BUG: transaction ${nonce} of account ${by} reverted: ${hash}`);
    this.#follow(receipt);
    return receipt;
  }

  /** Keeps in mind what is to be settled. */
  #follow({ logs }: TransactionReceipt): void {
    const { market, slots } = this.network;
    for (const { eventName, args } of parseEventLogs({ abi: market.abi, logs })) {
      if (eventName === "RentalStarted") this.rentals.add(args.rentalId);
      if (eventName === "RentalEnded") this.rentals.delete(args.rentalId);
    }
    for (const { eventName, args } of parseEventLogs({ abi: slots.abi, logs })) {
      if (eventName === "SlotReserved") this.slots.add(args.slotId);
      if (eventName === "SlotSplit") this.slots.add(args.newSlotId);
      if (eventName === "SlotsMerged") this.slots.delete(args.goneId);
      if (eventName === "SlotRefunded") this.slots.delete(args.slotId);
    }
  }
}

/** The arguments of the one event of this name that a transaction told. */
export function told<const A extends Abi, N extends ContractEventName<A>>(
  { logs }: TransactionReceipt,
  { abi }: { abi: A },
  eventName: N,
): ParseEventLogsReturnType<A, N, true>[number]["args"] {
  const [log] = parseEventLogs({ abi, logs, eventName });
  if (!log) throw new Error(`BUG: no ${eventName} was told`);
  return log.args;
}
