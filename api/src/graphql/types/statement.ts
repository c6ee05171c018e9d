import { Field, ID, InputType, Int, ObjectType, registerEnumType } from "type-graphql";
import { connectionOf } from "../connection.ts";
import { BctScalar, BytesScalar, DateTimeScalar, DcScalar, DecimalScalar } from "../scalars.ts";
import { AsOf } from "./as-of.ts";
import { UsdMeasure } from "./measures.ts";

/** As the domain's `LINE_KINDS`. */
export enum CashFlowKind {
  REWARD_OPERATOR = "REWARD_OPERATOR",
  REWARD_POOL = "REWARD_POOL",
  REWARD_BONUS = "REWARD_BONUS",
  PURCHASE = "PURCHASE",
  SALE = "SALE",
  ROYALTY = "ROYALTY",
  FEE = "FEE",
}

registerEnumType(CashFlowKind, {
  name: "CashFlowKind",
  description: "What a cash flow is for.",
  valuesConfig: {
    REWARD_OPERATOR: { description: "Reward: the operator's share of a pool's part of an epoch." },
    REWARD_POOL: { description: "Reward: for each GPU of the pool, by the minutes in which it wasn't down." },
    REWARD_BONUS: { description: "Reward: for the GPUs used, by what was burned for them." },
    PURCHASE: { description: "A GPU NFT or a slot bought on the exchange; below 0." },
    SALE: { description: "A GPU NFT or a slot sold on the exchange, what the buyer paid in all." },
    ROYALTY: { description: "Of a sale: below 0 to who sold, above to the operator's payee." },
    FEE: { description: "Something else paid. The network takes no fees yet: none are there." },
  },
});

/** As the domain's `Scope`. */
export enum StatementScopeKind {
  WALLET = "WALLET",
  GPU = "GPU",
  POOL = "POOL",
  OPERATOR = "OPERATOR",
}

registerEnumType(StatementScopeKind, {
  name: "StatementScopeKind",
  description: "Whose cash flows a statement has.",
  valuesConfig: {
    WALLET: { description: "All of that wallet; a seller's sale in full and the royalty it gave beside it." },
    GPU: {
      description: "Of whoever invested in the GPU: rewards, purchases, resales; not what its first sale brought.",
    },
    POOL: { description: "Of whoever invested in the pool's GPUs: as of a GPU." },
    OPERATOR: { description: "Its share of rewards, and its royalties." },
  },
});

/** Whose statement is asked for. */
@InputType({ description: "Whose statement: a wallet's address, or the number of a GPU, a pool or an operator." })
export class StatementScopeInput {
  @Field(() => StatementScopeKind, { description: "What it is of." })
  kind!: StatementScopeKind;

  @Field(() => ID, { description: "Address of a wallet, or id of a GPU, a pool or an operator." })
  id!: string;
}

/** Shows a `Token` of the domain. */
@ObjectType({ simpleResolvers: true, description: "A token that amounts are in." })
export class StatementToken {
  @Field(() => BytesScalar, { nullable: true, description: "Address of its contract; null: BCT." })
  address!: string | null;

  @Field(() => String, {
    description: "What its maker calls it: no promise. Its address where nobody has asked its contract yet.",
  })
  symbol!: string;

  @Field(() => Int, {
    description: "Places of an amount; 0 where nobody has asked its contract: amounts in base units.",
  })
  decimals!: number;
}

/** Shows the `RewardTerms` of the domain. */
@ObjectType({ simpleResolvers: true, description: "What gave a reward: the terms of its epoch's settlement." })
export class RewardTerms {
  @Field(() => Int, { description: "Share rule in force, basis points." })
  operatorBps!: number;

  @Field(() => Int, { description: "Share rule in force, basis points." })
  poolBps!: number;

  @Field(() => Int, { description: "Share rule in force, basis points." })
  gpuBps!: number;

  @Field(() => DcScalar, {
    description: "Burned for use of the GPU in the epoch; of the pool, for an operator's line.",
  })
  burnedDc!: bigint;

  @Field(() => Int, {
    nullable: true,
    description: "Minutes of the epoch covered by good samples; null: there was no telemetry, or it is no GPU's line.",
  })
  upMinutes!: number | null;

