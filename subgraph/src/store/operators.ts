import { Address, BigInt, ethereum } from "@graphprotocol/graph-ts";
import { Member, Operator } from "../generated/schema";
import { memberId, numberId } from "../ids";
import { operatorMode } from "./enums";
import { getOrCreateAccount } from "./accounts";

/** The row of an operator that the chain says exists. */
export function getOperator(operatorId: BigInt): Operator {
  return Operator.load(numberId(operatorId))!;
}

/** A new operator's row, saved by the caller. */
export function createOperator(operatorId: BigInt, owner: Address, mode: i32, event: ethereum.Event): Operator {
  const operator = new Operator(numberId(operatorId));
  operator.owner = getOrCreateAccount(owner, event).id;
  operator.mode = operatorMode(mode);
  operator.poolCount = 0;
  operator.gpuCount = 0;
  operator.memberCount = 0;
  operator.burnedDc = BigInt.zero();
  operator.createdAtBlock = event.block.number;
  operator.createdAt = event.block.timestamp;
  return operator;
}

/** A member's row, made when it is added first; saved by the caller. */
export function getOrCreateMember(operatorId: BigInt, account: Address, event: ethereum.Event): Member {
  const id = memberId(operatorId, account);
  let member = Member.load(id);
  if (member === null) {
    member = new Member(id);
    member.operator = numberId(operatorId);
    member.account = getOrCreateAccount(account, event).id;
    member.isActive = false;
    member.addedAt = event.block.timestamp;
    member.createdAtBlock = event.block.number;
  }
  return member;
}
