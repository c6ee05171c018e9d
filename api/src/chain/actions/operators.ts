import { zeroAddress } from "viem";
import { asAddress, type Action, type Sender } from "../draft.ts";

const MODES = ["SELF_POOLED", "SINGLE_SOURCE", "DISTRIBUTED"] as const;
const KICK_REASONS = ["PERFORMANCE", "RELIABILITY", "UPTIME", "OTHER"] as const;

/** What an operator is called. */
export interface Description extends Sender {
  name: string;
  metadataURI?: string;
}

/** An operator to be. */
export interface RegisterOperator extends Description {
  mode: (typeof MODES)[number];
}

/** Makes the sender an operator. */
export const registerOperator: Action<RegisterOperator> = ({ mode, name, metadataURI }, reads) => ({
  call: reads.call("OperatorRegistry", "register", [MODES.indexOf(mode), name, metadataURI ?? ""]),
  cost: {},
});

/** An operator. */
export interface OfOperator extends Sender {
  operator: string;
}

/** Changes an operator's name and where more is told of it. */
export const setOperatorMetadata: Action<OfOperator & Description> = ({ operator, name, metadataURI }, reads) => ({
  call: reads.call("OperatorRegistry", "setMetadata", [BigInt(operator), name, metadataURI ?? ""]),
  cost: {},
});

/** Where an operator is paid. */
export interface SetPayout extends OfOperator {
  /** left out: the holder of its token */
  payout?: string;
}

/** Sets where an operator's rewards go. */
export const setPayout: Action<SetPayout> = ({ operator, payout }, reads) => ({
  call: reads.call("OperatorRegistry", "setPayout", [
    BigInt(operator),
    payout === undefined ? zeroAddress : asAddress(payout),
  ]),
  cost: {},
});

/** A member of an operator. */
export interface OfMember extends OfOperator {
  member: string;
}

/** Lets a member bring GPUs. */
export const addMember: Action<OfMember> = ({ operator, member }, reads) => ({
  call: reads.call("OperatorRegistry", "addMember", [BigInt(operator), asAddress(member)]),
  cost: {},
});

/** A member to be kicked. */
export interface KickMember extends OfMember {
  reason: (typeof KICK_REASONS)[number];
}

/** Ends a membership. */
export const kickMember: Action<KickMember> = ({ operator, member, reason }, reads) => ({
  call: reads.call("OperatorRegistry", "kickMember", [
    BigInt(operator),
    asAddress(member),
    KICK_REASONS.indexOf(reason),
  ]),
  cost: {},
});
