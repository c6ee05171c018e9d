import { hasTopicsOf } from "../abi/events.ts";
import { MappingError } from "../host/errors.ts";
import type { DataSourceParameters } from "../host/context.ts";
import type { BlockHandler, ContextValue, DataSourceDefinition, EventHandler } from "../manifest/manifest.ts";
import type { Log } from "../source/types.ts";

/** A data source that triggers are matched against: of the manifest, or made of a template. */
export interface DataSource {
  readonly definition: DataSourceDefinition;
  /** `undefined` matches any contract */
  readonly address: string | undefined;
  /** the first block it sees */
  readonly startBlock: number;
  readonly context: ReadonlyMap<string, ContextValue> | undefined;
  /** block that made it; `undefined` for those of the manifest */
  readonly createdAt: number | undefined;
}

/** The data source that a definition of the manifest is. */
export function staticDataSource(definition: DataSourceDefinition): DataSource {
  const { address, startBlock, context } = definition;
  return { definition, address, startBlock, context, createdAt: undefined };
}

/**
 * The data source that a handler asked for.
 *
 * @throws MappingError when its first parameter is no address
 */
export function dataSourceOfTemplate(
  template: DataSourceDefinition,
  { parameters, context }: DataSourceParameters,
  block: number,
): DataSource {
  const address = `0x${(parameters[0] ?? "").replace(/^0x/, "").toLowerCase()}`;
  if (!/^0x[0-9a-f]{40}$/.test(address)) {
    throw new MappingError(
      `Failed to create data source from template \`${template.name}\`: "${parameters[0] ?? ""}" is no address`,
    );
  }
  return { definition: template, address, startBlock: block, context, createdAt: block };
}

/** Whether a data source sees a block at all. */
export function isActive(source: DataSource, block: number): boolean {
  const { endBlock } = source.definition;
  return block >= source.startBlock && (endBlock === undefined || block <= endBlock);
}

/** Two data sources that would do the same; when they were made doesn't count. */
export function isDuplicate(a: DataSource, b: DataSource): boolean {
  return a.definition === b.definition && a.address === b.address && contextText(a) === contextText(b);
}

/** A context as JSON with sorted keys, so that equal ones have equal texts. */
export function contextText({ context }: DataSource): string | null {
  return context ? JSON.stringify(sorted(Object.fromEntries(context))) : null;
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, item]) => [key, sorted(item)]),
  );
}

/**
 * The handler of a data source for a log.
 *
 * @throws MappingError when several match
 */
export function eventHandlerFor(source: DataSource, log: Log): EventHandler | undefined {
  const candidates = handlersOf(source.definition).get(log.topics[0] ?? "");
  if (!candidates) return undefined;
  const matching = candidates.filter((handler) => matches(handler, log));
  if (matching.length > 1) {
    throw new MappingError(
      `Multiple handlers defined for event \`${matching[0]?.event.signature ?? ""}\`, only one is supported`,
    );
  }
  return matching[0];
}

const handlersByTopic = new WeakMap<DataSourceDefinition, Map<string, EventHandler[]>>();

/** A definition's handlers by their events' first topics. */
function handlersOf(definition: DataSourceDefinition): Map<string, EventHandler[]> {
  let handlers = handlersByTopic.get(definition);
  if (!handlers) {
    handlers = new Map();
    for (const handler of definition.eventHandlers) {
      handlers.set(handler.topic0, [...(handlers.get(handler.topic0) ?? []), handler]);
    }
    handlersByTopic.set(definition, handlers);
  }
  return handlers;
}

function matches({ topics, event }: EventHandler, log: Log): boolean {
  if (!hasTopicsOf(event, log.topics)) return false;
  return topics.every((allowed, index) => allowed === undefined || allowed.includes(log.topics[index + 1] ?? ""));
}

/** Whether a block handler runs at a block. */
export function isDue({ filter }: BlockHandler, source: DataSource, block: number): boolean {
  if (filter.kind === "once") return block === source.startBlock;
  return filter.kind === "every" || (block - source.startBlock) % filter.every === 0;
}
