import { Field, Float, ID, InputType, Int, ObjectType } from "type-graphql";
import { connectionOf } from "../connection.ts";
import { BigIntScalar, BytesScalar, DateTimeScalar, DcScalar } from "../scalars.ts";
import { GpuStatus, MinuteState } from "./enums.ts";

/** Shows a `GpuRow`; what takes another read is in `resolvers/gpu.ts`. */
@ObjectType({ simpleResolvers: true, description: "A GPU NFT: the digital twin of one physical GPU." })
export class Gpu {
  @Field(() => ID, { description: "Token id." })
  id!: string;

  @Field(() => BytesScalar, { description: "Who brought it to its last pool. CURRENT." })
  contributor!: string;

  @Field(() => BytesScalar, {
    description: "keccak256 of the lower-case UUID that DCGM reports: the link to telemetry.",
  })
  uuidHash!: string;

  @Field(() => GpuStatus, { description: "As its operator set it. CURRENT." })
  status!: GpuStatus;

  @Field(() => Int, { description: "Rentals started on it. CUMULATIVE." })
  rentalCount!: number;

  @Field(() => BigIntScalar, { description: "Seconds of use burned for. CUMULATIVE." })
  paidSeconds!: bigint;

  @Field(() => DcScalar, { description: "Burned for its use. CUMULATIVE." })
  burnedDc!: bigint;

  @Field(() => DateTimeScalar, { description: "When it came to be." })
  createdAt!: bigint;
}

/** A page of GPUs. */
@ObjectType({ simpleResolvers: true, description: "A page of a list: gpu." })
export class GpuConnection extends connectionOf("Gpu", () => Gpu) {}

/** Filter of a list of GPUs; null and absent are the same. */
@InputType({ description: "Which GPUs; all that are given must hold." })
export class GpuWhere {
  @Field(() => ID, { nullable: true, description: "Pool, its id." })
  pool?: string | null;

  @Field(() => ID, { nullable: true, description: "Operator, token id." })
  operator?: string | null;

  @Field(() => BytesScalar, { nullable: true, description: "Address of the holder." })
  owner?: string | null;

  @Field(() => GpuStatus, { nullable: true, description: "As its operator set it." })
  status?: GpuStatus | null;
}

/** Shows an `HourRow`. */
@ObjectType({ simpleResolvers: true, description: "Data Credits burned for a GPU in one hour of the burns." })
export class UsageHour {
  @Field(() => DateTimeScalar, { description: "Start of the hour." })
  hour!: Date;

  @Field(() => DcScalar, { description: "Burned in the hour, DC." })
  burnedDc!: bigint;

  @Field(() => BigIntScalar, { description: "Seconds of use paid by these burns." })
  paidSeconds!: bigint;

  @Field(() => BigIntScalar, { description: "Number of burns." })
  settlementCount!: bigint;
}

/** Shows a `TelemetryMinutesFact`. */
@ObjectType({
  simpleResolvers: true,
  description:
    "Telemetry of one GPU by minute, as columns: the n-th entries of all lists belong to the minute `at[n]`.",
})
export class TelemetryMinutes {
  @Field(() => [DateTimeScalar], { description: "Start of each minute, ascending, without gaps." })
  at!: Date[];

  @Field(() => [MinuteState], { description: "What is known of the minute." })
  state!: MinuteState[];

  @Field(() => [Float], {
    nullable: "items",
    description: "Mean busy fraction that DCGM reported, 0 to 1; null: no sample.",
  })
  utilization!: (number | null)[];

  @Field(() => [Float], { nullable: "items", description: "Mean power, watts; null: no sample." })
  powerWatts!: (number | null)[];

  @Field(() => [Float], { nullable: "items", description: "Mean temperature of the GPU, °C; null: no sample." })
  temperatureCelsius!: (number | null)[];

  @Field(() => [Float], { nullable: "items", description: "Energy used, watt-hours; null: no sample." })
  energyWattHours!: (number | null)[];
}
