import { Address } from "@graphprotocol/graph-ts";
import {
  MemberAdded,
  MemberKicked,
  OperatorMetadataSet,
  OperatorRegistered,
  PayoutSet,
  Transfer,
} from "../generated/OperatorRegistry/OperatorRegistry";
import { kickReason } from "../store/enums";
import { beginMembership, endMembership, getMember } from "../store/members";
import { getNetwork } from "../store/network";
import { changeOwner, createOperator, getOperator, recordDescription, settlePayee } from "../store/operators";
import { followOwner } from "../store/pricers";

export function handleOperatorRegistered(event: OperatorRegistered): void {
  const operator = createOperator(event.params.operatorId, event.params.owner, event.params.mode, event);
  operator.name = event.params.name;
  operator.metadataURI = event.params.metadataURI;
  operator.save();
  recordDescription(operator, event);

  const network = getNetwork();
  network.operatorCount += 1;
  network.save();
}

export function handleOperatorMetadataSet(event: OperatorMetadataSet): void {
  const operator = getOperator(event.params.operatorId);
  operator.name = event.params.name;
  operator.metadataURI = event.params.metadataURI;
  operator.save();
  recordDescription(operator, event);
}

export function handlePayoutSet(event: PayoutSet): void {
  const operator = getOperator(event.params.operatorId);
  operator.payout = event.params.payout.equals(Address.zero()) ? null : event.params.payout;
  settlePayee(operator, event);
  operator.save();
}

export function handleMemberAdded(event: MemberAdded): void {
  beginMembership(event.params.operatorId, event.params.member, event);

  const operator = getOperator(event.params.operatorId);
  operator.memberCount += 1;
  operator.save();
}

export function handleMemberKicked(event: MemberKicked): void {
  const member = getMember(event.params.operatorId, event.params.member);
  endMembership(member, kickReason(event.params.reason), event);

  const operator = getOperator(event.params.operatorId);
  operator.memberCount -= 1;
  operator.save();
}

/** The mint is told by OperatorRegistered; this one follows sales. A payout address is cleared by PayoutSet after it. */
export function handleOperatorTransfer(event: Transfer): void {
  if (event.params.from.equals(Address.zero()) || event.params.from.equals(event.params.to)) return;
  const operator = getOperator(event.params.tokenId);
  changeOwner(operator, event.params.to, event);
  operator.save();
  followOwner(operator, event);
}
