import { encodeAbiParameters } from "viem";
import { log, program, selector, type Entry } from "./torture-logs.ts";
import { step, TRAPS, value, type Step, type StoreValue } from "./torture-program.ts";

/** Logs to emit: the entries of each transaction of each block, and the time to the next block. */
export interface ScriptBlock {
  readonly transactions: readonly (readonly Entry[])[];
  readonly seconds: number;
}

const HOUR = 3_600;
const PERSON = "0x00000000000000000000000000000000000000aa";
const { set, get, getInBlock, remove, related, change, create, self, trap } = step;

/** A block of one transaction. */
function block(entries: readonly Entry[], seconds = 12): ScriptBlock {
  return { transactions: [entries], seconds };
}

const full: Record<string, StoreValue> = {
  name: value.text("full"),
  text: value.text('tab\t newline\n quote" back\\slash {brace}, NULL ünï😀 nul\0nul'),
  int: value.int(-(2 ** 31)),
  int8: value.int8(-(2n ** 63n)),
  at: value.at(-86_400_000_000n),
  flag: value.bool(255),
  big: value.big(-(2n ** 255n), 3),
  decimal: value.decimal(-(10n ** 35n) + 5n, -10n),
  bytes: value.bytes("0x00ff10"),
  mood: value.text("lower"),
  texts: value.list(["", "NULL", "a,b", "{}", '"q"', "back\\", " s "].map(value.text)),
  ints: value.list([value.int(2 ** 31 - 1), value.int(0)]),
  int8s: value.list([value.int8(2n ** 63n - 1n), value.int8(-1n)]),
  ats: value.list([value.at(0n), value.at(1_700_000_000_123_456n)]),
  flags: value.list([value.bool(1), value.bool(0)]),
  bigs: value.list([value.big(0n), value.big(-7n, 5)]),
  decimals: value.list([value.decimal(1n, 3n), value.decimal(-1n, -3n), value.decimal(0n, 9n)]),
  blobs: value.list([value.bytes("0x"), value.bytes("0xdead")]),
  moods: value.list([value.text("_3D"), value.text("SAD")]),
  parent: value.text("parent"),
  blob: value.bytes("0x01"),
  number: value.int8(5n),
  owner: value.text("somebody"),
  friends: value.list([value.text("a"), value.text("full")]),
  HTTPServer1Name: value.text("odd name"),
};
const empty: Record<string, StoreValue> = {
  texts: value.list([]),
  bigs: value.list([]),
  moods: value.list([]),
  friends: value.list([]),
};
const nulls = Object.fromEntries(Object.keys(full).map((name) => [name, value.nil]));
const look = [get("Thing", "full"), getInBlock("Thing", "full")];

/** Whole and partial saves, nulls, removals and entities made again, in one handler, one block and later. */
const VERSIONS: readonly ScriptBlock[] = [
  block([program([set("Thing", "full", full), ...look])]),
  // the same again writes nothing, nor does a part of it
  block([
    program([...look, set("Thing", "full", full), set("Thing", "full", { int: value.int(-(2 ** 31)) }), ...look]),
  ]),
  block([program([set("Thing", "full", empty), ...look]), program([...look, set("Thing", "full", nulls), ...look])]),
  block([program([set("Thing", "full", {}), ...look]), program([set("Thing", "full", full)])]),
  // each of these ends a block with something else than it began
  block([program([remove("Thing", "full"), ...look]), program([...look])]),
  block([program([set("Thing", "full", { name: value.text("again") }), ...look])]),
  block([program([remove("Thing", "full"), set("Thing", "full", { int: value.int(1) }), ...look])]),
  block([program([remove("Thing", "full")]), program([...look, set("Thing", "full", full), ...look])]),
  block([program([set("Thing", "full", { int: value.int(2) }), remove("Thing", "full"), ...look])]),
  block([program([set("Thing", "short", full), remove("Thing", "short"), get("Thing", "short")])]),
  block([program([remove("Thing", "never"), remove("Thing", "never"), get("Thing", "never")])]),
  // changed and changed back
  block([program([set("Thing", "back", full)])]),
  block([program([set("Thing", "back", { int: value.int(3) }), set("Thing", "back", full)])]),
  block([program([remove("Thing", "back"), set("Thing", "back", full)])]),
  // the years 294276 and 4713 BC are PostgreSQL's last
  block(
    [
      [253_402_300_800n, 8_000_000_000_000n, -62_135_596_801n, -100_000_000_000n, -62_167_219_200n].map((at) =>
        set("Thing", `at ${at}`, { at: value.at(at * 1_000_000n) }),
      ),
    ].map((steps) => program(steps)),
  ),
  block([program([change("typed", "one"), change("typed", "two"), getInBlock("Thing", "typed")])]),
  block([program([change("typed", "two"), change("back", "named")]), program([change("typed", "three")])]),
];

