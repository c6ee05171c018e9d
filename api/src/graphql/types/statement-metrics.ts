import { Field, Float, ID, InputType, Int, ObjectType } from "type-graphql";
import { connectionOf } from "../connection.ts";
import { BytesScalar, DateTimeScalar, DecimalScalar } from "../scalars.ts";
import { DcMeasure, RatioMeasure, TimeMeasure, UsdMeasure, XirrMeasure } from "./measures.ts";

/** What a year of waiting costs. */
@InputType({ description: "A discount rate, with where it comes from: nothing is discounted by a rate of ours." })
export class DiscountRateInput {
  @Field(() => Float, { description: "A year, above −1: 0.1 is 10 %." })
  rate!: number;

  @Field(() => DateTimeScalar, { description: "Of when it is." })
  at!: Date;

  @Field(() => String, { description: "Who says so." })
  source!: string;
}

/** What will be left. */
@InputType({ description: "What will be left of it all, with where that comes from: nobody knows it here." })
export class ResidualInput {
  @Field(() => String, {
    description: "US dollars as a decimal number with at most six places; for each GPU in a portfolio.",
  })
  usd!: string;

  @Field(() => DateTimeScalar, { description: "When it will be worth that, after this answer's block." })
  at!: Date;

  @Field(() => String, { description: "Who says so, and when." })
  source!: string;
}

/** Echoes the input. */
@ObjectType({ simpleResolvers: true, description: "A discount rate as it was given." })
export class DiscountRate {
  @Field(() => Float, { description: "A year: 0.1 is 10 %." })
  rate!: number;

  @Field(() => DateTimeScalar, { description: "Of when it is." })
  at!: bigint;

  @Field(() => String, { description: "Who says so." })
  source!: string;
}

/** Echoes the input. */
@ObjectType({ simpleResolvers: true, description: "A residual value as it was given." })
export class Residual {
  @Field(() => DecimalScalar, { description: "US dollars." })
  usd!: string;

  @Field(() => DateTimeScalar, { description: "When it will be worth that." })
  at!: bigint;

  @Field(() => String, { description: "Who says so." })
  source!: string;
}

/** Shows the domain's `Realised`. */
@ObjectType({ simpleResolvers: true, description: "What happened; nothing in it is assumed." })
export class RealisedMetrics {
  @Field(() => UsdMeasure, { description: "Gross cash flow: sum of what came in, in the window." })
  grossUsd!: UsdMeasure;

  @Field(() => UsdMeasure, { description: "Net cash flow: sum of all lines of the window." })
  netUsd!: UsdMeasure;

  @Field(() => RatioMeasure, {
    description:
      "Rented time / available time (ACTIVE in a pool), of the window's epochs. STR's definition for hotels.",
  })
  occupancy!: RatioMeasure;

  @Field(() => RatioMeasure, {
    description: "UP / (UP + DOWN) minutes; UNKNOWN ones are in neither. IEC 61703's availability.",
  })
  uptime!: RatioMeasure;

  @Field(() => RatioMeasure, {
    description: "Time in which DCGM reported the GPU busy (at least 5 %) / time covered by samples.",
  })
  utilization!: RatioMeasure;

  @Field(() => DcMeasure, {
    description: "DC burned · 3600 / available seconds: the hotel trade's RevPAR by the hour.",
  })
  dcPerAvailableHour!: DcMeasure;

  @Field(() => RatioMeasure, {
    description:
      "Income of the last 30 days · 365 / 30 / what was paid for what is held: simple, not compounded (APR).",
  })
  aprOnCost!: RatioMeasure;

  @Field(() => RatioMeasure, { description: "The same on what GPUs held were sold for the last time." })
  aprOnLastPrice!: RatioMeasure;

  @Field(() => TimeMeasure, { description: "When income since it was got reached its cost; not discounted." })
  paybackAt!: TimeMeasure;

  @Field(() => XirrMeasure, {
    description:
      "Rate r with Σ amount / (1 + r)^(days / 365) = 0 over all of its cash flows, as Excel's XIRR; nothing is assumed to be left.",
  })
  xirr!: XirrMeasure;

  @Field(() => UsdMeasure, {
    description:
      "Σ amount / (1 + rate)^(days / 365) over all of its cash flows, at the first of them, as Excel's XNPV.",
  })
  npvUsd!: UsdMeasure;

  @Field(() => RatioMeasure, {
    description: "Standard deviation (n − 1) of the income of the window's whole days / its mean.",
  })
  incomeVolatility!: RatioMeasure;

