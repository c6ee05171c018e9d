import type { EventSurroundings } from "../host/triggers.ts";
import type { EventHandler } from "../manifest/manifest.ts";
import type { Header, Receipt, Transaction } from "../source/types.ts";
import type { Trigger } from "./triggers.ts";

/** Reads what logs lack, of one block: after a reorg a transaction may be in another. */
export interface TransactionReader {
  transactions(hashes: readonly string[], blockHash: string): Promise<Transaction[]>;
  receipts(hashes: readonly string[], blockHash: string): Promise<Receipt[]>;
}

type EventTrigger = Extract<Trigger, { log: unknown }>;

/**
 * Transactions and receipts for event handlers. Receipts are fetched for handlers that declare them; transactions only
 * for handlers that were seen to read more of them than a log tells.
 */
export class Surroundings {
  private readonly reader: TransactionReader;
  private readonly transactionReaders = new Set<EventHandler>();
  private transactions = new Map<string, Transaction>();
  private receipts = new Map<string, Receipt>();

  constructor(reader: TransactionReader) {
    this.reader = reader;
  }

  /** Fetches what the triggers of one block need, all at once; what earlier blocks needed is dropped. */
  async prepare(triggers: readonly Trigger[]): Promise<void> {
    const events = triggers.filter((trigger): trigger is EventTrigger => "log" in trigger);
    const hashesWhere = (isNeeded: (handler: EventHandler) => boolean): string[] => [
      ...new Set(events.filter(({ handler }) => isNeeded(handler)).map(({ log }) => log.transactionHash)),
    ];
    const forTransactions = hashesWhere((handler) => this.transactionReaders.has(handler));
    const forReceipts = hashesWhere((handler) => handler.hasReceipt);
    const blockHash = events[0]?.log.blockHash ?? "";
    this.transactions = byHash(forTransactions, await this.reader.transactions(forTransactions, blockHash));
    this.receipts = byHash(forReceipts, await this.reader.receipts(forReceipts, blockHash));
  }

  /** Fetches a handler's transaction, and from now on those of all its events beforehand. */
  async fetchTransaction({ handler, log }: EventTrigger): Promise<void> {
    this.transactionReaders.add(handler);
    const [transaction] = await this.reader.transactions([log.transactionHash], log.blockHash);
    if (transaction) this.transactions.set(log.transactionHash, transaction);
  }

  /** What an event handler is given. */
  of(header: Header, { handler, log }: EventTrigger): EventSurroundings {
    return {
      header,
      transaction: this.transactions.get(log.transactionHash),
      receipt: handler.hasReceipt ? this.receipts.get(log.transactionHash) : undefined,
    };
  }
}

function byHash<T>(hashes: readonly string[], items: readonly T[]): Map<string, T> {
  return new Map(items.map((item, index) => [hashes[index] ?? "", item]));
}