  @Field(() => [BytesScalar], { description: "Of the GPU's burns, and the one that closed the epoch." })
  transactions!: readonly string[];
}

/** Shows a `StatementLine` of the domain. */
@ObjectType({ simpleResolvers: true, description: "One dated, signed cash flow." })
export class StatementLine {
  @Field(() => ID, { description: "Epoch and pool of a reward, or the sale: tells it from any other." })
  id!: string;

  @Field(() => DateTimeScalar, { description: "Of a reward: the last second of its epoch, claimed or not." })
  at!: bigint;

  @Field(() => CashFlowKind, { description: "What it is." })
  kind!: CashFlowKind;

  @Field(() => Int, { nullable: true, description: "Number of the epoch, of a reward." })
  epoch!: number | null;

  @Field(() => ID, { nullable: true, description: "GPU that it is of; null: of none, or of several." })
  gpuId!: string | null;

  @Field(() => ID, { nullable: true, description: "Slot, token id; null: it is of none." })
  slotId!: string | null;

  @Field(() => ID, { nullable: true, description: "Pool at that time." })
  poolId!: string | null;

  @Field(() => ID, { nullable: true, description: "Operator at that time." })
  operatorId!: string | null;

  @Field(() => BytesScalar, { description: "Whose it is." })
  account!: string;

  @Field(() => StatementToken, { description: "What the amount is in." })
  token!: StatementToken;

  @Field(() => DecimalScalar, { description: "Whole tokens; below 0: paid." })
  amount!: string;

  @Field(() => UsdMeasure, {
    description: "At the price of that time: of a reward, the last that the network accepted in its epoch.",
  })
  amountUsd!: UsdMeasure;

  @Field(() => BctScalar, { nullable: true, description: "What of a reward was paid: claims pay the earliest first." })
  claimed!: bigint | null;

  @Field(() => BctScalar, { nullable: true, description: "What of a reward is still due." })
  unclaimed!: bigint | null;

  @Field(() => RewardTerms, { nullable: true, description: "Of a reward." })
  terms!: RewardTerms | null;
}

/** A page of lines. */
@ObjectType({ simpleResolvers: true, description: "A page of a list: statement line." })
export class StatementLineConnection extends connectionOf("StatementLine", () => StatementLine) {}

/** Shows a `StatementTotal`. */
@ObjectType({ simpleResolvers: true, description: "All lines of one kind in one token." })
export class StatementTotal {
  @Field(() => CashFlowKind, { description: "What it is." })
  kind!: CashFlowKind;

  @Field(() => StatementToken, { description: "What the amount is in." })
  token!: StatementToken;

  @Field(() => Int, { description: "Lines added, count." })
  lineCount!: number;

  @Field(() => DecimalScalar, { description: "Whole tokens; below 0: paid." })
  amount!: string;

  @Field(() => UsdMeasure, { description: "Rewards in dollars are rounded once an epoch, toward 0." })
  amountUsd!: UsdMeasure;

  @Field(() => BctScalar, { nullable: true, description: "Of rewards: what was paid of them." })
  claimed!: bigint | null;

  @Field(() => BctScalar, { nullable: true, description: "Of rewards: what is still due." })
  unclaimed!: bigint | null;
}

/** A statement; its lists and metrics are in `resolvers/statement.ts`. */
@ObjectType({
  simpleResolvers: true,
  description: `Cash flows of a span of time. Rewards are those of epochs that are final on the chain: what isn't final was earned
by nobody yet, and is in \`rewardEstimate\`.`,
})
export class Statement {
  @Field(() => StatementScopeKind, { description: "What it is of." })
  kind!: StatementScopeKind;

  @Field(() => ID, { description: "Of the wallet, GPU, pool or operator." })
  scopeId!: string;

  @Field(() => DateTimeScalar, { description: "First moment of the span." })
  from!: bigint;

  @Field(() => DateTimeScalar, { description: "Moment after the span." })
  to!: bigint;

  @Field(() => Int, { description: "Version of the definitions." })
  methodologyVersion!: number;

  @Field(() => AsOf, { description: "What it stands on." })
  asOf!: AsOf;

  @Field(() => [Int], {
    description:
      "Final epochs whose lines aren't in the ledger as the chain pays them: their rewards are missing here.",
  })
  missingEpochs!: readonly number[];
}
