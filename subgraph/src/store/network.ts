import { BigInt } from "@graphprotocol/graph-ts";
import { Network } from "../generated/schema";
import { NETWORK_ID } from "../ids";

/** The network's one row. */
export function getNetwork(): Network {
  let network = Network.load(NETWORK_ID);
  if (network === null) {
    network = new Network(NETWORK_ID);
    network.operatorCount = 0;
    network.poolCount = 0;
    network.gpuCount = 0;
    network.activeGpuCount = 0;
    network.rentalCount = 0;
    network.slotCount = 0;
    network.saleCount = 0;
    network.mintedDc = BigInt.zero();
    network.burnedDc = BigInt.zero();
    network.burnedBct = BigInt.zero();
    network.supplyBct = BigInt.zero();
    network.mintedBct = BigInt.zero();
    network.destroyedBct = BigInt.zero();
    network.rewardedBct = BigInt.zero();
    network.claimedBct = BigInt.zero();
    network.price = BigInt.zero();
    network.epoch = BigInt.zero();
    network.closedEpochCount = 0;
    network.committedEpochCount = 0;
    network.finalizedEpochCount = 0;
    network.kappaBps = BigInt.zero();
    network.round = BigInt.zero();
    network.mintCapacityDc = BigInt.zero();
    network.mintWindow = BigInt.zero();
    network.isMintingPaused = false;
    network.isIntakePaused = false;
    network.sharesAhead = [];
  }
  return network;
}
