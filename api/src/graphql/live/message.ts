import type { BlockRow } from "../../sources/live/blocks.ts";
import type { HeadRow } from "../../sources/head.ts";
import type { LoggedBlock } from "./block-log.ts";
import type { EventOf, StreamEvents, StreamName } from "./streams.ts";

/** What a subscriber is told: see `MessageKind`. */
export interface LiveMessage<Event = EventOf<StreamName>> {
  kind: "START" | "BLOCK" | "UNDO";
  block: HeadRow;
  resumeAt: HeadRow;
  events: Event[];
  undone: string[];
}

/** Which events of a stream a subscriber wants. */
export interface Filter<Name extends StreamName> {
  stream: Name;
  /** the same for filters that let the same through */
  key: string;
  passes: (event: EventOf<Name>) => boolean;
}

/** A filter of any stream. */
export interface AnyFilter {
  stream: StreamName;
  key: string;
  passes: (event: never) => boolean;
}

/** From here on everything is told. */
export function startMessage(at: BlockRow): LiveMessage {
  return { kind: "START", block: pointerTo(at), resumeAt: pointerTo(at), events: [], undone: [] };
}

/** What happened in a block; nothing if none of it is wanted. */
export function blockMessage(filter: AnyFilter, logged: LoggedBlock<StreamEvents>): LiveMessage | undefined {
  const events = wanted(filter, logged);
  const block = pointerTo(logged.block);
  return events.length === 0 ? undefined : { kind: "BLOCK", block, resumeAt: block, events, undone: [] };
}

/** Blocks from `from` on hold no longer, but `last` does. */
export function undoMessage(
  filter: AnyFilter,
  from: BlockRow,
  last: BlockRow,
  undone: readonly LoggedBlock<StreamEvents>[],
): LiveMessage {
  const ids = undone.flatMap((logged) => wanted(filter, logged).map(({ id }) => id)).reverse();
  return { kind: "UNDO", block: pointerTo(from), resumeAt: pointerTo(last), events: [], undone: ids };
}

function wanted({ stream, passes }: AnyFilter, { events }: LoggedBlock<StreamEvents>): EventOf<StreamName>[] {
  return (events[stream] as EventOf<StreamName>[]).filter(passes as (event: EventOf<StreamName>) => boolean);
}

const pointerTo = ({ number, hash, timestamp }: BlockRow): HeadRow => ({ number: BigInt(number), hash, timestamp });
