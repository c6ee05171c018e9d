import { Field, Int, ObjectType } from "type-graphql";
import { BctScalar, DcScalar, UsdScalar } from "../scalars.ts";

/** Shows the `NetworkRow`. */
@ObjectType({ simpleResolvers: true, description: "The whole network." })
export class Network {
  @Field(() => Int, { description: "Operators registered. CUMULATIVE." })
  operatorCount!: number;

  @Field(() => Int, { description: "Pools opened. CUMULATIVE." })
  poolCount!: number;

  @Field(() => Int, { description: "GPU NFTs minted. CUMULATIVE." })
  gpuCount!: number;

  @Field(() => Int, { description: "GPUs in status ACTIVE. CURRENT." })
  activeGpuCount!: number;

  @Field(() => Int, { description: "Rentals started. CUMULATIVE." })
  rentalCount!: number;

  @Field(() => DcScalar, { description: "Minted. CUMULATIVE." })
  mintedDc!: bigint;

  @Field(() => DcScalar, { description: "Burned for use. CUMULATIVE." })
  burnedDc!: bigint;

  @Field(() => BctScalar, { description: "Burned to mint Data Credits. CUMULATIVE." })
  burnedBct!: bigint;

  @Field(() => UsdScalar, { description: "Last price that the feed gave per BCT; 0 before the first. CURRENT." })
  price!: bigint;
}
