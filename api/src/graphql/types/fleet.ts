import { Field, Float, ID, Int, ObjectType } from "type-graphql";
import { connectionOf } from "../connection.ts";
import { DateTimeScalar } from "../scalars.ts";

/** Shows a `LiveFact`. */
@ObjectType({
  simpleResolvers: true,
  description: "Samples of one GPU as they came, as columns: the n-th entries of all lists belong to the time `at[n]`.",
})
export class LiveTelemetry {
  @Field(() => [DateTimeScalar], { description: "Time of each sample, ascending." })
  at!: Date[];

  @Field(() => [Float], { nullable: "items", description: "Busy fraction, 0 to 1; null: no reading." })
  utilization!: (number | null)[];

  @Field(() => [Float], { nullable: "items", description: "Fraction of time that tensor cores work, 0 to 1." })
  tensorActivity!: (number | null)[];

  @Field(() => [Float], { nullable: "items", description: "Power, watts." })
  powerWatts!: (number | null)[];

  @Field(() => [Float], { nullable: "items", description: "Temperature of the GPU, °C." })
  temperatureCelsius!: (number | null)[];

  @Field(() => [Float], { nullable: "items", description: "Clock of the multiprocessors, hertz." })
  clockHertz!: (number | null)[];

  @Field(() => [Float], { nullable: "items", description: "Memory in use, bytes." })
  memoryUsedBytes!: (number | null)[];
}

/** Shows a `FleetRow`; `gpu` and `staleSeconds` are in `resolvers/fleet.ts`. */
@ObjectType({ simpleResolvers: true, description: "A GPU of an operator, and what its exporter last said of it." })
export class FleetGpu {
  @Field(() => ID, { description: "Token id." })
  id!: string;

  @Field(() => String, { nullable: true, description: "As DCGM prints it; null: no exporter has shown it." })
  uuid!: string | null;

  @Field(() => String, { nullable: true, description: "Host that it is in; null: no exporter has shown it." })
  hostname!: string | null;

  @Field(() => String, { nullable: true, description: "The host's NVIDIA driver; null: no exporter has shown it." })
  driverVersion!: string | null;

  @Field(() => String, { nullable: true, description: "Exporter that showed it last." })
  targetUrl!: string | null;

  @Field(() => Boolean, { nullable: true, description: "False when its exporter answered without it." })
  isPresent!: boolean | null;

  @Field(() => [Int], { nullable: true, description: "XID codes that its exporter shows now." })
  xids!: number[] | null;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: "Time of its newest sample; null: none in the last day.",
  })
  sampledAt!: Date | null;

  @Field(() => Float, { nullable: true, description: "Busy fraction in that sample, 0 to 1." })
  utilization!: number | null;

  @Field(() => Float, { nullable: true, description: "Power in that sample, watts." })
  powerWatts!: number | null;

  @Field(() => Float, { nullable: true, description: "Temperature in that sample, °C." })
  temperatureCelsius!: number | null;
}

/** A page of an operator's GPUs. */
@ObjectType({ simpleResolvers: true, description: "A page of a list: fleet gpu." })
export class FleetGpuConnection extends connectionOf("FleetGpu", () => FleetGpu) {}

/** A scrape that failed. */
@ObjectType({ simpleResolvers: true, description: "Why a scrape failed." })
export class ScrapeFailure {
  @Field(() => DateTimeScalar, { description: "When it failed." })
  at!: Date;

  @Field(() => String, { nullable: true, description: "One word." })
  reason!: string | null;

  @Field(() => String, { nullable: true, description: "More of it, in words." })
  detail!: string | null;
}

/** Shows a `TargetRow`; `staleSeconds` and `lastFailure` are in `resolvers/fleet.ts`. */
@ObjectType({
  simpleResolvers: true,
  description: "An exporter of an operator, as its scrapes of the last day have it.",
})
export class Target {
  @Field(() => ID, { description: "Of the exporter." })
  id!: string;

  @Field(() => String, { description: "The exporter's address." })
  url!: string;

  @Field(() => Boolean, {
    nullable: true,
    description: "Whether the last scrape succeeded; null: none in the last day.",
  })
  isUp!: boolean | null;

  @Field(() => DateTimeScalar, { nullable: true, description: "Time of the last scrape." })
  scrapedAt!: Date | null;

  @Field(() => DateTimeScalar, { nullable: true, description: "When the next one is due." })
  dueAt!: Date | null;

  @Field(() => DateTimeScalar, { nullable: true, description: "Time of the last scrape that succeeded." })
  goodAt!: Date | null;

  @Field(() => Float, { nullable: true, description: "How long the last scrape took, milliseconds." })
  durationMs!: number | null;

  @Field(() => Int, { nullable: true, description: "GPUs in the last scrape." })
  gpuCount!: number | null;

  @Field(() => Int, { nullable: true, description: "Samples in the last scrape." })
  sampleCount!: number | null;

  @Field(() => Float, { nullable: true, description: "The exporter's clock less the collector's, seconds." })
  clockSkewSeconds!: number | null;
}

/** A page of exporters. */
@ObjectType({ simpleResolvers: true, description: "A page of a list: target." })
export class TargetConnection extends connectionOf("Target", () => Target) {}
