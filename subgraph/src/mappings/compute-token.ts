import { Address } from "@graphprotocol/graph-ts";
import { Transfer } from "../generated/ComputeToken/ComputeToken";
import { getOrCreateAccount } from "../store/accounts";
import { createEconomyPoint } from "../store/economy";
import { getNetwork } from "../store/network";

/** Balances follow every transfer; supply and economy those that mint or burn. */
export function handleTokenTransfer(event: Transfer): void {
  const isMint = event.params.from.equals(Address.zero());
  const isBurn = event.params.to.equals(Address.zero());
  if (!isMint) {
    const from = getOrCreateAccount(event.params.from, event);
    from.balanceBct = from.balanceBct.minus(event.params.value);
    from.save();
  }
  if (!isBurn) {
    // Loaded after the other was saved: they may be the same.
    const to = getOrCreateAccount(event.params.to, event);
    to.balanceBct = to.balanceBct.plus(event.params.value);
    to.save();
  }
  if (isMint) countMint(event);
  if (isBurn) countBurn(event);
}

function countMint(event: Transfer): void {
  const network = getNetwork();
  network.mintedBct = network.mintedBct.plus(event.params.value);
  network.supplyBct = network.supplyBct.plus(event.params.value);
  network.save();
  const point = createEconomyPoint(network);
  point.mintedBct = event.params.value;
  point.save();
}

function countBurn(event: Transfer): void {
  const network = getNetwork();
  network.destroyedBct = network.destroyedBct.plus(event.params.value);
  network.supplyBct = network.supplyBct.minus(event.params.value);
  network.save();
  const point = createEconomyPoint(network);
  point.destroyedBct = event.params.value;
  point.save();
}
