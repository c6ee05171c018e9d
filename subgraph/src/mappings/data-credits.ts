import { Bytes } from "@graphprotocol/graph-ts";
import { CreditsBurned, CreditsEscrowed, CreditsMinted, CreditsReturned } from "../generated/DataCredits/DataCredits";
import { CreditsMint } from "../generated/schema";
import { actionId } from "../ids";
import { getOrCreateAccount } from "../store/accounts";
import { getNetwork } from "../store/network";

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

export function handleCreditsEscrowed(event: CreditsEscrowed): void {
  const holder = getOrCreateAccount(event.params.holder, event);
  holder.balanceDc = holder.balanceDc.minus(event.params.amount);
  holder.escrowDc = holder.escrowDc.plus(event.params.amount);
  holder.save();
}

export function handleCreditsReturned(event: CreditsReturned): void {
  const holder = getOrCreateAccount(event.params.holder, event);
  holder.balanceDc = holder.balanceDc.plus(event.params.amount);
  holder.escrowDc = holder.escrowDc.minus(event.params.amount);
  holder.save();
}

/** Whose escrow it was is told by the UsageSettled events of the same burn. */
export function handleCreditsBurned(event: CreditsBurned): void {
  const network = getNetwork();
  network.burnedDc = network.burnedDc.plus(event.params.amount);
  network.save();
}
