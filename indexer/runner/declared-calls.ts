import { decodeLog } from "../abi/decode.ts";
import { encodeValues, type AbiValue } from "../abi/values.ts";
import { UndecodableError } from "../abi/words.ts";
import type { CallArgument } from "../manifest/manifest.ts";
import type { CallRequest } from "../source/state-reader.ts";
import type { Trigger } from "./triggers.ts";

/** A declared call of one event, with its name in the manifest. */
export interface LabeledRequest extends CallRequest {
  readonly label: string;
}

/** The calls that the manifest declares for the events of a block. */
export function declaredCalls(triggers: readonly Trigger[]): LabeledRequest[] {
  const calls: LabeledRequest[] = [];
  for (const trigger of triggers) {
    if ("log" in trigger && trigger.handler.calls.length > 0) calls.push(...callsOf(trigger));
  }
  return calls;
}

function callsOf({ handler, log }: Extract<Trigger, { log: unknown }>): LabeledRequest[] {
  let parameters: readonly AbiValue[];
  try {
    parameters = decodeLog(handler.event, log);
  } catch (error) {
    if (error instanceof UndecodableError) return []; // the handler won't run either
    throw error;
  }
  const valueOf = (argument: CallArgument): AbiValue =>
    argument.kind === "parameter"
      ? (parameters[argument.index] as AbiValue)
      : addressValue(argument.kind === "constant" ? argument.address : log.address);
  return handler.calls.map(({ label, address, function: called, inputs }) => ({
    label,
    address: addressOf(valueOf(address)),
    data: called.selector + encodeValues(inputs.map(valueOf)),
  }));
}

function addressValue(address: string): AbiValue {
  return { kind: "address", size: 0, digits: address.slice(2).toLowerCase().padStart(64, "0") };
}

function addressOf(value: AbiValue): string {
  return `0x${(value as { digits: string }).digits.slice(24)}`;
}
