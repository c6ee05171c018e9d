import { messageOf } from "#kernel/errors.ts";
import { findEvent, topicOf, type EventFragment } from "../abi/events.ts";
import type { ContractAbi } from "../abi/functions.ts";
import { declaredCallsOf } from "./calls.ts";
import type { DataSourceDocument } from "./document.ts";
import type { BlockFilter, BlockHandler, EventHandler } from "./manifest.ts";
import type { Place } from "./place.ts";

type EventHandlerDocument = NonNullable<DataSourceDocument["mapping"]["eventHandlers"]>[number];
type BlockHandlerDocument = NonNullable<DataSourceDocument["mapping"]["blockHandlers"]>[number];

/**
 * An event handler with its event and its declared calls looked up in the data source's ABIs.
 *
 * @throws BaseError `BAD_MANIFEST` when an ABI lacks the event or the function of a call
 */
export function eventHandlerOf(
  handler: EventHandlerDocument,
  abi: ContractAbi,
  abis: ReadonlyMap<string, ContractAbi>,
  place: Place,
): EventHandler {
  const event = eventOf(handler.event, abi, place.at("event"));
  return {
    kind: "event",
    handler: handler.handler,
    event,
    topic0: (handler.topic0 ?? topicOf(handler.event)).toLowerCase(),
    topics: [handler.topic1, handler.topic2, handler.topic3].map((values) => values?.map(padTopic)),
    hasReceipt: handler.receipt === true,
    calls: declaredCallsOf(handler.calls ?? {}, event, abis, place.at("calls")),
  };
}

function eventOf(signature: string, { name, entries }: ContractAbi, place: Place): EventFragment {
  let event: EventFragment | undefined;
  try {
    event = findEvent(entries, signature);
  } catch (error) {
    throw place.fault("BAD_MANIFEST", `event ${signature} of ABI ${name}: ${messageOf(error)}`, ["correct the ABI"]);
  }
  if (event) return event;
  const known = entries.filter((entry) => entry.type === "event").map((entry) => entry.name ?? "?");
  throw place.fault("BAD_MANIFEST", `ABI ${name} has no event ${signature}`, [
    `the ABI's events are ${known.join(", ")}`,
    "write indexed parameters as `indexed address`",
  ]);
}

function padTopic(value: string): string {
  return `0x${value.replace(/^0x/, "").toLowerCase().padStart(64, "0")}`;
}

/**
 * The block handlers of a data source, checked against each other.
 *
 * @throws BaseError `BAD_MANIFEST`
 */
export function blockHandlersOf(handlers: readonly BlockHandlerDocument[], name: string, place: Place): BlockHandler[] {
  const result = handlers.map((item, index) => ({
    kind: "block" as const,
    handler: item.handler,
    filter: blockFilterOf(item, place.at(index)),
  }));
  const kinds = result.map((handler) => handler.filter.kind);
  const isMixed = kinds.includes("every") && kinds.length > 1;
  if (isMixed || new Set(kinds).size !== kinds.length) {
    throw place.fault("BAD_MANIFEST", `the block handlers of ${name} exclude each other`, [
      "give at most one `once` and one `polling` handler, or one without a filter alone",
    ]);
  }
  return result;
}

function blockFilterOf(handler: BlockHandlerDocument, place: Place): BlockFilter {
  if (!handler.filter) return { kind: "every" };
  if (handler.filter.kind === "once") return { kind: "once" };
  if (handler.filter.every === undefined) {
    throw place.fault("BAD_MANIFEST", `the polling block handler ${handler.handler} has no interval`, [
      "give its filter `every: N`",
    ]);
  }
  return { kind: "polling", every: handler.filter.every };
}
