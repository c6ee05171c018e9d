import { Field, Float, ObjectType } from "type-graphql";
import { DateTimeScalar, DcScalar, UsdScalar } from "../scalars.ts";

const REASON = "Why there is no value, in SCREAMING_SNAKE; null: there is one.";
const NEVER = "What isn't known is null with its reason, never 0 and never 1.";

/** Dollars that may not be known. */
@ObjectType({ simpleResolvers: true, description: `US dollars. ${NEVER}` })
export class UsdMeasure {
  @Field(() => UsdScalar, { nullable: true, description: "With six places, toward 0." })
  value!: bigint | null;

  @Field(() => String, { nullable: true, description: REASON })
  reason!: string | null;
}

/** A ratio or a rate that may not be known. */
@ObjectType({ simpleResolvers: true, description: `A ratio: 0.1 is 10 %. ${NEVER}` })
export class RatioMeasure {
  @Field(() => Float, { nullable: true, description: "Without unit; null for `reason`." })
  value!: number | null;

  @Field(() => String, { nullable: true, description: REASON })
  reason!: string | null;
}

/** A yearly rate with all that there are. */
@ObjectType({ simpleResolvers: true, description: `A yearly rate of return: 0.1 is 10 %. ${NEVER}` })
export class XirrMeasure {
  @Field(() => Float, { nullable: true, description: "A year, without unit; null for `reason`." })
  value!: number | null;

  @Field(() => String, {
    nullable: true,
    description: `${REASON} NO_FLOWS, NO_SIGN_CHANGE, NO_TIME, NO_ROOT, MULTIPLE_ROOTS, PRICE_UNKNOWN.`,
  })
  reason!: string | null;

  @Field(() => [Float], { description: "All rates at which the value is 0; of several none is the one." })
  roots!: number[];
}

/** An instant that may not be known. */
@ObjectType({ simpleResolvers: true, description: `An instant. ${NEVER}` })
export class TimeMeasure {
  @Field(() => DateTimeScalar, { nullable: true, description: "The instant; null for `reason`." })
  value!: Date | null;

  @Field(() => String, { nullable: true, description: REASON })
  reason!: string | null;
}

/** Data Credits that may not be known. */
@ObjectType({ simpleResolvers: true, description: `Data Credits. ${NEVER}` })
export class DcMeasure {
  @Field(() => DcScalar, { nullable: true, description: "DC; null for `reason`." })
  value!: bigint | null;

  @Field(() => String, { nullable: true, description: REASON })
  reason!: string | null;
}
