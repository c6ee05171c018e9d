import { Field, ID, Int, ObjectType, registerEnumType } from "type-graphql";
import { connectionOf } from "../connection.ts";
import { BctScalar, BigIntScalar, BytesScalar, DateTimeScalar, DcScalar } from "../scalars.ts";
import { AsOf } from "./as-of.ts";

/** As `facts/epochs.ts` names them. */
export enum EpochState {
  RUNNING = "RUNNING",
  ENDED = "ENDED",
  CLOSED = "CLOSED",
  COMMITTED = "COMMITTED",
  FINAL = "FINAL",
  PAID = "PAID",
}

registerEnumType(EpochState, {
  name: "EpochState",
  description: "How far an epoch has come.",
  valuesConfig: {
    RUNNING: { description: "It goes on." },
    ENDED: { description: "It is over, and nobody has closed it on the chain." },
    CLOSED: { description: "It has its budget; oracles are to vouch for its rewards." },
    COMMITTED: { description: "A quorum of oracles vouches for its rewards; the guardian can veto them for a while." },
    FINAL: { description: "Its rewards are minted and can be claimed." },
    PAID: { description: "Every wallet was paid, but for dust that the settlement leaves for later." },
  },
});

/** As the leaves have them. */
export enum RewardKind {
  OPERATOR = "OPERATOR",
  POOL_SHARE = "POOL_SHARE",
  GPU_BONUS = "GPU_BONUS",
}

registerEnumType(RewardKind, {
  name: "RewardKind",
  description: "What a reward is for.",
  valuesConfig: {
    OPERATOR: { description: "The operator's share of a pool's part." },
    POOL_SHARE: { description: "For each GPU of the pool, by the minutes in which it wasn't down." },
    GPU_BONUS: { description: "For the GPUs used, by what was burned for them." },
  },
});

/** Shows an `EpochFact`; what takes another read is in `resolvers/epoch.ts`. */
@ObjectType({ simpleResolvers: true, description: "A day of the network, `[startAt, endAt)`, and what it pays." })
export class Epoch {
  @Field(() => ID, { description: "Its number, from 0." })
  id!: string;

  @Field(() => EpochState, { description: "How far it has come." })
  state!: EpochState;

  @Field(() => String, { nullable: true, description: "What its next step waits for, in words; null: nothing." })
  waits!: string | null;

  @Field(() => String, { nullable: true, description: "What somebody has to look at, such as oracles that disagree." })
  trouble!: string | null;

  @Field(() => DateTimeScalar, { nullable: true, description: "Null before the settlement job has run." })
  startAt!: Date | null;

  @Field(() => DateTimeScalar, { nullable: true, description: "Null before the settlement job has run." })
  endAt!: Date | null;

  @Field(() => BctScalar, { nullable: true, description: "What it may mint at most; null before it is closed." })
  budgetBct!: bigint | null;

  @Field(() => DcScalar, { nullable: true, description: "Burned for use in it; null before it is closed." })
  burnedDc!: bigint | null;

  @Field(() => BctScalar, { nullable: true, description: "Sum of its lines; null before its facts are there." })
  totalBct!: bigint | null;

  @Field(() => BctScalar, { nullable: true, description: "What flooring left of the budget; it isn't minted." })
  unallocatedBct!: bigint | null;

  @Field(() => BctScalar, { nullable: true, description: "Minted for it; null before it is final." })
  mintedBct!: bigint | null;

  @Field(() => BytesScalar, {
    nullable: true,
    description: "Merkle root of its lines: of the commit, else of the ledger.",
  })
  linesRoot!: string | null;

  @Field(() => BytesScalar, { nullable: true, description: "Merkle root of what wallets have earned by its end." })
  claimsRoot!: string | null;

  @Field(() => BytesScalar, {
    nullable: true,
    description: "keccak256 of its canonical inputs, which are the file /by-hash/<inputsHash>/inputs.json.",
  })
  inputsHash!: string | null;

  @Field(() => Int, { nullable: true, description: "Version of the formula." })
  methodologyVersion!: number | null;

  @Field(() => Int, { description: "Oracles that vouch for the same, most of them, in the present round." })
  votes!: number;

  @Field(() => Int, { nullable: true, description: "How many oracles must vouch for the same." })
  quorum!: number | null;

  @Field(() => DateTimeScalar, { nullable: true, description: "Up to when the guardian can veto its commit." })
  windowEndsAt!: Date | null;

