import { Arg, Args, Ctx, FieldResolver, Query, Resolver, Root } from "type-graphql";
import type * as chain from "../../sources/chain.ts";
import { listOffersNow, type NowPlace } from "../../sources/offers-now.ts";
import { badArgument, checkedFirst, PageArgs, type Connection } from "../connection.ts";
import type { Context } from "../context.ts";
import { Tier } from "../types/enums.ts";
import { Gpu } from "../types/gpu.ts";
import { Offer, OfferConnection, OfferWhere } from "../types/offer.ts";
import { Operator } from "../types/operator.ts";
import { Pool } from "../types/pool.ts";

/** It looks at all GPUs that match. */
const POINTS = 50;

interface OfferRow {
  gpuId: string;
  poolId: string;
  operatorId: string;
  tier: Tier;
  rateDcPerHour: bigint;
  freeUntil: bigint | null;
}

/** What a customer can have now. */
@Resolver(() => Offer)
export class OfferResolver {
  @Query(() => OfferConnection, {
    nullable: true,
    complexity: ({ args, childComplexity }) => POINTS + Math.max(Number(args["first"]), 1) * childComplexity,
    description: "GPUs that can be had at the answer's block, the cheapest first. Nothing is held for who asks.",
  })
  async offers(
    @Args(() => PageArgs) { first, after }: PageArgs,
    @Arg("where", () => OfferWhere, { nullable: true, description: "Which; left out: on demand." })
    where: OfferWhere | null | undefined,
    @Ctx() { snapshot }: Context,
  ): Promise<Connection<OfferRow>> {
    checkedFirst(first);
    const tier = where?.tier ?? Tier.ON_DEMAND;
    const filter = {
      tier,
      model: where?.model ?? null,
      region: where?.region ?? null,
      operatorId: where?.operator ?? null,
      poolId: where?.pool ?? null,
      maxRate: where?.maxRateDcPerHour ?? null,
      freeUntil: where?.freeUntil ? where.freeUntil.getTime() / 1_000 : null,
    };
    const place = typeof after === "string" ? placeOf(after) : null;
    const rows = await listOffersNow(snapshot, filter, { after: place, limit: first + 1 });
    const nodes = rows.slice(0, first).map(({ rate, ...row }) => ({ ...row, tier, rateDcPerHour: rate }));
    const last = nodes.at(-1);
    return {
      nodes,
      edges: nodes.map((node) => ({ cursor: cursorOf(node), node })),
      pageInfo: { hasNextPage: rows.length > first, endCursor: last ? cursorOf(last) : null },
    };
  }

  @FieldResolver(() => Gpu, { nullable: true, description: "The GPU." })
  gpu(@Root() row: OfferRow, @Ctx() { load }: Context): Promise<chain.GpuRow | undefined> {
    return load.gpu.load(row.gpuId);
  }

  @FieldResolver(() => Pool, { nullable: true, description: "Its pool." })
  pool(@Root() row: OfferRow, @Ctx() { load }: Context): Promise<chain.PoolRow | undefined> {
    return load.pool.load(row.poolId);
  }

  @FieldResolver(() => Operator, { nullable: true, description: "Who runs it." })
  operator(@Root() row: OfferRow, @Ctx() { load }: Context): Promise<chain.OperatorRow | undefined> {
    return load.operator.load(row.operatorId);
  }
}

const cursorOf = ({ rateDcPerHour, gpuId }: OfferRow): string =>
  Buffer.from(`${rateDcPerHour} ${gpuId}`).toString("base64url");

function placeOf(cursor: string): NowPlace {
  const found = /^(\d{1,78}) (\d{1,78})$/.exec(Buffer.from(cursor, "base64url").toString());
  if (!found) throw badArgument("after", "is no cursor of this list");
  return { rate: BigInt(found[1] ?? 0), gpuId: found[2] ?? "" };
}
