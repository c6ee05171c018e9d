import { messageOf } from "#kernel/errors.ts";
import { topicType } from "../abi/decode.ts";
import type { EventFragment, EventInput } from "../abi/events.ts";
import type { ContractAbi, FunctionFragment } from "../abi/functions.ts";
import type { AbiType } from "../abi/types.ts";
import type { CallArgument, DeclaredCall } from "./manifest.ts";
import type { Place } from "./place.ts";

const ADDRESS = /^0x[0-9a-fA-F]{40}$/;
const EXPRESSION = /^\s*([^[\]\s]+)\s*\[([^[\]]*)\]\s*\.\s*([^\s(]+)\s*\((.*)\)\s*$/s;
const HINT = "write it as `Contract[event.address].function(event.params.name, …)`";
const ADDRESS_TYPE: AbiType = { kind: "address", isDynamic: false, headWords: 1 };

/** What the arguments of declared calls are looked up in. */
interface Surroundings {
  readonly event: EventFragment;
  readonly place: Place;
}

/**
 * Reads the calls that are declared for an event and checks that they can be made whatever the event holds.
 *
 * @param calls expressions by label, e.g. `Token[event.address].balanceOf(event.params.to)`
 * @throws BaseError `BAD_MANIFEST` naming the call and its line
 */
export function declaredCallsOf(
  calls: Readonly<Record<string, string>>,
  event: EventFragment,
  abis: ReadonlyMap<string, ContractAbi>,
  place: Place,
): DeclaredCall[] {
  return Object.entries(calls).map(([label, expression]) => {
    const here = { event, place: place.at(label) };
    const [, contract = "", address = "", name = "", inputs = ""] =
      EXPRESSION.exec(expression) ?? fail(here, `declared call ${label} is no call: ${expression}`, HINT);
    const called = functionOf(contract, name, abis, here);
    const texts = inputs.trim() === "" ? [] : inputs.split(",").map((text) => text.trim());
    if (texts.length !== called.inputs.length) {
      const expected = `${called.signature} takes ${called.inputs.length}`;
      fail(here, `declared call ${label} has ${texts.length} arguments, but ${expected}`, overloadHint(name));
    }
    return {
      label,
      address: argumentOf(address.trim(), ADDRESS_TYPE, here),
      function: called,
      inputs: texts.map((text, index) => argumentOf(text, called.inputs[index] as AbiType, here)),
    };
  });
}

function functionOf(
  contract: string,
  name: string,
  abis: ReadonlyMap<string, ContractAbi>,
  here: Surroundings,
): FunctionFragment {
  const abi = abis.get(contract);
  if (!abi) {
    const known = [...abis.keys()].join(", ");
    return fail(here, `no ABI is named ${contract}`, `list it under mapping.abis, which has ${known}`);
  }
  try {
    const [first] = abi.functions(name);
    if (first) return first;
  } catch (error) {
    return fail(here, `function ${name} of ABI ${contract} can't be called: ${messageOf(error)}`, "correct the ABI");
  }
  return fail(here, `ABI ${contract} has no function ${name}`, "correct the name, or give the contract's whole ABI");
}

function argumentOf(text: string, type: AbiType, here: Surroundings): CallArgument {
  const found = readArgument(text, here);
  const given = found.kind === "parameter" ? typeOf(here.event.inputs[found.index] as EventInput) : ADDRESS_TYPE;
  if (!isUsable(given, type)) fail(here, `${text} is no value for ${describe(type)}`, "pass a parameter of that type");
  return found;
}

function readArgument(text: string, here: Surroundings): CallArgument {
  if (ADDRESS.test(text)) return { kind: "constant", address: text.toLowerCase() };
  if (text === "event.address") return { kind: "address" };
  const [start, parameters, name, ...fields] = text.split(".");
  if (start !== "event" || parameters !== "params" || name === undefined) {
    return fail(here, `a declared call's argument can't be ${text === "" ? "empty" : text}`, HINT);
  }
  if (fields.length > 0) {
    return fail(here, `fields of structs in declared calls (${text}) need specVersion 1.4.0`, "pass whole parameters");
  }
  const index = here.event.inputs.findIndex((input) => input.name === name);
  if (index < 0) return fail(here, `event ${here.event.signature} has no parameter ${name}`, "correct its name");
  return { kind: "parameter", index };
}

function typeOf({ isIndexed, type }: EventInput): AbiType {
  return isIndexed ? topicType(type) : type;
}

/** Whether every value of a type may be an argument of another: of its shape, and no wider. */
function isUsable(given: AbiType, wanted: AbiType): boolean {
  if (given.kind === "uint" || given.kind === "int") {
    return wanted.kind === given.kind && given.bits <= wanted.bits;
  }
  if (given.kind === "fixedBytes") return wanted.kind === "fixedBytes" && given.size <= wanted.size;
  if (given.kind === "array") return wanted.kind === "array" && isUsable(given.item, wanted.item);
  if (given.kind === "fixedArray") {
    return wanted.kind === "fixedArray" && given.length === wanted.length && isUsable(given.item, wanted.item);
  }
  if (given.kind !== "tuple" || wanted.kind !== "tuple") return given.kind === wanted.kind;
  const { items } = given;
  return items.length === wanted.items.length && items.every((item, at) => isUsable(item, wanted.items[at] as AbiType));
}

function describe(type: AbiType): string {
  if (type.kind === "uint" || type.kind === "int") return `${type.kind}${type.bits}`;
  if (type.kind === "fixedBytes") return `bytes${type.size}`;
  if (type.kind === "array") return `${describe(type.item)}[]`;
  if (type.kind === "fixedArray") return `${describe(type.item)}[${type.length}]`;
  return type.kind === "tuple" ? `(${type.items.map(describe).join(",")})` : type.kind;
}

function overloadHint(name: string): string {
  return `correct them; of several functions ${name} the first one of the ABI is called, as in graph-node`;
}

function fail({ place }: Surroundings, what: string, hint: string): never {
  throw place.fault("BAD_MANIFEST", what, [hint]);
}
