import { SENDER, transactionHash, type SimulatedBlock, type SimulatedEvent } from "./chain.ts";

const INTERVALS = { hour: 3_600, day: 86_400 };

interface Versioned {
  readonly values: string;
  readonly vid: bigint;
  readonly from: number;
  to: number | undefined;
}

interface Account {
  readonly balance: bigint;
  readonly count: number;
}

interface Point {
  readonly id: bigint;
  readonly time: number;
  readonly account: string;
  readonly amount: bigint;
}

/** What the ledger's tables must hold after a chain, as one line per row: written from its mapping, by hand. */
export class LedgerModel {
  private readonly rows = new Map<string, string[]>();
  private readonly accounts = new Map<string, Account>();
  private total: { sum: bigint; last: string } | undefined;
  private readonly entries = new Map<string, number>();
  private readonly children = new Map<string, bigint>();
  private readonly points: Point[] = [];
  private readonly versions = new Map<string, Versioned[]>();
  private sequence = 0;
  private times: number[] = [];
  /** current entities */
  count = 0;

  constructor(blocks: readonly SimulatedBlock[]) {
    for (const block of blocks) if (block.number >= 1) this.run(block);
    for (const [key, versions] of this.versions)
      for (const { values, vid, from, to } of versions)
        this.add(key.split(" ")[0] ?? "", `${vid} [${from},${to ?? ""}) ${values}`);
    for (const [name, seconds] of Object.entries(INTERVALS)) this.rollUp(`stats_${name}`, seconds);
  }

  /** The rows of a table, sorted. */
  of(table: string): string[] {
    return [...(this.rows.get(table) ?? [])].sort();
  }

  private add(table: string, line: string): void {
    const rows = this.rows.get(table);
    if (rows) rows.push(line);
    else this.rows.set(table, [line]);
  }

  private run(block: SimulatedBlock): void {
    this.sequence = 100;
    const before = new Map(this.accounts);
    const totalBefore = this.total;
    const vids = new Map<string, bigint>();
    const known = new Set(this.children.keys());
    const events = block.events.map((event, index) => ({ event, id: idOf(event, index) }));
    const ofNewChildren = ({ event }: { event: SimulatedEvent }): boolean =>
      event.kind === "pinged" && !known.has(event.child);
    // handlers of contracts that the block opens run once all others are done
    const order = [...events.filter((item) => !ofNewChildren(item)), ...events.filter(ofNewChildren)];
    const firstPoint = this.points.length;
    for (const { event, id } of order) this.handle(block, event, id, vids, firstPoint);
    for (const id of new Set([...before.keys(), ...this.accounts.keys()])) {
      const text = (account: Account | undefined): string | undefined =>
        account && `${id} ${account.balance} ${account.count}`;
      this.change(`account ${id}`, block.number, text(before.get(id)), text(this.accounts.get(id)), vids);
    }
    const text = (total: LedgerModel["total"]): string | undefined => total && `all ${total.sum} ${total.last}`;
    this.change("total all", block.number, text(totalBefore), text(this.total), vids);
    this.times.push(block.time);
  }

  private change(
    key: string,
    block: number,
    before: string | undefined,
    after: string | undefined,
    vids: ReadonlyMap<string, bigint>,
  ): void {
    if (before === after) return;
    const versions = this.versions.get(key) ?? [];
    this.versions.set(key, versions);
    const open = versions.at(-1);
    if (before !== undefined && open) open.to = block;
    this.count += Number(after !== undefined) - Number(before !== undefined);
    if (after !== undefined) versions.push({ values: after, vid: vids.get(key) ?? 0n, from: block, to: undefined });
  }

