import { Arg, Ctx, FieldResolver, Int, Query, Resolver, Root } from "type-graphql";
import type * as chain from "../../sources/chain.ts";
import { badArgument } from "../connection.ts";
import type { Context } from "../context.ts";
import { makeQuote, type NamedOffer } from "../quotes.ts";
import { Gpu } from "../types/gpu.ts";
import { Operator } from "../types/operator.ts";
import { Pool } from "../types/pool.ts";
import { Quote, QuoteInput, QuoteOffer } from "../types/quote.ts";
import { shownEviction } from "./pricing.ts";

const MAX_OFFERS = 200;

/** What a customer can have, and at what price. */
@Resolver(() => QuoteOffer)
export class QuoteResolver {
  @Query(() => Quote, { nullable: true, description: "Which GPUs can be had, best first, and what they come to." })
  async quote(
    @Arg("input", () => QuoteInput, { description: "What is wanted." }) input: QuoteInput,
    @Arg("first", () => Int, { defaultValue: 50, description: `Offers at most, 1 to ${MAX_OFFERS}.` }) first: number,
    @Ctx() context: Context,
  ): Promise<object> {
    if (first < 1 || first > MAX_OFFERS) throw badArgument("first", `must be 1 to ${MAX_OFFERS}`);
    const { block } = await context.asOf();
    const { model, tier, hours, count } = input;
    const made = await makeQuote(
      context.snapshot,
      {
        ...{ model, tier, hours, count },
        startAt: input.startAt ? Math.ceil(input.startAt.getTime() / 1_000) : null,
        region: input.region ?? null,
        minimumScore: input.minScore ?? null,
      },
      Number(block.timestamp),
    );
    return {
      ...made,
      startAt: new Date(made.request.startAt * 1_000),
      totalBct: made.totalBctUp,
      offerCount: made.offers.length,
      offers: made.offers.slice(0, first).map(shown),
    };
  }

  @FieldResolver(() => Gpu, { nullable: true })
  gpu(@Root() offer: { gpuId: string }, @Ctx() { load }: Context): Promise<chain.GpuRow | undefined> {
    return load.gpu.load(offer.gpuId);
  }

  @FieldResolver(() => Pool, { nullable: true })
  pool(@Root() offer: { poolId: string }, @Ctx() { load }: Context): Promise<chain.PoolRow | undefined> {
    return load.pool.load(offer.poolId);
  }

  @FieldResolver(() => Operator, { nullable: true })
  operator(@Root() offer: { operatorId: string }, @Ctx() { load }: Context): Promise<chain.OperatorRow | undefined> {
    return load.operator.load(offer.operatorId);
  }
}

function shown({ fact, eviction, totalBctUp, ...offer }: NamedOffer): object {
  const { nextBookingAt } = fact;
  return {
    ...offer,
    totalBct: totalBctUp,
    nextBookingAt: nextBookingAt === null ? null : new Date(nextBookingAt * 1_000),
    eviction: eviction && shownEviction(eviction),
  };
}
