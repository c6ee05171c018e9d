import { Attested, EpochCommitted } from "../generated/EpochRewards/EpochRewards";
import { EpochAttestation, EpochCommit } from "../generated/schema";
import { actionId, numberId } from "../ids";
import { getEpoch } from "../store/epochs";
import { getNetwork } from "../store/network";

export function handleAttested(event: Attested): void {
  const attestation = new EpochAttestation(actionId(event));
  attestation.epoch = numberId(event.params.epoch);
  attestation.oracle = event.params.oracle;
  attestation.round = event.params.round;
  attestation.linesRoot = event.params.commit.linesRoot;
  attestation.claimsRoot = event.params.commit.claimsRoot;
  attestation.totalBct = event.params.commit.total;
  attestation.inputsHash = event.params.commit.inputsHash;
  attestation.methodologyVersion = event.params.commit.methodologyVersion;
  attestation.votes = event.params.votes;
  attestation.blockNumber = event.block.number;
  attestation.timestamp = event.block.timestamp;
  attestation.transactionHash = event.transaction.hash;
  attestation.save();
}

export function handleEpochCommitted(event: EpochCommitted): void {
  const commit = new EpochCommit(actionId(event));
  commit.epoch = numberId(event.params.epoch);
  commit.round = event.params.round;
  commit.linesRoot = event.params.commit.linesRoot;
  commit.claimsRoot = event.params.commit.claimsRoot;
  commit.totalBct = event.params.commit.total;
  commit.inputsHash = event.params.commit.inputsHash;
  commit.methodologyVersion = event.params.commit.methodologyVersion;
  commit.windowEndsAt = event.params.windowEndsAt;
  commit.blockNumber = event.block.number;
  commit.timestamp = event.block.timestamp;
  commit.transactionHash = event.transaction.hash;
  commit.save();

  const epoch = getEpoch(event.params.epoch);
  epoch.status = "COMMITTED";
  epoch.commit = commit.id;
  epoch.save();

  const network = getNetwork();
  network.committedEpochCount = epoch.number + 1;
  network.save();
}
