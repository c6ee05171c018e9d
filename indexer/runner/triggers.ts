import type { BlockHandler, EventHandler } from "../manifest/manifest.ts";
import type { Block, Log } from "../source/types.ts";
import { eventHandlerFor, isActive, isDue, type DataSource } from "./data-source.ts";

/** A handler to run. */
export type Trigger =
  | { readonly source: DataSource; readonly handler: BlockHandler }
  | { readonly source: DataSource; readonly handler: EventHandler; readonly log: Log };

/**
 * The handlers that a block runs, in graph-node's order: `once` handlers, events by log index, `polling` and unfiltered
 * block handlers; for each of them data sources in the order in which they were made.
 *
 * @param sourcesOf data sources that may want a log of an address, in order
 */
export function triggersOf(
  block: Block,
  logs: readonly Log[],
  sources: readonly DataSource[],
  sourcesOf: (address: string) => readonly DataSource[],
): Trigger[] {
  const active = sources.filter(
    (source) => source.definition.blockHandlers.length > 0 && isActive(source, block.number),
  );
  const first: Trigger[] = [];
  const last: Trigger[] = [];
  for (const source of active) {
    for (const handler of source.definition.blockHandlers) {
      if (isDue(handler, source, block.number))
        (handler.filter.kind === "once" ? first : last).push({ source, handler });
    }
  }
  const events: Trigger[] = [];
  for (const log of logs) {
    for (const source of sourcesOf(log.address)) {
      const handler = isActive(source, block.number) ? eventHandlerFor(source, log) : undefined;
      if (handler) events.push({ source, handler, log });
    }
  }
  return [...first, ...events, ...last];
}