const refer = (id: string, fields: Record<string, StoreValue>): Entry => program([set("Thing", id, fields)]);
const derived = program([
  related("Thing", "parent", "children"),
  related("Thing", "a", "facts"),
  related("Blob", "0x01", "things"),
  related("Numbered", "5", "things"),
]);

/** Entities by other kinds of id, derived fields, interfaces and made-up ids. */
const KINDS: readonly ScriptBlock[] = [
  block([
    program([
      set("Blob", "0x01", { size: value.int(1) }),
      set("Blob", "0x", { size: value.int(0) }),
      get("Blob", "0x01"),
    ]),
    program([set("Blob", "AB", { size: value.int(2) }), get("Blob", "0xab"), get("Blob", "0xAB")]),
    program([set("Numbered", "5", { value: value.big(5n) }), set("Numbered", "-5", { value: value.big(-5n) })]),
    program([
      get("Numbered", "5"),
      get("Numbered", "05"),
      get("Numbered", "-5"),
      set("Other", "o", {
        required: value.text(""),
        count: value.int(0),
        name: value.text("other"),
      }),
    ]),
    program([set("Thing", "with id", { id: value.text("with id"), name: value.text("x") }), get("Thing", "with id")]),
    program([set("Thing", "", { name: value.text("no id") }), get("Thing", "")]),
    program([set("Thing", "z".repeat(300), { text: value.text("long".repeat(200)) })]),
  ]),
  block([
    refer("c1", { parent: value.text("parent"), blob: value.bytes("0x01"), number: value.int8(5n) }),
    refer("c0", { parent: value.text("parent"), friends: value.list([value.text("a")]) }),
    derived,
    refer("c1", { parent: value.text("other") }),
    refer("c3", { parent: value.text("parent"), owner: value.text("o") }),
    derived,
  ]),
  block([derived, program([remove("Thing", "c0")]), derived, refer("c0", { parent: value.text("parent") }), derived]),
  block([
    refer("c1", { parent: value.nil }),
    derived,
    program([set("Fact", "0x0a", { what: value.text("w"), thing: value.text("a") })]),
    derived,
  ]),
  // immutable ones may change in the block that made them
  block([
    program([set("Fact", "0x0b", { what: value.text("first"), thing: value.text("a"), mood: value.text("SAD") })]),
    program([
      set("Fact", "0x0b", { what: value.text("second"), amounts: value.list([value.big(1n)]) }),
      get("Fact", "0x0b"),
    ]),
    program([set("Fact", "0x0c", { what: value.text("gone") }), remove("Fact", "0x0c"), get("Fact", "0x0c")]),
    derived,
  ]),
  // of those made twice the first stays; graph-node's memory, which has the second, isn't asked
  block([program(["0x0a", "0x0b", "0x0c"].map((id) => set("Once", id, { what: value.text("first") })))]),
  block([
    program([set("Once", "0x0a", { what: value.text("second") }), set("Once", "0x0b", { what: value.text("first") })]),
    program([remove("Once", "0x0c"), set("Once", "0x0d", { what: value.text("other") })]),
    program([set("Once", "0x0d", { mood: value.text("SAD") }), get("Once", "0x0d")]),
  ]),
  block([
    program([set("Once", "0x0a", { what: value.text("third") }), set("Once", "0x0c", { what: value.text("again") })]),
  ]),
  // what can't be stored can be seen, and set right in time
  block([
    program([
      set("Thing", "wrong", {
        mood: value.text("BORED"),
        texts: value.list([value.text("x"), value.nil]),
        bigs: value.list([value.nil, value.big(1n)]),
      }),
      get("Thing", "wrong"),
    ]),
    program([get("Thing", "wrong"), set("Thing", "wrong", { mood: value.text("SAD"), texts: value.nil })]),
    program([set("Thing", "wrong", { bigs: value.list([]) }), get("Thing", "wrong")]),
  ]),
  block([
    program([1, 2, 3].map((n) => set("Fact", "auto", { what: value.text(`auto ${n}`) }))),
    program([set("Blob", "auto", { size: value.int(9) }), set("Numbered", "auto", { value: value.big(9n) })]),
    program([set("Fact", "auto", { what: value.text("last") })]),
  ]),
];

