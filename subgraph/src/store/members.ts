import { Address, BigInt, ethereum } from "@graphprotocol/graph-ts";
import { Member, MemberPeriod } from "../generated/schema";
import { actionId, memberId, numberId } from "../ids";
import { getOrCreateAccount } from "./accounts";

/** The row of a member that the chain says was added. */
export function getMember(operatorId: BigInt, account: Address): Member {
  return Member.load(memberId(operatorId, account))!;
}

/** A membership begins, the first or another one. */
export function beginMembership(operatorId: BigInt, account: Address, event: ethereum.Event): void {
  const id = memberId(operatorId, account);
  let member = Member.load(id);
  if (member === null) {
    member = new Member(id);
    member.operator = numberId(operatorId);
    member.account = getOrCreateAccount(account, event).id;
    member.createdAtBlock = event.block.number;
  }
  const period = new MemberPeriod(actionId(event));
  period.member = id;
  period.operator = member.operator;
  period.account = member.account;
  period.fromAt = event.block.timestamp;
  period.fromBlock = event.block.number;
  period.save();

  member.isActive = true;
  member.period = period.id;
  member.kickReason = null;
  member.kickedAt = null;
  member.addedAt = event.block.timestamp;
  member.save();
}

/** A membership ends with a kick. */
export function endMembership(member: Member, reason: string, event: ethereum.Event): void {
  const period = MemberPeriod.load(member.period)!;
  period.kickReason = reason;
  period.toAt = event.block.timestamp;
  period.toBlock = event.block.number;
  period.save();

  member.isActive = false;
  member.kickReason = reason;
  member.kickedAt = event.block.timestamp;
  member.save();
}
