import { Address, BigInt, Bytes, ethereum } from "@graphprotocol/graph-ts";
import { Operator, OperatorDescription, OperatorOwnership, OperatorPayee } from "../generated/schema";
import { actionId, numberId } from "../ids";
import { getOrCreateAccount } from "./accounts";
import { operatorMode } from "./enums";

/** The row of an operator that the chain says exists. */
export function getOperator(operatorId: BigInt): Operator {
  return Operator.load(numberId(operatorId))!;
}

/** A new operator's row, held by and paid to its owner; saved by the caller. */
export function createOperator(operatorId: BigInt, owner: Address, mode: i32, event: ethereum.Event): Operator {
  const operator = new Operator(numberId(operatorId));
  const account = getOrCreateAccount(owner, event).id;
  operator.owner = account;
  operator.ownership = beginOwnership(operator.id, account, event);
  operator.payee = account;
  operator.payeePeriod = beginPayee(operator.id, account, event);
  operator.mode = operatorMode(mode);
  operator.poolCount = 0;
  operator.gpuCount = 0;
  operator.memberCount = 0;
  operator.burnedDc = BigInt.zero();
  operator.createdAtBlock = event.block.number;
  operator.createdAt = event.block.timestamp;
  return operator;
}

/** The identity changes hands; saved by the caller. */
export function changeOwner(operator: Operator, owner: Address, event: ethereum.Event): void {
  const period = OperatorOwnership.load(operator.ownership)!;
  period.toAt = event.block.timestamp;
  period.toBlock = event.block.number;
  period.save();
  operator.owner = getOrCreateAccount(owner, event).id;
  operator.ownership = beginOwnership(operator.id, operator.owner, event);
  settlePayee(operator, event);
}

/** Whoever is to be paid now is, from here on; saved by the caller. The payout address comes before the owner. */
export function settlePayee(operator: Operator, event: ethereum.Event): void {
  const payout = operator.payout;
  const payee = payout === null ? operator.owner : getOrCreateAccount(Address.fromBytes(payout), event).id;
  if (payee.equals(operator.payee)) return;
  const period = OperatorPayee.load(operator.payeePeriod)!;
  period.toAt = event.block.timestamp;
  period.toBlock = event.block.number;
  period.save();
  operator.payee = payee;
  operator.payeePeriod = beginPayee(operator.id, payee, event);
}

/** Records how an operator describes itself from here on. */
export function recordDescription(operator: Operator, event: ethereum.Event): void {
  const description = new OperatorDescription(actionId(event));
  description.operator = operator.id;
  description.name = operator.name;
  description.metadataURI = operator.metadataURI;
  description.blockNumber = event.block.number;
  description.timestamp = event.block.timestamp;
  description.transactionHash = event.transaction.hash;
  description.save();
}

function beginOwnership(operatorId: string, owner: Bytes, event: ethereum.Event): Bytes {
  const period = new OperatorOwnership(actionId(event));
  period.operator = operatorId;
  period.owner = owner;
  period.fromAt = event.block.timestamp;
  period.fromBlock = event.block.number;
  period.save();
  return period.id;
}

function beginPayee(operatorId: string, payee: Bytes, event: ethereum.Event): Bytes {
  const period = new OperatorPayee(actionId(event));
  period.operator = operatorId;
  period.payee = payee;
  period.fromAt = event.block.timestamp;
  period.fromBlock = event.block.number;
  period.save();
  return period.id;
}