function sample(group: string, amount: bigint, price: bigint, small: number, blob: `0x${string}` = "0x01"): Entry {
  const fields = {
    group: value.text(group),
    blob: value.bytes(blob),
    amount: value.big(amount),
    price: value.decimal(price, -3n),
    small: value.int(small),
    long: value.int8(amount * 3n),
    timestamp: value.at(5n),
  };
  return program([set("Sample", String(amount), fields), get("Sample", "1")]);
}

/** Points in time over hours and midnights, with hours and days between that have none. */
const SAMPLES: readonly ScriptBlock[] = [
  block([sample("a", 5n, 1_500n, 3), sample("a", -7n, -250n, -3), sample("b", 2n ** 130n, 1n, 0)], HOUR),
  block([sample("a", 1n, 10n ** 33n, 2 ** 31 - 1), sample("b", 4n, 0n, 1, "0x02")], HOUR - 1),
  block([sample("b", 4n, 7n, 1, "0x02")], 1),
  block([sample("", 0n, 0n, 0)], 5 * HOUR),
  block([sample("a", 11n, 3n, 4)], 23 * HOUR),
  block([sample("a", 12n, -3n, 5), sample("c", -(2n ** 200n), 1n, -(2 ** 31))], 60 * HOUR),
  block([sample("a", 13n, 10n, 6)], 2 * HOUR),
  block([], 30 * HOUR),
];

const context = { name: value.text("child"), int: value.int(7), bytes: value.bytes("0x01"), big: value.big(-3n) };
const nested = (address: string): Entry["data"] => program([create("Puppet", [address]), self]).data;

/** Data sources made by handlers, by such data sources, twice, with and without context. */
export function templates(children: readonly `0x${string}`[]): readonly ScriptBlock[] {
  const [one = "0x", two = "0x", three = "0x"] = children;
  const speak = (speaker: bigint): Entry => program([self, change(`puppet ${speaker}`, "spoke")], speaker);
  return [
    block([speak(1n)]),
    // what the block's other transactions say counts, before as well as after
    block([speak(1n), program([create("Puppet", [one], context)]), speak(1n), log("overloadedInt", [-5n], 1n)]),
    block([speak(1n), speak(2n), program([create("Puppet", [one], context), create("Puppet", [one])]), speak(1n)]),
    // made by one that the same block made
    block([
      program([create("Puppet", [two], {})]),
      { ...log("run", ["0x"], 2n), data: nested(three) },
      speak(2n),
      speak(3n),
    ]),
    block([speak(1n), speak(2n), speak(3n)]),
    // with block handlers of its own
    block([program([create("Timer", [three])]), speak(3n)]),
    ...Array.from({ length: 8 }, (_, i) => block(i % 3 === 0 ? [speak(3n)] : [])),
    block([program([create("Ghost", [one])])]),
    block([program([create("Puppet", [one, two])]), speak(1n)]),
  ];
}

const TRUE_WORD = `0x${"1".padStart(64, "0")}` as const;
const BOTH = [
  {
    name: "first ünï",
    leaves: [
      { blob: "0x", small: 1 },
      { blob: "0x0102", small: 255 },
    ],
  },
  { name: "", leaves: [] },
];
const scalars = (n: bigint, text: string): Entry =>
  log("scalars", [...[255, -128, 2 ** 24 - 1, n, "0xff", `0x${"ab".repeat(32)}`, n > 0n, PERSON, text, "0x00"]]);
const renamed = `0x${"aa".padStart(64, "0")}` as const;

const someText = (text: string): `0x${string}` => encodeAbiParameters([{ type: "string" }], [text]);

