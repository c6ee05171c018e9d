import { Field, Int, ObjectType } from "type-graphql";
import { BctScalar, BigIntScalar, BytesScalar, DcScalar, UsdScalar } from "../scalars.ts";
import { Block } from "../types/as-of.ts";

/** Why a transaction would be refused. */
@ObjectType({ simpleResolvers: true, description: "Why the chain would refuse a transaction." })
export class Refusal {
  @Field(() => String, {
    description:
      "Stable, for programs: the contract's error, e.g. \"MARKETPLACE_GPU_BUSY\"; `INSUFFICIENT_ETHER`: the sender can't pay for gas; `REVERTED`: for a reason that isn't known.",
  })
  code!: string;

  @Field(() => String, { description: "For people." })
  message!: string;

  @Field(() => [String], { description: "What to do about it." })
  hints!: string[];
}

/** What is paid in a currency of its own. */
@ObjectType({ simpleResolvers: true, description: "An amount of an ERC-20 other than BCT." })
export class CurrencyAmount {
  @Field(() => BytesScalar, { description: "Address of the ERC-20." })
  currency!: string;

  @Field(() => BigIntScalar, { description: "In its base units." })
  amount!: bigint;
}

/** What a transaction moves. */
@ObjectType({ simpleResolvers: true, description: "What a transaction moves, as of the block it was simulated on." })
export class TransactionCost {
  @Field(() => DcScalar, {
    description: "What leaves the balance that pays: into escrow, of which the rest comes back.",
  })
  dc!: bigint;

  @Field(() => BctScalar, { description: "What leaves the sender." })
  bct!: bigint;

  @Field(() => CurrencyAmount, { nullable: true, description: "What leaves the sender in another currency." })
  other?: CurrencyAmount;

  @Field(() => DcScalar, { description: "What the sender gets." })
  returnsDc!: bigint;

  @Field(() => BctScalar, { description: "What the sender gets." })
  returnsBct!: bigint;

  @Field(() => UsdScalar, {
    nullable: true,
    description:
      "What leaves in DC and BCT, without gas. Null: in another currency, or there is no fresh price of BCT.",
  })
  usd!: bigint | null;

  @Field(() => BigIntScalar, {
    nullable: true,
    description:
      "What the node's estimate of gas costs at this block, wei of the chain's coin. Null: it would be refused.",
  })
  gasWei!: bigint | null;
}

/** Shows what `chain/prepare.ts` made. */
@ObjectType({
  simpleResolvers: true,
  description: "A transaction to sign, as it would go at the chain's head. Nothing is sent, and no key is asked for.",
})
export class PreparedTransaction {
  @Field(() => String, { description: 'Contract and function, e.g. "Marketplace.rentSpot".' })
  action!: string;

  @Field(() => Int, { description: "EIP-155 id." })
  chainId!: number;

  @Field(() => BytesScalar, { description: "Address that must sign it." })
  from!: string;

  @Field(() => BytesScalar, { description: "Address of the contract to call." })
  to!: string;

  @Field(() => BytesScalar, { description: "The call's data." })
  data!: string;

  @Field(() => BigIntScalar, { description: "Wei sent along." })
  value!: bigint;

  @Field(() => BigIntScalar, {
    nullable: true,
    description: "The node's estimate and a fifth. Null: it would be refused.",
  })
  gas!: bigint | null;

  @Field(() => BigIntScalar, { description: "Wei for a unit of gas, at most: the base fee may double." })
  maxFeePerGas!: bigint;

  @Field(() => BigIntScalar, { description: "Wei of it for the miner." })
  maxPriorityFeePerGas!: bigint;

  @Field(() => Block, { description: "The chain's head that it was simulated on; the indexer may be behind it." })
  head!: Block;

  @Field(() => TransactionCost, { nullable: true, description: "Null: it can't be told." })
  cost!: TransactionCost | null;

  @Field(() => Refusal, { nullable: true, description: "Null: it would go through." })
  refusal!: Refusal | null;

  @Field(() => [PreparedTransaction], {
    description:
      "What must be mined before, an approval as a rule. While there is one, this can't be estimated: ask again.",
  })
  first!: PreparedTransaction[];
}
