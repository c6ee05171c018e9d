import { Field, InputType } from "type-graphql";
import { GpuStatus } from "../types/enums.ts";
import { AddressField, BigIntField, IdField } from "./fields.ts";
import { OfTokenInput, SenderInput } from "./inputs-customer.ts";

const OPTIONAL = { nullable: true };

/** What a token is offered for. */
@InputType({ description: "Give just one of `gpu` and `slot`." })
export class ListTokenInput extends OfTokenInput {
  @BigIntField("What a buyer pays in all, in base units of the currency; BCT have 18 decimals.")
  price!: bigint;

  @AddressField("An ERC-20 that the exchange allows. Null: BCT.", OPTIONAL)
  currency?: string;
}

/** A currency of royalties. */
@InputType({ description: "A currency of royalties." })
export class WithdrawRoyaltiesInput extends SenderInput {
  @AddressField("The ERC-20 that they are in. Null: BCT.", OPTIONAL)
  currency?: string;
}

/** Rewards to be claimed. */
@InputType({ description: "Rewards to be claimed." })
export class ClaimRewardsInput extends SenderInput {
  @AddressField("The wallet that is paid, whoever sends this. Null: the sender.", OPTIONAL)
  account?: string;
}

/** A GPU. */
@InputType({ description: "A GPU." })
export class OfGpuInput extends SenderInput {
  @IdField("The GPU.")
  gpu!: string;
}

/** A GPU and a pool. */
@InputType({ description: "A GPU and a pool." })
export class GpuToPoolInput extends OfGpuInput {
  @IdField("The pool.")
  pool!: string;
}

/** A GPU's status. */
@InputType({ description: "A GPU's status." })
export class SetGpuStatusInput extends OfGpuInput {
  @Field(() => GpuStatus, { description: "RETIRED is for good." })
  status!: "ACTIVE" | "OFFLINE" | "RETIRED";
}
