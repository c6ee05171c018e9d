import { encodeFunctionData, keccak256, encodeAbiParameters, parseAbiParameters } from "viem";
import { epochRewardsAbi } from "#contracts/abi/epochRewards.ts";
import { readAttestations, type AttestationRow } from "../../../sources/settlement.ts";
import type { Commit } from "../chain/rewards.ts";
import { epochOf, isSameCommit, withSnapshot, type Context, type Look, type Step } from "../context.ts";
import type { EpochFacts } from "../ledger/epochs.ts";
import { dropFacts } from "../ledger/facts.ts";
import { act } from "./act.ts";

const isSame = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

/** Vouches for the next epoch to be committed, once for each of our oracles, and says who else hasn't or has said otherwise. */
export const attestNext: Step = async (context, look) => {
  const epoch = look.state.committedCount;
  const facts = epochOf(look, epoch)?.facts;
  if (epoch >= look.state.closedCount || !facts || context.memory.foreign.has(facts.inputsHash)) return false;
  let isSent = false;
  for (const outbox of context.outboxes) {
    if (!look.state.oracles.some((oracle) => isSame(oracle, outbox.address))) continue;
    const { linesRoot, claimsRoot, total, inputsHash, methodologyVersion } = facts;
    const commit: Commit = { linesRoot, claimsRoot, total, inputsHash, methodologyVersion };
    const args = [BigInt(epoch), commit] as const;
    const data = encodeFunctionData({ abi: epochRewardsAbi, functionName: "attest", args });
    const purpose = `attest ${epoch} in round ${look.state.round} ${digestOf(commit)}`;
    const outcome = await act(context, look, outbox, { purpose, epoch, to: context.addresses.rewards, data });
    isSent ||= outcome.isSent;
    if (outcome.refusal && !HARMLESS.has(outcome.refusal.reason))
      context.memory.troubles.set(epoch, `${outbox.address} can't attest: ${outcome.refusal.message}`);
  }
  if (isSent) return true;
  return waitForOthers(context, look, epoch, facts);
};

/** Said already, or no longer asked: the chain has gone on. */
const HARMLESS = new Set(["EpochRewards_AlreadyAttested", "EpochRewards_NotNextToCommit"]);

const COMMIT = parseAbiParameters("bytes32, bytes32, uint256, bytes32, uint32");

function digestOf({ linesRoot, claimsRoot, total, inputsHash, methodologyVersion }: Commit): string {
  return keccak256(encodeAbiParameters(COMMIT, [linesRoot, claimsRoot, total, inputsHash, methodologyVersion])).slice(
    0,
    18,
  );
}

/** @returns true if our facts were thrown away, to be gathered anew because others contradict them */
async function waitForOthers(context: Context, look: Look, epoch: number, facts: EpochFacts): Promise<boolean> {
  const { round, quorum, oracles } = look.state;
  const said = await withSnapshot(context, (snapshot) => readAttestations(snapshot, epoch, round));
  const votes = await context.rewards.votesFor(epoch, facts);
  const others = said.filter((one) => !isSameCommit({ ...one, methodologyVersion: facts.methodologyVersion }, facts));
  const silent = oracles.filter((oracle) => !said.some((one) => isSame(one.oracle, oracle)));
  const need = Number(quorum - votes);
  look.waits.set(
    epoch,
    `for ${need} more of ${oracles.length} oracles to vouch for inputs ${facts.inputsHash}: ${votes} of ${quorum} do` +
      (silent.length === 0 ? "" : `; nothing yet from ${silent.join(", ")}`),
  );
  if (others.length === 0) {
    context.memory.troubles.delete(epoch);
    return false;
  }
  context.memory.troubles.set(epoch, disagreement(round, facts, others));
  if (Date.now() - facts.settledAt.getTime() < context.terms.regatherMs) return false;
  context.logger.warn({ epoch }, "oracles disagree: our facts are gathered anew");
  return (await dropFacts(context.pool, epoch)) > 0;
}

function disagreement(round: bigint, facts: EpochFacts, others: readonly AttestationRow[]): string {
  const theirs = others.map(
    ({ oracle, inputsHash, total, claimsRoot }) =>
      `${oracle} vouches for inputs ${inputsHash}, total ${total}, claims ${claimsRoot}`,
  );
  return (
    `oracles disagree in round ${round}, nothing is committed: ours is inputs ${facts.inputsHash}, total ${facts.total}, ` +
    `claims ${facts.claimsRoot}; ${theirs.join("; ")}. Compare the inputs of both (bc verify --inputs)`
  );
}