  @Field(() => Int, { description: "Commits that vetoes voided. CUMULATIVE." })
  vetoedCount!: number;

  @Field(() => String, { nullable: true, description: "What the guardian said at the last veto." })
  vetoReason!: string | null;

  @Field(() => Int, { nullable: true, description: "Its payments; null before its facts are there." })
  lineCount!: number | null;
}

/** A page of epochs. */
@ObjectType({ simpleResolvers: true, description: "A page of a list: epoch." })
export class EpochConnection extends connectionOf("Epoch", () => Epoch) {}

/** Shows a `Step` of the domain. */
@ObjectType({ simpleResolvers: true, description: "One term of a line's derivation; all divisions round down." })
export class RewardStep {
  @Field(() => String, { description: "Its letter in the formulas." })
  symbol!: string;

  @Field(() => String, { description: "The step in words." })
  words!: string;

  @Field(() => String, { nullable: true, description: "What it follows from, in letters; null: a fact." })
  formula?: string;

  @Field(() => String, { nullable: true, description: "The same in numbers." })
  numbers?: string;

  @Field(() => BigIntScalar, {
    description: "BCT wei, DC base units, seconds, basis points or a count, as `words` say.",
  })
  value!: bigint;
}

/** Shows a `RewardLineRow`; its derivation is in `resolvers/epoch.ts`. */
@ObjectType({ simpleResolvers: true, description: "One payment of an epoch." })
export class RewardLine {
  @Field(() => Int, { description: "Number of the epoch." })
  epoch!: number;

  @Field(() => RewardKind, { description: "For what." })
  kind!: RewardKind;

  @Field(() => ID, { description: "Pool that it is for." })
  poolId!: string;

  @Field(() => ID, { nullable: true, description: "Null: it is the operator's." })
  gpuId!: string | null;

  @Field(() => BytesScalar, { description: "Address of who is paid." })
  account!: string;

  @Field(() => BctScalar, { description: "Amount, BCT." })
  amountBct!: bigint;
}

/** A page of payments. */
@ObjectType({ simpleResolvers: true, description: "A page of a list: reward line." })
export class RewardLineConnection extends connectionOf("RewardLine", () => RewardLine) {}

/** What a wallet can claim. */
@ObjectType({
  simpleResolvers: true,
  description: "What a wallet has earned by the newest final epoch, and what EpochRewards.claim takes to pay it.",
})
export class RewardClaim {
  @Field(() => Int, { description: "Number of the epoch." })
  epoch!: number;

  @Field(() => BctScalar, { description: "Earned in all epochs to it. CUMULATIVE." })
  cumulativeBct!: bigint;

  @Field(() => BctScalar, { description: "Paid so far. CUMULATIVE." })
  claimedBct!: bigint;

  @Field(() => BctScalar, { description: "What a claim pays now." })
  claimableBct!: bigint;

  @Field(() => BigIntScalar, { description: "`cumulativeAmount` of the claim: `cumulativeBct` in wei." })
  cumulativeWei!: bigint;

  @Field(() => BytesScalar, { description: "The root that the contract holds the proof against." })
  claimsRoot!: string;

  @Field(() => [BytesScalar], { description: "`proof` of the claim." })
  proof!: string[];
}

/** Shows what a running epoch comes to. */
@ObjectType({
  simpleResolvers: true,
  description:
    "ESTIMATE: what the running epoch would pay if it ended now, by the same arithmetic on the facts so far. Use that isn't settled on the chain yet isn't in it; nothing of it is owed.",
})
export class RewardEstimate {
  @Field(() => Int, { description: "Number of the epoch." })
  epoch!: number;

  @Field(() => DateTimeScalar, { description: "The facts go to here." })
  through!: bigint;

  @Field(() => AsOf, { description: "What they stand on; it may be some seconds older than the rest of the answer." })
  asOf!: AsOf;

  @Field(() => BctScalar, {
    description: "What burns so far allow, at most what schedule and re-emission allowed the newest closed epoch.",
  })
  budgetBct!: bigint;

  @Field(() => DcScalar, { description: "Burned for use so far." })
  burnedDc!: bigint;

  @Field(() => BctScalar, { description: "Of all wallets, or of the one asked for." })
  totalBct!: bigint;

  @Field(() => [RewardLine], {
    description: "At most 200, the largest first; of all wallets, or of the one asked for.",
  })
  lines!: RewardLine[];
}
