import { parseEventLogs } from "viem";
import type {
  Abi,
  ContractEventName,
  ContractFunctionArgs,
  ContractFunctionName,
  Log,
  ParseEventLogsReturnType,
} from "viem";
import type { BlockMaker, Call, Receipt } from "../blocks.ts";
import { callOf, type Callee } from "../calls.ts";
import type { AccountIndex } from "../plan.ts";
import type { Network } from "../wallets.ts";
import type { Book } from "./book.ts";
import type { Grid } from "./month/grid.ts";
import { Queue } from "./queue.ts";

/** What one act does, and when: it yields the time (seconds since 1970) at which it wants to go on. */
export type Act = AsyncGenerator<number, void>;

const HOUR = 3_600;

/** What a stage needs. */
export interface StageOptions {
  network: Network;
  maker: BlockMaker;
  book: Book;
  /** whole hour, UTC, that the history counts from, in hours since 1970 */
  firstHour: number;
  /** nothing happens from here on, seconds since 1970 */
  endsAt: number;
  /** time of the chain's last block */
  latest: number;
  /** told before anything happens at or after that time */
  onTime?: (at: number) => void;
  /** the times at which whoever isn't particular acts; any time when left out */
  grid?: Grid | undefined;
}

interface Sent {
  call: Call;
  resolve: (receipt: Receipt) => void;
  /** the step of the act that waits for it; undefined: nobody waits */
  step: Promise<void> | undefined;
}

/**
 * Where the history is played: a chain that waits in its past. All that acts send at one time comes into one block, in the
 * order of the acts. Everything that happens follows from the acts, so the same acts on two chains give the same blocks.
 */
export class Stage {
  readonly network: Network;
  readonly book: Book;
  readonly firstHour: number;
  readonly endsAt: number;
  readonly #options: StageOptions;
  readonly #waiting = new Queue<Act>();
  #clock: number;
  #sent: Sent[] = [];
  /** the step of the act that acts now */
  #step: Promise<void> | undefined;
  /** tells that the act that acts now has sent something and waits for it */
  #onSend: (() => void) | undefined;

  constructor(options: StageOptions) {
    this.#options = options;
    this.network = options.network;
    this.book = options.book;
    this.firstHour = options.firstHour;
    this.endsAt = options.endsAt;
    this.#clock = options.latest;
  }

  /** So many hours after the beginning, seconds since 1970. */
  hours(count: number): number {
    return Math.round((this.firstHour + count) * HOUR);
  }

  /** The first time from then on at which blocks are made anyway, for acts that can wait. */
  soon(at: number): number {
    return this.#options.grid?.next(at) ?? at;
  }

  /** The time of the block that is being made, or of the last one; seconds since 1970. */
  get now(): number {
    return this.#clock;
  }

  /** Plays acts side by side, each step at its time or in the first block after it. */
  async play(acts: readonly Act[]): Promise<void> {
    for (const act of acts) await this.#goOn(act);
    for (;;) {
      const at = this.#waiting.nextAt();
      if (at === undefined && this.#sent.length === 0) return;
      this.#clock = Math.max(this.#clock + 1, this.#sent.length > 0 ? 0 : (at ?? 0));
      this.#options.onTime?.(this.#clock);
      for (let act = this.#waiting.takeUntil(this.#clock); act; act = this.#waiting.takeUntil(this.#clock))
        await this.#goOn(act);
      await this.#mine();
    }
  }

  /** Lets another act begin, in the present. */
  begin(act: Act): void {
    this.#waiting.add(this.#clock, act);
  }

  /** Sends a transaction in the block that is being made, without waiting for it. */
  post<const A extends Abi, N extends ContractFunctionName<A, "nonpayable">>(
    by: AccountIndex,
    to: Callee<A>,
    name: N,
    args: ContractFunctionArgs<A, "nonpayable", N>,
  ): void {
    this.#sent.push({ call: callOf(by, to, name, args), resolve: () => undefined, step: undefined });
  }

  /**
   * Sends a transaction in the block that is being made, and waits for that block.
   *
   * @throws Error if it reverts
   */
  send<const A extends Abi, N extends ContractFunctionName<A, "nonpayable">>(
    by: AccountIndex,
    to: Callee<A>,
    name: N,
    args: ContractFunctionArgs<A, "nonpayable", N>,
  ): Promise<Receipt> {
    return new Promise((resolve) => {
      this.#sent.push({ call: callOf(by, to, name, args), resolve, step: this.#step });
      this.#onSend?.();
    });
  }

  async #goOn(act: Act): Promise<void> {
    const step = (async () => {
      await Promise.resolve(); // so that the step is known before the act sends
      const { done, value } = await act.next();
      if (!done && value < this.endsAt) this.#waiting.add(value, act);
    })();
    await this.#until(step, () => undefined);
  }

  /** Until an act has come to the end of its step, or waits for a block. */
  async #until(step: Promise<void>, begin: () => void): Promise<void> {
    this.#step = step;
    const sending = new Promise<void>((resolve) => (this.#onSend = resolve));
    begin();
    await Promise.race([step, sending]);
    this.#onSend = undefined;
  }

  /** Makes the block, and lets who waited for it go on, in the order of what they sent. */
  async #mine(): Promise<void> {
    const sent = this.#sent.splice(0);
    if (sent.length === 0) return;
    const receipts = await this.#options.maker.mine(
      sent.map(({ call }) => call),
      this.#clock,
    );
    for (const { logs } of receipts) this.book.follow(logs);
    for (const [place, { resolve, step }] of sent.entries()) {
      const receipt = receipts[place];
      if (receipt && step) await this.#until(step, () => resolve(receipt));
    }
  }
}

/** The arguments of the one event of this name that a transaction told. */
export function told<const A extends Abi, N extends ContractEventName<A>>(
  { logs }: Receipt,
  { abi }: { abi: A },
  eventName: N,
): ParseEventLogsReturnType<A, N, true>[number]["args"] {
  const [log] = parseEventLogs({ abi, logs: logs as unknown as Log[], eventName });
  if (!log) throw new Error(`BUG: no ${eventName} was told`);
  return log.args;
}