  @Field(() => UsdMeasure, {
    description: "Deepest fall of cumulative daily income below its highest before, in the window.",
  })
  maxDrawdownUsd!: UsdMeasure;

  @Field(() => RatioMeasure, {
    description: "Σ share² of the payers' DC in the window (Herfindahl–Hirschman index): 1 / payers to 1.",
  })
  payerConcentration!: RatioMeasure;

  @Field(() => RatioMeasure, {
    description:
      "Rewards of the window weighed by min(1, BCT that their epoch's burns were worth / BCT minted for it).",
  })
  backedShare!: RatioMeasure;
}

/** Shows the domain's `Projected`. */
@ObjectType({
  simpleResolvers: true,
  description: "PROJECTION: what would be if the last 30 days' income stayed as it is and the residual were right.",
})
export class ProjectedMetrics {
  @Field(() => TimeMeasure, { description: "As of the answer's block + what is left of the cost / income a day." })
  paybackAt!: TimeMeasure;

  @Field(() => XirrMeasure, { description: "Of what happened, that income day by day, and the residual." })
  xirr!: XirrMeasure;

  @Field(() => UsdMeasure, { description: "Present value of the same, at the first cash flow." })
  npvUsd!: UsdMeasure;

  @Field(() => UsdMeasure, {
    description: "Net asset value: present value of that income and the residual, at the answer's block.",
  })
  netAssetValueUsd!: UsdMeasure;

  @Field(() => RatioMeasure, { description: "Price asked / net asset value − 1." })
  premium!: RatioMeasure;

  @Field(() => Residual, { nullable: true, description: "As it was given; null: none was." })
  residual!: Residual | null;
}

/** Shows the domain's `Metrics`. */
@ObjectType({
  simpleResolvers: true,
  description: "What happened and what is projected, apart; never one number from both.",
})
export class StatementMetrics {
  @Field(() => Int, { description: "Version of the definitions." })
  methodologyVersion!: number;

  @Field(() => DiscountRate, { nullable: true, description: "As it was given; null: none was." })
  discountRate!: DiscountRate | null;

  @Field(() => UsdMeasure, { description: "Lowest price asked now for a GPU of the model of what is held." })
  floorPriceUsd!: UsdMeasure;

  @Field(() => RealisedMetrics, { description: "What happened." })
  realised!: RealisedMetrics;

  @Field(() => ProjectedMetrics, { description: "What would be under the assumptions given." })
  projected!: ProjectedMetrics;
}

/** Shows a `PortfolioGpu`. */
@ObjectType({ simpleResolvers: true, description: "A GPU NFT that a wallet holds, as an investment. CURRENT." })
export class PortfolioGpu {
  @Field(() => ID, { description: "GPU, token id." })
  gpuId!: string;

  @Field(() => String, { description: "As DCGM names it." })
  model!: string;

  @Field(() => ID, { nullable: true, description: "Pool that it is in; null: none." })
  poolId!: string | null;

  @Field(() => BytesScalar, { description: "Address that holds it." })
  owner!: string;

  @Field(() => DateTimeScalar, { description: "When its holder got it." })
  heldSince!: bigint;

  @Field(() => UsdMeasure, { description: "What its holder paid for it on the exchange, at the price of that day." })
  costUsd!: UsdMeasure;

  @Field(() => UsdMeasure, { description: "What it was sold for the last time." })
  lastPriceUsd!: UsdMeasure;

  @Field(() => UsdMeasure, { description: "Lowest price asked now for a GPU of its model." })
  floorPriceUsd!: UsdMeasure;

  @Field(() => UsdMeasure, { description: "What is asked for it now." })
  askUsd!: UsdMeasure;

  @Field(() => UsdMeasure, { description: "Its rewards of the last 30 days to its holder." })
  trailingIncomeUsd!: UsdMeasure;

  @Field(() => UsdMeasure, { description: "PROJECTION: net asset value, as in `ProjectedMetrics`." })
  netAssetValueUsd!: UsdMeasure;

  @Field(() => RatioMeasure, { description: "PROJECTION: price asked / net asset value − 1." })
  premium!: RatioMeasure;
}

/** A page of a portfolio. */
@ObjectType({ simpleResolvers: true, description: "A page of a list: portfolio." })
export class PortfolioConnection extends connectionOf("PortfolioGpu", () => PortfolioGpu) {}
