import { Address, BigInt, ethereum } from "@graphprotocol/graph-ts";
import { EscrowMove, Keeper, SpenderAllowance } from "../generated/schema";
import { actionId, pairId } from "../ids";
import { getOrCreateAccount } from "./accounts";

/** The row of a contract that keeps DC in escrow, made when it first does. */
export function getOrCreateKeeper(address: Address): Keeper {
  let keeper = Keeper.load(address);
  if (keeper === null) {
    keeper = new Keeper(address);
    keeper.escrowDc = BigInt.zero();
    keeper.depositedDc = BigInt.zero();
    keeper.returnedDc = BigInt.zero();
    keeper.burnedDc = BigInt.zero();
  }
  return keeper;
}

/** What a holder lets a spender put into escrow, nothing at first; saved by the caller. */
export function getOrCreateAllowance(holder: Address, spender: Address, event: ethereum.Event): SpenderAllowance {
  const id = pairId(holder, spender);
  let allowance = SpenderAllowance.load(id);
  if (allowance === null) {
    allowance = new SpenderAllowance(id);
    allowance.holder = getOrCreateAccount(holder, event).id;
    allowance.spender = spender;
    allowance.amountDc = BigInt.zero();
    allowance.usedDc = BigInt.zero();
    allowance.setAt = event.block.timestamp;
  }
  return allowance;
}

/** Records DC on their way into escrow or out of it; saved by the caller. */
export function createEscrowMove(
  direction: string,
  keeper: Address,
  holder: Address,
  amountDc: BigInt,
  event: ethereum.Event,
): EscrowMove {
  const move = new EscrowMove(actionId(event));
  move.direction = direction;
  move.holder = holder;
  move.keeper = keeper;
  move.amountDc = amountDc;
  move.blockNumber = event.block.number;
  move.timestamp = event.block.timestamp;
  move.transactionHash = event.transaction.hash;
  return move;
}
