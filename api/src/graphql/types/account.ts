import { Field, Int, ObjectType } from "type-graphql";
import { BytesScalar, DcScalar } from "../scalars.ts";

/** Shows an `AccountRow`; its lists are in `resolvers/entities.ts`. */
@ObjectType({ simpleResolvers: true, description: "A wallet." })
export class Account {
  @Field(() => BytesScalar, { description: "0x and 40 hex digits." })
  address!: string;

  @Field(() => DcScalar, { description: "Free to spend. CURRENT." })
  balanceDc!: bigint;

  @Field(() => DcScalar, { description: "Set aside for its running rentals. CURRENT." })
  escrowDc!: bigint;

  @Field(() => DcScalar, { description: "Minted for it. CUMULATIVE." })
  mintedDc!: bigint;

  @Field(() => DcScalar, { description: "Burned for its use of GPUs. CUMULATIVE." })
  burnedDc!: bigint;

  @Field(() => Int, { description: "GPU NFTs held. CURRENT." })
  gpuCount!: number;
}
