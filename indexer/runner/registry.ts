import type { EventHandler } from "../manifest/manifest.ts";
import type { LogQuery, SourceFilter } from "../source/filter.ts";
import { isActive, isDue, isDuplicate, type DataSource } from "./data-source.ts";

/** Every data source in the order it was made, and what the chain is asked for on their behalf. */
export class Registry implements SourceFilter {
  version = 0;
  private sources: DataSource[] = [];
  private byAddress = new Map<string, DataSource[]>();
  private wildcards: DataSource[] = [];
  private order = new Map<DataSource, number>();

  constructor(sources: Iterable<DataSource>) {
    for (const source of sources) this.insert(source);
  }

  private insert(source: DataSource): void {
    this.order.set(source, this.sources.length);
    this.sources.push(source);
    if (source.address === undefined) this.wildcards.push(source);
    else {
      const list = this.byAddress.get(source.address);
      if (list) list.push(source);
      else this.byAddress.set(source.address, [source]);
    }
    this.version++;
  }

  /** Adds a data source; false when one like it is there. */
  add(source: DataSource): boolean {
    const known = source.address === undefined ? this.wildcards : (this.byAddress.get(source.address) ?? []);
    if (known.some((other) => isDuplicate(source, other))) return false;
    this.insert(source);
    return true;
  }

  /** Removes those made at `block` or later. */
  removeFrom(block: number): void {
    const kept = this.sources.filter(({ createdAt }) => createdAt === undefined || createdAt < block);
    if (kept.length === this.sources.length) return;
    this.sources = [];
    this.byAddress = new Map();
    this.wildcards = [];
    this.order = new Map();
    for (const source of kept) this.insert(source);
  }

  /** All, in the order in which they run. */
  all(): readonly DataSource[] {
    return this.sources;
  }

  /** Those that may want a log of `address`, in the order in which they run. */
  forAddress(address: string): readonly DataSource[] {
    const named = this.byAddress.get(address) ?? [];
    if (this.wildcards.length === 0) return named;
    return [...named, ...this.wildcards].sort((a, b) => (this.order.get(a) ?? 0) - (this.order.get(b) ?? 0));
  }

  logQueries(): readonly LogQuery[] {
    return queriesOf(this.sources);
  }

  wantedBlocks(from: number, to: number): readonly number[] {
    const handled = this.sources.filter(({ definition }) => definition.blockHandlers.length > 0);
    if (handled.length === 0) return [];
    const result: number[] = [];
    for (let number = from; number <= to; number++) {
      const isWanted = handled.some(
        (source) =>
          isActive(source, number) && source.definition.blockHandlers.some((handler) => isDue(handler, source, number)),
      );
      if (isWanted) result.push(number);
    }
    return result;
  }
}

/** What to ask the node for on behalf of some data sources: events with equal topic filters together. */
export function queriesOf(sources: readonly DataSource[]): LogQuery[] {
  const isWild = ({ address }: DataSource): boolean => address === undefined;
  return [...groupQueries(sources.filter((source) => !isWild(source))), ...groupQueries(sources.filter(isWild))];
}

function groupQueries(sources: readonly DataSource[]): LogQuery[] {
  const groups = new Map<string, { addresses: Set<string>; first: Set<string>; others: EventHandler["topics"] }>();
  for (const { address, definition } of sources) {
    for (const { topic0, topics } of definition.eventHandlers) {
      const key = JSON.stringify(topics);
      const group = groups.get(key) ?? { addresses: new Set(), first: new Set(), others: topics };
      if (address !== undefined) group.addresses.add(address);
      group.first.add(topic0);
      groups.set(key, group);
    }
  }
  return [...groups.values()].map(({ addresses, first, others }) => ({
    addresses: addresses.size > 0 ? [...addresses] : undefined,
    topics: [[...first], ...withoutTrailingAny(others)],
  }));
}

/** Nodes take `[a, null, null]` to ask for three topics, not for any number of them. */
function withoutTrailingAny(topics: EventHandler["topics"]): EventHandler["topics"] {
  const last = topics.findLastIndex((values) => values !== undefined);
  return topics.slice(0, last + 1);
}