  private handle(
    block: SimulatedBlock,
    event: SimulatedEvent,
    id: string,
    vids: Map<string, bigint>,
    firstPoint: number,
  ): void {
    const nextVid = (): bigint => (BigInt(block.number) << 32n) + BigInt(this.sequence++);
    const keep = (table: string, ...values: unknown[]): void => {
      this.add(table, [nextVid(), block.number, ...values].join(" "));
      this.count++;
    };
    switch (event.kind) {
      case "paid": {
        const { account, amount } = event;
        const old = this.accounts.get(account) ?? { balance: 0n, count: 0 };
        this.accounts.set(account, { balance: old.balance + amount, count: old.count + 1 });
        vids.set(`account ${account}`, nextVid());
        this.total = { sum: (this.total?.sum ?? 0n) + amount, last: account };
        vids.set("total all", nextVid());
        keep("entry", id, account, amount);
        this.entries.set(account, (this.entries.get(account) ?? 0) + 1);
        const point = (BigInt(block.number) << 32n) + BigInt(this.points.length - firstPoint);
        keep("point", point, block.time, account, amount);
        this.points.push({ id: point, time: block.time, account, amount });
        return;
      }
      case "closed": {
        const isKnown = this.accounts.delete(event.account);
        return keep("closing", id, event.account, isKnown ? this.entries.get(event.account) : -1);
      }
      case "opened":
        if (!this.children.has(event.child)) {
          this.children.set(event.child, event.tag);
          this.add("data_sources$", `[${block.number},) 1 ${event.child} ${event.tag}`);
        }
        return keep("opening", id, event.child, SENDER);
      case "pinged": {
        const tag = this.children.get(event.child);
        if (tag !== undefined) keep("ping", id, event.child, tag, event.value);
      }
    }
  }

  /** Buckets that a later block has ended, with totals carried on from bucket to bucket. */
  private rollUp(table: string, seconds: number): void {
    const last = Math.floor((this.times.at(-1) ?? 0) / seconds);
    const totals = new Map<string, bigint>();
    const buckets = new Map<string, Point[]>();
    for (const point of this.points) {
      const bucket = Math.floor(point.time / seconds);
      if (bucket >= last) continue;
      const key = `${bucket} ${point.account}`;
      buckets.set(key, [...(buckets.get(key) ?? []), point]);
    }
    for (const [key, points] of buckets) {
      const [bucket = "", account = ""] = key.split(" ");
      const sum = points.reduce((all, { amount }) => all + amount, 0n);
      const total = (totals.get(account) ?? 0n) + sum;
      totals.set(account, total);
      const id = points.at(-1)?.id ?? 0n;
      this.add(table, [id, Number(bucket) * seconds, account, sum, total, points.length].join(" "));
    }
  }
}

/** `hash.concatI32(index)`: four bytes, the lowest first. */
function idOf(event: SimulatedEvent, index: number): string {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(index);
  return `${transactionHash(event)}${bytes.toString("hex")}`;
}

const hex = (column: string): string => `'0x' || encode(${column}, 'hex')`;
const seconds = (column: string): string => `extract(epoch from ${column})::int8`;
const statistics = ["id", seconds('"timestamp"'), hex("account"), "sum", "total", "count"];

/** The columns of each table, as the model writes them; buckets without the block that ended them. */
export const TABLES: Readonly<Record<string, readonly string[]>> = {
  account: ["vid", "block_range", hex("id"), "balance", "count"],
  total: ["vid", "block_range", "id", "sum", hex("last")],
  entry: ["vid", "block$", hex("id"), hex("account"), "amount"],
  closing: ["vid", "block$", hex("id"), hex("account"), "entries"],
  opening: ["vid", "block$", hex("id"), hex("child"), hex('"from"')],
  ping: ["vid", "block$", hex("id"), hex("child"), "tag", "value"],
  point: ["vid", "block$", "id", seconds('"timestamp"'), hex("account"), "amount"],
  stats_hour: statistics,
  stats_day: statistics,
  data_sources$: ["block_range", "manifest_idx", hex("param"), "context -> 'tag' ->> 'data'"],
};
