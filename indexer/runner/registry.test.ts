import { eventFragment, topicOf } from "../abi/events.ts";
import type { DataSourceDefinition, EventHandler } from "../manifest/manifest.ts";
import { contextText, isDuplicate, type DataSource } from "./data-source.ts";
import { Registry, queriesOf } from "./registry.ts";
import { triggersOf } from "./triggers.ts";
import type { Block, Log } from "../source/types.ts";

const event = eventFragment({ type: "event", name: "Moved", inputs: [{ name: "to", type: "address", indexed: true }] });
const TOPIC = topicOf("Moved(indexed address)");
const [A, B] = ["0x00000000000000000000000000000000000000aa", "0x00000000000000000000000000000000000000bb"];
const padded = (address: string): string => `0x${address.slice(2).padStart(64, "0")}`;

const handler = (name: string, more: Partial<EventHandler> = {}): EventHandler => ({
  kind: "event",
  handler: name,
  event,
  topic0: TOPIC,
  topics: [undefined, undefined, undefined],
  hasReceipt: false,
  calls: [],
  ...more,
});

function definition(name: string, more: Partial<DataSourceDefinition> = {}): DataSourceDefinition {
  return {
    name,
    network: "test",
    address: A,
    startBlock: 0,
    endBlock: undefined,
    isTemplate: false,
    manifestIndex: 0,
    wasmFile: "x.wasm",
    abis: new Map(),
    eventHandlers: [handler(`${name}Moved`)],
    blockHandlers: [],
    context: undefined,
    ...more,
  };
}

function source(name: string, more: Partial<DataSource> = {}, of: Partial<DataSourceDefinition> = {}): DataSource {
  return {
    definition: definition(name, of),
    address: A,
    startBlock: 0,
    context: undefined,
    createdAt: undefined,
    ...more,
  };
}

const block = (number: number): Block => ({
  number,
  hash: `0x${number}`,
  header: {} as Block["header"],
  time: 0,
  logs: [],
  isRecent: false,
});
const log = (address: string, index: number): Log => ({
  address,
  topics: [TOPIC, padded(B ?? "")],
  data: "0x",
  blockNumber: "0x5",
  blockHash: "0x5",
  transactionHash: "0x1",
  transactionIndex: "0x0",
  logIndex: `0x${index.toString(16)}`,
});

function handlersAt(registry: Registry, number: number, logs: Log[]): string[] {
  return triggersOf(block(number), logs, registry.all(), (address) => registry.forAddress(address)).map(
    ({ handler: found }) => found.handler,
  );
}

describe("data sources", () => {
  it("are asked for together, wildcards and topic filters apart", () => {
    const filtered = { eventHandlers: [handler("filtered", { topics: [[padded(B ?? "")], undefined, undefined] })] };
    const queries = queriesOf([
      source("one"),
      source("two", { address: B }),
      source("wild", { address: undefined }),
      source("other", {}, filtered),
    ]);
    expect(queries).toEqual([
      { addresses: [A, B], topics: [[TOPIC]] },
      { addresses: [A], topics: [[TOPIC], [padded(B ?? "")]] },
      { addresses: undefined, topics: [[TOPIC]] },
    ]);
  });

  it("that would do the same are there once, whenever they were made", () => {
    const template = definition("template", { isTemplate: true });
    const made = (at: number, label: string): DataSource => ({
      definition: template,
      address: A,
      startBlock: at,
      createdAt: at,
      context: new Map([
        ["b", { type: "Int", data: 1 }],
        ["a", { data: label, type: "String" }],
      ]),
    });
    expect(contextText(made(1, "x"))).toBe('{"a":{"data":"x","type":"String"},"b":{"data":1,"type":"Int"}}');
    expect(isDuplicate(made(1, "x"), made(2, "x"))).toBe(true);
    const registry = new Registry([source("static")]);
    expect([registry.add(made(1, "x")), registry.add(made(2, "x")), registry.add(made(2, "y"))]).toEqual([
      true,
      false,
      true,
    ]);
    registry.removeFrom(2);
    expect(registry.all().map(({ createdAt }) => createdAt)).toEqual([undefined, 1]);
  });
});

describe("the handlers of a block", () => {
  const blocks = [
    { kind: "block" as const, handler: "poll", filter: { kind: "polling" as const, every: 5 } },
    { kind: "block" as const, handler: "once", filter: { kind: "once" as const } },
  ];

  it("are once handlers, events by log, then polling ones; data sources in the order they were made", () => {
    const registry = new Registry([
      source("wild", { address: undefined }),
      source("named", { startBlock: 5 }, { blockHandlers: blocks }),
    ]);
    expect(handlersAt(registry, 5, [log(A ?? "", 0), log(B ?? "", 1)])).toEqual([
      "once",
      "wildMoved",
      "namedMoved",
      "wildMoved",
      "poll",
    ]);
    expect(handlersAt(registry, 6, [])).toEqual([]);
    expect(handlersAt(registry, 10, [])).toEqual(["poll"]);
  });

  it("are none before startBlock and after endBlock", () => {
    const registry = new Registry([source("limited", { startBlock: 5 }, { endBlock: 6 })]);
    const run = (number: number): string[] => handlersAt(registry, number, [log(A ?? "", 0)]);
    expect([run(4), run(5), run(6), run(7)]).toEqual([[], ["limitedMoved"], ["limitedMoved"], []]);
  });

  it("are wanted blocks when they don't wait for logs", () => {
    const registry = new Registry([source("ticking", { startBlock: 3 }, { blockHandlers: blocks, endBlock: 13 })]);
    expect(registry.wantedBlocks(0, 30)).toEqual([3, 8, 13]);
  });

  it("don't take a log with another number of topics or a filtered value", () => {
    const filtered = { eventHandlers: [handler("filtered", { topics: [[padded(A ?? "")], undefined, undefined] })] };
    const registry = new Registry([source("plain"), source("strict", {}, filtered)]);
    expect(handlersAt(registry, 1, [{ ...log(A ?? "", 0), topics: [TOPIC] }])).toEqual([]);
    expect(handlersAt(registry, 1, [log(A ?? "", 0)])).toEqual(["plainMoved"]);
  });
});
