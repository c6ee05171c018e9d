import { DECIMALS, INTEGERS } from "./torture-edges.ts";
import { log, program, type Entry } from "./torture-logs.ts";
import { step, TRAPS, value, type Step, type StoreValue } from "./torture-program.ts";
import type { ScriptBlock } from "./torture-store.ts";

/** Numbers from 0 to 1 that follow from a seed (mulberry32). */
function numbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const TEXTS = ["", "a", "ünï 😀", "tab\tnew\nline", "\\", "NULL", "x".repeat(300), "nul\0nul"];
const MOODS = ["SAD", "HAPPY", "lower", "_3D"];
/** Few, so that what is done meets what was done. */
const THINGS = ["a", "b", "c", "d", "e"];
const BLOBS = ["0x01", "0x02", "0x"] as const;
const PAUSES = [1, 12, 12, 12, 12, 600, 3_599, 3_600, 7_200, 86_400, 200_000];

/** Makes the random parts of a chain. */
class Dice {
  private readonly next: () => number;
  private made = 0;

  constructor(
    seed: number,
    private readonly children: readonly `0x${string}`[],
  ) {
    this.next = numbers(seed);
  }

  below(count: number): number {
    return Math.floor(this.next() * count);
  }

  of<T>(items: readonly T[]): T {
    return items[this.below(items.length)] as T;
  }

  times<T>(most: number, make: () => T): T[] {
    return Array.from({ length: this.below(most + 1) }, make);
  }

  private decimal(): StoreValue {
    const [digits, exponent] = this.of(DECIMALS.filter(([, e]) => e > -100n && e < 100n));
    return value.decimal(digits, exponent);
  }

  private seconds(): StoreValue {
    return value.at(BigInt(this.below(4_000_000_000)) * 1_000_000n + BigInt(this.below(1_000_000)));
  }

  /** Fields of a Thing: of each what fits, or nothing. */
  private fields(): Record<string, StoreValue> {
    const big = (): StoreValue => value.big(this.of(INTEGERS), this.below(3));
    const make: Record<string, () => StoreValue> = {
      name: () => value.text(this.of(TEXTS)),
      text: () => value.text(this.of(TEXTS)),
      int: () => value.int(this.of([0, -1, 2 ** 31 - 1, -(2 ** 31)])),
      int8: () => value.int8(this.of([0n, -1n, 2n ** 63n - 1n, -(2n ** 63n)])),
      at: () => this.seconds(),
      flag: () => value.bool(this.below(3)),
      big,
      decimal: () => this.decimal(),
      bytes: () => value.bytes(this.of(BLOBS)),
      mood: () => value.text(this.of(MOODS)),
      texts: () => value.list(this.times(3, () => value.text(this.of(TEXTS)))),
      bigs: () => value.list(this.times(3, big)),
      decimals: () => value.list(this.times(3, () => this.decimal())),
      moods: () => value.list(this.times(3, () => value.text(this.of(MOODS)))),
      parent: () => value.text(this.of(THINGS)),
      blob: () => value.bytes(this.of(BLOBS)),
      number: () => value.int8(BigInt(this.below(3))),
      friends: () => value.list(this.times(3, () => value.text(this.of(THINGS)))),
    };
    return Object.fromEntries(
      this.times(5, () => this.of(Object.keys(make))).map((name) => [
        name,
        this.below(8) === 0 ? value.nil : (make[name] as () => StoreValue)(),
      ]),
    );
  }

  private sample(): Step {
    return step.set("Sample", "auto", {
      group: value.text(this.of(["g", "h"])),
      blob: value.bytes(this.of(BLOBS)),
      amount: value.big(this.of(INTEGERS)),
      price: this.decimal(),
      small: value.int(this.below(1_000) - 500),
      long: value.int8(BigInt(this.below(1_000) - 500)),
    });
  }

  private fact(): Step[] {
    const id = `0x${(++this.made).toString(16).padStart(8, "0")}ff`;
    const save = step.set("Fact", this.of([id, "auto"]), {
      what: value.text(this.of(TEXTS)),
      thing: value.text(this.of(THINGS)),
    });
    return [save, step.get("Fact", id)];
  }

  private steps(): readonly Step[] {
    const thing = this.of(THINGS);
    const makers: (() => readonly Step[])[] = [
      () => [step.set("Thing", thing, this.fields())],
      () => [step.set("Thing", thing, this.fields())],
      () => [step.get("Thing", thing)],
      () => [step.getInBlock("Thing", thing)],
      () => [step.remove("Thing", thing)],
      () => [step.change(thing, this.of(TEXTS))],
      () => [step.related("Thing", thing, this.of(["children", "facts"]))],
      () => [step.related("Blob", this.of(BLOBS), "things")],
      () => [step.set("Blob", this.of(BLOBS), { size: value.int(this.below(9)) })],
      () => [step.set("Numbered", String(this.below(3)), { value: value.big(this.of(INTEGERS)) })],
      () => [step.remove("Numbered", String(this.below(3))), step.related("Numbered", "1", "things")],
      () => this.fact(),
      () => [this.sample(), this.sample()],
      () => (this.below(4) === 0 ? [this.create()] : [step.self]),
    ];
    return this.of(makers)();
  }

  private create(): Step {
    const context = this.below(2) === 0 ? { name: value.text(this.of(["one", "two"])) } : undefined;
    return step.create(this.of(["Puppet", "Puppet", "Timer"]), [this.of(this.children)], context);
  }

  entry(): Entry {
    const speaker = BigInt(this.below(3) === 0 ? 1 + this.below(this.children.length) : 0);
    const kind = this.below(12);
    if (kind === 0) return log("overloadedInt", [this.of(INTEGERS) >> 2n], speaker);
    if (kind === 1) return log("overloadedText", [BigInt(this.below(9)), this.of(TEXTS)], speaker);
    const steps = Array.from({ length: 1 + this.below(5) }, () => this.steps()).flat();
    // what fails leaves nothing; graph-node ends when two data sources fail at one log
    const isFailing = speaker === 0n && this.below(15) === 0;
    return program(isFailing ? [...steps, step.trap(this.of(TRAPS))] : steps, speaker);
  }

  /** Never an empty one: whether graph-node looks into those depends on how it divides the chain into ranges. */
  block(): ScriptBlock {
    const transactions = this.times(3, () => this.times(6, () => this.entry())).filter((entries) => entries.length > 0);
    return { transactions: [...transactions, [program(this.steps())]], seconds: this.of(PAUSES) };
  }
}

/** A chain of random programs that follows from its seed: `count` blocks, with some ten events each. */
export function randomBlocks(seed: number, children: readonly `0x${string}`[], count: number): ScriptBlock[] {
  const dice = new Dice(seed, children);
  return Array.from({ length: count }, () => dice.block());
}
