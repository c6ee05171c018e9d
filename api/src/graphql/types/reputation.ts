import { Field, Float, ID, Int, ObjectType, registerEnumType } from "type-graphql";
import { BytesScalar, BigIntScalar, DateTimeScalar } from "../scalars.ts";

/** As the methodology names them. */
export enum ReputationDimension {
  AVAILABILITY = "AVAILABILITY",
  COMPLETION = "COMPLETION",
  PERFORMANCE = "PERFORMANCE",
  HEALTH = "HEALTH",
  CONDUCT = "CONDUCT",
}

registerEnumType(ReputationDimension, {
  name: "ReputationDimension",
  description: "What a score is made of.",
  valuesConfig: {
    AVAILABILITY: { description: "Minutes UP of those UP or DOWN, by GPU and day; rented ones weigh three times." },
    COMPLETION: { description: "Rentals that ended well, by hours paid." },
    PERFORMANCE: { description: "Clock of busy rented hours against the median of the model, less throttling." },
    HEALTH: { description: "GPU-days without fatal XIDs, heat and memory faults." },
    CONDUCT: { description: "Slots refunded as not delivered, shares changed with notice, kicks taken back." },
  },
});

/** How often a history has a point. */
export enum HistoryStep {
  HOUR = "HOUR",
  DAY = "DAY",
}

registerEnumType(HistoryStep, {
  name: "HistoryStep",
  description: "How often a history has a point.",
  valuesConfig: {
    HOUR: { description: "Each hour that was worked out; of times that were made up for, each day." },
    DAY: { description: "The last of each UTC day." },
  },
});

/** Shows a `ScorePartRow`. */
@ObjectType({ simpleResolvers: true, description: "One dimension of a score: a Beta posterior of decayed outcomes." })
export class ReputationPart {
  @Field(() => ReputationDimension, { description: "What is scored." })
  dimension!: string;

  @Field(() => Float, { description: "Of the score; the shares sum to 1." })
  share!: number;

  @Field(() => Int, { description: "Outcomes that count, whatever their age." })
  n!: number;

  @Field(() => Float, { description: "Of the outcomes, decayed with a half-life of 30 days, no payer above a fifth." })
  weight!: number;

  @Field(() => Float, { description: "Of the posterior, 0 to 1." })
  mean!: number;

  @Field(() => Float, { description: "5 % quantile, 0 to 1." })
  low!: number;

  @Field(() => Float, { description: "95 % quantile, 0 to 1." })
  high!: number;

  @Field(() => Float, { nullable: true, description: "Of the outcomes alone, 0 to 1; null: there are none." })
  observedMean!: number | null;

  @Field(() => Float, { description: "The network's mean, to which little evidence is drawn, 0 to 1." })
  priorMean!: number;

  @Field(() => Float, { description: "What it gives to the score: 100 · share · low." })
  points!: number;

  @Field(() => Int, { description: "Payers that gave more than a fifth of the weight and are held to it." })
  heldPayers!: number;

  @Field(() => Int, { description: "Outcomes that count nothing because their payer stood on the operator's side." })
  excluded!: number;
}

/** Something that cost points. */
@ObjectType({ simpleResolvers: true, description: "An outcome below 1, and what it costs today." })
export class ReputationCost {
  @Field(() => ReputationDimension, { description: "What is scored." })
  dimension!: string;

  @Field(() => DateTimeScalar, { description: "The UTC day that it is of." })
  day!: Date;

  @Field(() => ID, { nullable: true, description: "The GPU; null: several, or none." })
  gpuId!: string | null;

  @Field(() => Float, { description: "The outcome, 0 to 1." })
  value!: number;

  @Field(() => Float, { description: "Its weight on its day." })
  weight!: number;

  @Field(() => BytesScalar, { nullable: true, description: "Whose rental gave the weight; null: none did." })
  payer!: string | null;

  @Field(() => Float, { description: "Points by which it lowers the score's mean." })
  costPoints!: number;

  @Field(() => String, { description: "What happened, in words." })
  text!: string;
}

/** Something that would raise a score. */
@ObjectType({ simpleResolvers: true, description: "What would raise a score, the network's means as they stand." })
export class ReputationImprovement {
  @Field(() => ReputationDimension, { description: "What is scored." })
  dimension!: string;

  @Field(() => String, { description: "MEND, KEEP_UP, FIRST_OUTCOMES or MORE_PAYERS." })
  action!: string;

  @Field(() => Float, { description: "Points of the score." })
  points!: number;

  @Field(() => String, { description: "In words." })
  text!: string;
}

/** Shows a `ScoreRow`. */
@ObjectType({
  simpleResolvers: true,
  description:
    "A score as of an hour's end, 0 to 100: the lower end of its interval, so that the less is known, the lower.",
})
export class ReputationPoint {
  @Field(() => DateTimeScalar, { description: "Everything before it counts." })
  asOf!: Date;

  @Field(() => Float, { description: "100 · Σ share · low of its parts." })
  score!: number;

  @Field(() => Float, { description: "The interval's lower end: the score." })
  low!: number;

  @Field(() => Float, { description: "The interval's upper end: 100 · Σ share · high." })
  high!: number;

  @Field(() => Float, { description: "100 · Σ share · mean." })
  mean!: number;

  @Field(() => Int, { description: "1 is best; equal scores share a rank." })
  rank!: number;

  @Field(() => Int, { description: "Of how many: all operators, or all members of the operator." })
  rankOf!: number;

  @Field(() => Boolean, { description: "Nothing is known of it: the score is what anybody new has." })
  isPriorOnly!: boolean;

  @Field(() => Int, { description: "Version of the formula." })
  methodologyVersion!: number;

  @Field(() => BigIntScalar, { description: "The final block that it stands on." })
  blockNumber!: bigint;

  @Field(() => DateTimeScalar, { description: "Telemetry was complete through here when it was worked out." })
  sampledThrough!: Date;

  @Field(() => [ReputationPart], { description: "What the score is made of." })
  parts!: ReputationPart[];
}

/** The newest score, explained. */
@ObjectType({ simpleResolvers: true, description: "The newest score, with what it cost and what would raise it." })
export class Reputation extends ReputationPoint {
  @Field(() => [ReputationCost], { description: "The ten outcomes that cost most, costliest first." })
  costs!: ReputationCost[];

  @Field(() => [ReputationImprovement], { description: "Most first." })
  improvements!: ReputationImprovement[];
}
