import {
  MemberAdded,
  MemberKicked,
  OperatorMetadataSet,
  OperatorRegistered,
  PayoutSet,
  Transfer,
} from "../generated/OperatorRegistry/OperatorRegistry";
import { Address } from "@graphprotocol/graph-ts";
import { getOrCreateAccount } from "../store/accounts";
import { kickReason } from "../store/enums";
import { getNetwork } from "../store/network";
import { createOperator, getOperator, getOrCreateMember } from "../store/operators";

export function handleOperatorRegistered(event: OperatorRegistered): void {
  const operator = createOperator(event.params.operatorId, event.params.owner, event.params.mode, event);
  operator.name = event.params.name;
  operator.metadataURI = event.params.metadataURI;
  operator.save();

  const network = getNetwork();
  network.operatorCount += 1;
  network.save();
}

export function handleOperatorMetadataSet(event: OperatorMetadataSet): void {
  const operator = getOperator(event.params.operatorId);
  operator.name = event.params.name;
  operator.metadataURI = event.params.metadataURI;
  operator.save();
}

export function handlePayoutSet(event: PayoutSet): void {
  const operator = getOperator(event.params.operatorId);
  operator.payout = event.params.payout.equals(Address.zero()) ? null : event.params.payout;
  operator.save();
}

export function handleMemberAdded(event: MemberAdded): void {
  const member = getOrCreateMember(event.params.operatorId, event.params.member, event);
  member.isActive = true;
  member.kickReason = null;
  member.kickedAt = null;
  member.addedAt = event.block.timestamp;
  member.save();

  const operator = getOperator(event.params.operatorId);
  operator.memberCount += 1;
  operator.save();
}

export function handleMemberKicked(event: MemberKicked): void {
  const member = getOrCreateMember(event.params.operatorId, event.params.member, event);
  member.isActive = false;
  member.kickReason = kickReason(event.params.reason);
  member.kickedAt = event.block.timestamp;
  member.save();

  const operator = getOperator(event.params.operatorId);
  operator.memberCount -= 1;
  operator.save();
}

/** The mint is told by OperatorRegistered; this one follows sales. */
export function handleOperatorTransfer(event: Transfer): void {
  if (event.params.from.equals(Address.zero())) return;
  const operator = getOperator(event.params.tokenId);
  operator.owner = getOrCreateAccount(event.params.to, event).id;
  operator.save();
}
