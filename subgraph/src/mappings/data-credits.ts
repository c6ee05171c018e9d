import { Bytes } from "@graphprotocol/graph-ts";
import {
  CreditsBurned,
  CreditsEscrowed,
  CreditsMinted,
  CreditsReturned,
  IntakePaused,
  KeepersSet,
  MintLimitSet,
  SpenderSet,
} from "../generated/DataCredits/DataCredits";
import { CreditsMint } from "../generated/schema";
import { actionId } from "../ids";
import { getOrCreateAccount } from "../store/accounts";
import { createEscrowMove, getOrCreateAllowance, getOrCreateKeeper } from "../store/credits";
import { createEconomyPoint } from "../store/economy";
import { getNetwork } from "../store/network";
import { recordSetting, toNumber } from "../store/settings";

const NO_REFERENCE = Bytes.fromHexString("0x0000000000000000000000000000000000000000000000000000000000000000");

export function handleCreditsMinted(event: CreditsMinted): void {
  const payer = getOrCreateAccount(event.params.payer, event);
  const recipient = getOrCreateAccount(event.params.recipient, event);
  recipient.balanceDc = recipient.balanceDc.plus(event.params.dcAmount);
  recipient.mintedDc = recipient.mintedDc.plus(event.params.dcAmount);
  recipient.save();

  const network = getNetwork();
  network.mintedDc = network.mintedDc.plus(event.params.dcAmount);
  network.burnedBct = network.burnedBct.plus(event.params.bctAmount);
  network.save();
  const point = createEconomyPoint(network);
  point.mintedDc = event.params.dcAmount;
  point.save();

  const mint = new CreditsMint(actionId(event));
  mint.payer = payer.id;
  mint.recipient = recipient.id;
  mint.paymentReference = event.params.paymentReference.equals(NO_REFERENCE) ? null : event.params.paymentReference;
  mint.amountBct = event.params.bctAmount;
  mint.amountDc = event.params.dcAmount;
  mint.price = event.params.price;
  mint.blockNumber = event.block.number;
  mint.timestamp = event.block.timestamp;
  mint.transactionHash = event.transaction.hash;
  mint.save();
}

/** A spender other than the holder uses up what the holder lets it. */
export function handleCreditsEscrowed(event: CreditsEscrowed): void {
  const amount = event.params.amount;
  const holder = getOrCreateAccount(event.params.holder, event);
  holder.balanceDc = holder.balanceDc.minus(amount);
  holder.escrowDc = holder.escrowDc.plus(amount);
  holder.save();

  const keeper = getOrCreateKeeper(event.params.keeper);
  keeper.escrowDc = keeper.escrowDc.plus(amount);
  keeper.depositedDc = keeper.depositedDc.plus(amount);
  keeper.save();

  if (!event.params.spender.equals(event.params.holder)) {
    const allowance = getOrCreateAllowance(event.params.holder, event.params.spender, event);
    allowance.amountDc = allowance.amountDc.minus(amount);
    allowance.usedDc = allowance.usedDc.plus(amount);
    allowance.save();
  }

  const move = createEscrowMove("IN", event.params.keeper, event.params.holder, amount, event);
  move.spender = event.params.spender;
  move.save();
}

export function handleCreditsReturned(event: CreditsReturned): void {
  const amount = event.params.amount;
  const holder = getOrCreateAccount(event.params.holder, event);
  holder.balanceDc = holder.balanceDc.plus(amount);
  holder.escrowDc = holder.escrowDc.minus(amount);
  holder.save();

  const keeper = getOrCreateKeeper(event.params.keeper);
  keeper.escrowDc = keeper.escrowDc.minus(amount);
  keeper.returnedDc = keeper.returnedDc.plus(amount);
  keeper.save();

  createEscrowMove("OUT", event.params.keeper, event.params.holder, amount, event).save();
}

/** Whose escrow it was is told by the UsageSettled events of the same burn. */
export function handleCreditsBurned(event: CreditsBurned): void {
  const network = getNetwork();
  network.burnedDc = network.burnedDc.plus(event.params.amount);
  network.save();

  const keeper = getOrCreateKeeper(event.params.keeper);
  keeper.escrowDc = keeper.escrowDc.minus(event.params.amount);
  keeper.burnedDc = keeper.burnedDc.plus(event.params.amount);
  keeper.save();
}

export function handleSpenderSet(event: SpenderSet): void {
  const allowance = getOrCreateAllowance(event.params.holder, event.params.spender, event);
  allowance.amountDc = event.params.amount;
  allowance.setAt = event.block.timestamp;
  allowance.save();
}

export function handleKeepersSet(event: KeepersSet): void {
  recordSetting(event, "KEEPERS", [], [event.params.market, event.params.slots]);
}

export function handleMintLimitSet(event: MintLimitSet): void {
  const network = getNetwork();
  network.mintCapacityDc = event.params.capacity;
  network.mintWindow = event.params.window;
  network.save();
  recordSetting(event, "MINT_LIMIT", [event.params.capacity, event.params.window], []);
}

export function handleMintingPaused(event: IntakePaused): void {
  const network = getNetwork();
  network.isMintingPaused = event.params.isPaused;
  network.save();
  recordSetting(event, "PAUSE", [toNumber(event.params.isPaused)], []);
}
