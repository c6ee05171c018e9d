import { BaseError } from "#kernel/errors.ts";
import type { Logger } from "#kernel/log.ts";
import type { Pool } from "#kernel/pg.ts";
import { readTipMark } from "../../sources/live/blocks.ts";
import { withSnapshot } from "../../sources/snapshot.ts";
import { BlockLog } from "./block-log.ts";
import { KEPT_BLOCKS, readBranch, type Branch } from "./branch.ts";
import { Feed } from "./feed.ts";
import { blockMessage, startMessage, undoMessage, type AnyFilter, type Filter, type LiveMessage } from "./message.ts";
import type { EventOf, StreamEvents, StreamName } from "./streams.ts";

/** Between two looks at the database while somebody is subscribed. */
const LOOK_EVERY_MS = 100;
/** The same while it doesn't answer. */
const RETRY_EVERY_MS = 500;

/** How many messages may wait for a subscriber: they are shared among all who want the same. */
const MAX_WAITING = 1_024;

const tooSlow = (): BaseError =>
  new BaseError("SLOW_READER", `${MAX_WAITING} messages wait for this subscription: it is over`, {
    hints: ["read faster, or subscribe to less", "subscribe again with since"],
  });

/** A block up to which, and with which, a subscriber knows everything. */
export interface Since {
  number: number;
  /** 0x hex */
  hash: string;
}

/** Subscribers who want the same: what they are told is made once. */
interface Group {
  filter: AnyFilter;
  feeds: Set<Feed<LiveMessage>>;
}

/**
 * Tells subscribers what happens, from the database alone: one statement a look for all of them, and one read of each
 * stream where there is a new block. So all processes on a database tell the same in the same order.
 */
export class LiveHub {
  readonly #pool: Pool;
  readonly #logger: Logger;
  readonly #groups = new Map<string, Group>();
  #log: BlockLog<StreamEvents> | undefined;
  /** what the database said when it was last read */
  #mark: string | undefined;
  #start: LiveMessage | undefined;
  #looking: Promise<void> | undefined;
  #lookingAgain: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isAway = false;
  #isClosed = false;

  constructor(pool: Pool, logger: Logger) {
    this.#pool = pool;
    this.#logger = logger;
  }

  /** How many are subscribed, by stream. */
  get subscribers(): ReadonlyMap<StreamName, number> {
    const counts = new Map<StreamName, number>();
    for (const { filter, feeds } of this.#groups.values())
      counts.set(filter.stream, (counts.get(filter.stream) ?? 0) + feeds.size);
    return counts;
  }

  /**
   * Subscribes from the database's last block on, or from after the block that the subscriber knows.
   *
   * @throws BaseError `RESUME_TOO_OLD`; `NOT_INDEXED`, `UPSTREAM_UNAVAILABLE` when the database can't be read
   */
  async subscribe<Name extends StreamName>(
    filter: Filter<Name>,
    since: Since | undefined,
  ): Promise<AsyncGenerator<LiveMessage<EventOf<Name>>>> {
    await this.#look();
    const log = this.#log;
    if (!log || this.#isClosed) throw new BaseError("UPSTREAM_UNAVAILABLE", "the server stops", { isRetryable: true });
    // from here on nothing is waited for: a block is either in what comes first, or told later
    const first = since ? this.#continued(log, filter, since) : [this.#startAt(log)];
    const key = `${filter.stream} ${filter.key}`;
    const group = this.#groups.get(key) ?? { filter: filter, feeds: new Set() };
    const feed: Feed<LiveMessage> = new Feed({
      ...{ first, limit: MAX_WAITING, onFull: tooSlow },
      onEnd: () => {
        group.feeds.delete(feed);
        if (group.feeds.size === 0) this.#groups.delete(key);
      },
    });
    group.feeds.add(feed);
    this.#groups.set(key, group);
    this.#timer ??= setTimeout(() => void this.#lookAgain(), LOOK_EVERY_MS);
    return feed as AsyncGenerator<LiveMessage> as AsyncGenerator<LiveMessage<EventOf<Name>>>;
  }

  /** Ends every subscription. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    for (const { feeds } of [...this.#groups.values()]) for (const feed of [...feeds]) feed.end();
    await this.#looking?.catch(() => undefined);
  }

  #startAt({ head }: BlockLog<StreamEvents>): LiveMessage {
    if (this.#start?.block.hash !== head.hash) this.#start = startMessage(head);
    return this.#start;
  }

  #continued(log: BlockLog<StreamEvents>, filter: AnyFilter, since: Since): LiveMessage[] {
    const found = log.continueFrom(since);
    if (!found.isKnown) {
      throw new BaseError("RESUME_TOO_OLD", `what came after block ${since.number} can't be told anymore`, {
        hints: [
          `subscribe without since, then ask for what you need`,
          `blocks from ${found.oldest.number} on can be gone on from`,
        ],
      });
    }
    const news = found.next.flatMap((logged) => blockMessage(filter, logged) ?? []);
    return found.undoneFrom ? [undoMessage(filter, found.undoneFrom, found.from, found.undone), ...news] : news;
  }

  /** Looks while somebody listens; what failed is read at the next look, because what was told is kept. */
  async #lookAgain(): Promise<void> {
    try {
      await this.#look();
      if (this.#isAway) this.#logger.info("subscriptions go on: the database answers again");
      this.#isAway = false;
    } catch (error) {
      if (!this.#isAway) this.#logger.warn({ err: error }, "subscriptions wait: the database can't be read");
      this.#isAway = true;
    }
    const isWanted = this.#groups.size > 0 && !this.#isClosed;
    const waitMs = this.#isAway ? RETRY_EVERY_MS : LOOK_EVERY_MS;
    this.#timer = isWanted ? setTimeout(() => void this.#lookAgain(), waitMs) : undefined;
  }

  /** A look that began after this call; those who ask meanwhile share one. */
  #look(): Promise<void> {
    if (!this.#looking) {
      this.#looking = this.#readNews().finally(() => (this.#looking = undefined));
      return this.#looking;
    }
    this.#lookingAgain ??= this.#looking
      .catch(() => undefined)
      .then(() => {
        this.#lookingAgain = undefined;
        return this.#look();
      });
    return this.#lookingAgain;
  }

  async #readNews(): Promise<void> {
    const mark = await readTipMark(this.#pool);
    if (mark !== undefined && mark === this.#mark) return;
    const branch = await withSnapshot(this.#pool, (snapshot) => readBranch(snapshot, this.#log));
    this.#tell(branch);
    this.#mark = mark; // if it is older than what was read, the next look reads nothing new
  }

  #tell({ ancestor, blocks, isContinuation }: Branch): void {
    if (!this.#log || !isContinuation) {
      this.#log = new BlockLog(ancestor, KEPT_BLOCKS);
      this.#log.append(blocks);
      const start = this.#startAt(this.#log);
      for (const { feeds } of this.#groups.values()) for (const feed of feeds) feed.push(start);
      return;
    }
    const cut = this.#log.cutAbove(ancestor);
    this.#log.append(blocks);
    for (const { filter, feeds } of this.#groups.values()) {
      const undo = cut[0] ? [undoMessage(filter, cut[0].block, ancestor, cut)] : [];
      const news = [...undo, ...blocks.flatMap((logged) => blockMessage(filter, logged) ?? [])];
      for (const message of news) for (const feed of feeds) feed.push(message);
    }
  }
}