/** Every kind of parameter, and logs that only look like events. */
const EVENTS: readonly ScriptBlock[] = [
  block([scalars(-(2n ** 255n), ""), scalars(2n ** 255n - 1n, "nul\0nul ünï 😀".repeat(9)), scalars(0n, "\0")]),
  block([
    log("nested", [[[1n, 2n], [], [2n ** 256n - 1n]], BOTH, [[PERSON, PERSON]], [true, false], BOTH[0]]),
    log("nested", [[], [BOTH[1], BOTH[0]], [], [], BOTH[1]]),
    log("hashed", ["hidden", [1n], "0x00", "0x1234"]),
    log("overloaded", [1n]),
    log("overloadedInt", [-1n]),
    log("overloadedText", [2n, "two"]),
    log("renamed", [3n]),
    { ...log("renamed", [4n]), topics: [renamed] },
    { ...log("overloadedText", [0n, "x"]), topics: [`0x${"5".padStart(64, "0")}`], data: someText("anonymous") },
    { ...log("overloadedText", [0n, "x"]), topics: [`0x${"6".padStart(64, "0")}`], data: someText("other") },
    log("receipt", [1n]),
    log("receipt", [2n]),
  ]),
  block(
    (
      [
        ["aa", 1n],
        ["bb", 1n],
        ["cc", 1n],
        ["aa", 2n],
      ] as const
    ).map(([who, why]) =>
      log("filtered", [`0x${who.padStart(40, "0")}`, 5n, `0x${why.toString(16).padStart(64, "0")}`]),
    ),
  ),
  // no topics, no data, too much data, words out of range, offsets into nowhere, invalid text
  block([
    { speaker: 0n, topics: [], data: "0x1234" },
    { speaker: 0n, topics: [], data: "0x" },
    { ...log("overloaded", [1n]), data: "0x" },
    { ...log("overloaded", [1n]), data: `${TRUE_WORD}${TRUE_WORD.slice(2)}` },
    { ...log("overloaded", [1n]), topics: [selector("overloaded"), TRUE_WORD] },
    { ...log("filtered", [PERSON, 1n, TRUE_WORD]), topics: [selector("filtered"), TRUE_WORD] },
    { ...log("filtered", [PERSON, 1n, TRUE_WORD]), data: TRUE_WORD },
    { ...log("run", ["0x"]), data: `0x${"f".repeat(64)}` },
    { ...log("run", ["0x"]), data: `0x${"20".padStart(64, "0")}${"f".repeat(64)}` },
    { ...log("overloadedText", [1n, "x"]), data: invalidText() },
    { speaker: 0n, topics: [TRUE_WORD], data: "0x" },
  ]),
];

/** A number and a text of which one byte is no UTF-8. */
function invalidText(): `0x${string}` {
  const words = ["7", "40", "4"].map((digits) => digits.padStart(64, "0"));
  return `0x${words.join("")}${"41ff0042".padEnd(64, "0")}`;
}

/** What fails for good, and, unless the manifest says otherwise, stops the deployment. */
export const HOPELESS: readonly Step[] = [
  set("Thing", "f", { ghost: value.int(1), phantom: value.nil }),
  set("Thing", "f", { int: value.unknown(77) }),
  set("Thing", "f", { at: value.at(-1n) }),
  set("Thing", "f", { at: value.at(2n ** 63n - 1n) }),
  create("Ghost", [PERSON]),
  ...TRAPS.map(trap),
];

/** What graph-node takes for a fault that may pass: it tries the block again and again. */
export const STUBBORN: readonly Step[] = [
  set("Ghost", "g", {}),
  set("Named", "n", {}),
  set("GroupStats", "1", {}),
  set("Thing", "f", { children: value.list([]) }),
  set("Thing", "f", { int: value.text("no number") }),
  set("Thing", "f", { ints: value.list([value.int(1), value.text("no number")]) }),
  set("Thing", "f", { id: value.text("g") }),
  set("Thing", "auto", { name: value.text("no ids for texts") }),
  set("Other", "o", { name: value.text("lacks what it must have") }),
  get("Numbered", "x"),
  get("Blob", "0xzz"),
  related("Thing", "a", "name"),
  related("Thing", "a", "ghosts"),
  related("Thing", "a", "parent"),
  remove("Ghost", "g"),
  // what the database refuses when the block is written
  set("Thing", "f", { mood: value.text("BORED") }),
  set("Thing", "f", { moods: value.list([value.text("SAD"), value.text("sad")]) }),
  set("Thing", "f", { texts: value.list([value.text("x"), value.nil]) }),
  set("Thing", "f", { bigs: value.list([value.nil]) }),
  set("Thing", "f", { blobs: value.list([value.bytes("0x01"), value.nil, value.bytes("0x")]) }),
  set("Blob", "0x0f", { size: value.nil }),
  set("Other", "o", { required: value.nil, count: value.int(1) }),
];

/** Handlers that fail among others that don't: what they did is undone, and that of the others stays. */
const FAILURES: readonly ScriptBlock[] = [
  block([
    program([set("Thing", "f", { int: value.int(1) })]),
    ...HOPELESS.map((end, i) => program([set("Thing", "f", { int: value.int(i) }), end])),
    program([get("Thing", "f"), set("Thing", "f", { text: value.text("after") })]),
  ]),
  block([
    program([
      create("Puppet", [PERSON]),
      remove("Thing", "f"),
      set("Fact", "auto", { what: value.text("x") }),
      trap("abort"),
    ]),
    program([get("Thing", "f"), set("Fact", "auto", { what: value.text("y") })]),
  ]),
];

/** Everything that the store and the ABI can be asked to do. */
export const STORE: readonly ScriptBlock[] = [...VERSIONS, ...KINDS, ...SAMPLES, ...EVENTS, ...FAILURES];
