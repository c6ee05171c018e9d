import { keccakHex } from "./keccak.ts";
import { canonicalType, parseType, type AbiEntry, type AbiType } from "./types.ts";

/** A parameter of an event, ready for decoding. */
export interface EventInput {
  readonly name: string;
  readonly isIndexed: boolean;
  readonly type: AbiType;
}

/** An event of a contract's ABI, ready for decoding. */
export interface EventFragment {
  readonly name: string;
  /** as manifests write it, e.g. `Transfer(indexed address,uint256)` */
  readonly signature: string;
  /** what a log's first topic must be, whatever the manifest says; anonymous events have none */
  readonly selector: string | undefined;
  readonly inputs: readonly EventInput[];
  readonly indexedCount: number;
  /** words of the data's head */
  readonly headWords: number;
}

/** Whether a log's topics are those of an event: only then graph-node decodes it. */
export function hasTopicsOf({ selector, indexedCount }: EventFragment, topics: readonly string[]): boolean {
  if (selector === undefined) return topics.length === indexedCount;
  return topics.length === indexedCount + 1 && topics[0] === selector;
}

/** The first topic of an event as a manifest writes it: the hash of its signature without `indexed` and spaces. */
export function topicOf(signature: string): string {
  return keccakHex(signature.replaceAll("indexed ", "").replaceAll(" ", ""));
}

/** Prepares an event of a JSON ABI. */
export function eventFragment(entry: AbiEntry): EventFragment {
  const inputs = (entry.inputs ?? []).map((input) => {
    const type = parseType(canonicalType(input));
    if (!type) throw new TypeError(`unknown type ${input.type}`);
    return { name: input.name ?? "", isIndexed: input.indexed === true, type };
  });
  const texts = (entry.inputs ?? []).map(
    (input) => `${input.indexed === true ? "indexed " : ""}${canonicalType(input)}`,
  );
  const signature = `${entry.name ?? ""}(${texts.join(",")})`;
  return {
    name: entry.name ?? "",
    signature,
    selector: entry.anonymous === true ? undefined : topicOf(signature),
    inputs,
    indexedCount: inputs.filter((input) => input.isIndexed).length,
    headWords: inputs.reduce((sum, input) => sum + (input.isIndexed ? 0 : input.type.headWords), 0),
  };
}

/**
 * The event that a manifest's signature names: by the whole signature, else by name and types when only one event has
 * that name (old ABIs lack `indexed`).
 */
export function findEvent(abi: readonly AbiEntry[], signature: string): EventFragment | undefined {
  const wanted = signature.replaceAll(/\s*,\s*/g, ",").trim();
  const events = abi.filter((entry) => entry.type === "event" && entry.name === wanted.slice(0, wanted.indexOf("(")));
  const fragments = events.map(eventFragment);
  const exact = fragments.find((fragment) => fragment.signature === wanted);
  if (exact || fragments.length !== 1) return exact;
  const bare = wanted.replaceAll("indexed ", "");
  return fragments.find((fragment) => fragment.signature.replaceAll("indexed ", "") === bare);
}
