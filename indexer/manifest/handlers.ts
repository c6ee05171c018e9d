import { BaseError } from "#kernel/errors.ts";
import { findEvent, topicOf } from "../abi/events.ts";
import type { AbiEntry } from "../abi/types.ts";
import type { DataSourceDocument } from "./document.ts";
import type { BlockFilter, BlockHandler, EventHandler } from "./manifest.ts";

type EventHandlerDocument = NonNullable<DataSourceDocument["mapping"]["eventHandlers"]>[number];
type BlockHandlerDocument = NonNullable<DataSourceDocument["mapping"]["blockHandlers"]>[number];

/**
 * An event handler with its event looked up in the data source's ABI.
 *
 * @throws BaseError `BAD_MANIFEST` when the ABI lacks the event
 */
export function eventHandlerOf(handler: EventHandlerDocument, abi: readonly AbiEntry[], abiName: string): EventHandler {
  const event = findEvent(abi, handler.event);
  if (!event) {
    const known = abi.filter((entry) => entry.type === "event").map((entry) => entry.name ?? "?");
    throw new BaseError("BAD_MANIFEST", `ABI ${abiName} has no event ${handler.event}`, {
      hints: [`the ABI's events are ${known.join(", ")}`, "write indexed parameters as `indexed address`"],
    });
  }
  return {
    kind: "event",
    handler: handler.handler,
    event,
    topic0: (handler.topic0 ?? topicOf(handler.event)).toLowerCase(),
    topics: [handler.topic1, handler.topic2, handler.topic3].map((values) => values?.map(padTopic)),
    hasReceipt: handler.receipt === true,
  };
}

function padTopic(value: string): string {
  return `0x${value.replace(/^0x/, "").toLowerCase().padStart(64, "0")}`;
}

/**
 * The block handlers of a data source, checked against each other.
 *
 * @throws BaseError `BAD_MANIFEST`
 */
export function blockHandlersOf(handlers: readonly BlockHandlerDocument[], source: DataSourceDocument): BlockHandler[] {
  const result = handlers.map((item) => ({
    kind: "block" as const,
    handler: item.handler,
    filter: blockFilterOf(item),
  }));
  const kinds = result.map((handler) => handler.filter.kind);
  const isMixed = kinds.includes("every") && kinds.length > 1;
  if (isMixed || new Set(kinds).size !== kinds.length) {
    throw new BaseError("BAD_MANIFEST", `the block handlers of ${source.name} exclude each other`, {
      hints: ["give at most one `once` and one `polling` handler, or one without a filter alone"],
    });
  }
  return result;
}

function blockFilterOf(handler: BlockHandlerDocument): BlockFilter {
  if (!handler.filter) return { kind: "every" };
  if (handler.filter.kind === "once") return { kind: "once" };
  if (handler.filter.every === undefined) {
    throw new BaseError("BAD_MANIFEST", `the polling block handler ${handler.handler} has no interval`, {
      hints: ["give its filter `every: N`"],
    });
  }
  return { kind: "polling", every: handler.filter.every };
}
