import { Args, Ctx, FieldResolver, Resolver, Root } from "type-graphql";
import type * as chain from "../../sources/chain.ts";
import { GPU_MEMBERSHIP } from "../../sources/entities/gpu-history.ts";
import {
  DISCOUNT_CHANGE,
  PRICER_DELEGATION,
  PRICER_PERIOD,
  RATE_CHANGE,
  SHARE_RULE,
  type PricerPeriodRow,
} from "../../sources/entities/pool-history.ts";
import { descending, NEWEST, type Entity, type Order } from "../../sources/entity.ts";
import { PageArgs, type Connection } from "../connection.ts";
import type { Context } from "../context.ts";
import { loadEntity, readListOf } from "../lists.ts";
import { GpuMembershipConnection } from "../types/gpu-history.ts";
import {
  DiscountChangeConnection,
  PricerDelegation,
  PricerPeriod,
  PricerPeriodConnection,
  RateChangeConnection,
  ShareRuleConnection,
} from "../types/pool-history.ts";
import { Pool } from "../types/pool.ts";

function ofPool<Row extends { id: string }>(
  kind: Entity<Row>,
  { id }: chain.PoolRow,
  page: PageArgs,
  { snapshot }: Context,
  order: Order,
): Promise<Connection<Row>> {
  return readListOf(snapshot, kind, { column: "pool", key: id }, page, { order });
}

/** What a pool asked and shared over time. */
@Resolver(() => Pool)
export class PoolHistoryResolver {
  @FieldResolver(() => ShareRuleConnection, {
    description: "Its share rules, those to come too, by epoch, the last first.",
  })
  shareRules(@Root() pool: chain.PoolRow, @Args(() => PageArgs) page: PageArgs, @Ctx() context: Context) {
    return ofPool(SHARE_RULE, pool, page, context, descending("effective_epoch"));
  }

  @FieldResolver(() => RateChangeConnection, { description: "Its rates over time, the latest first." })
  rateChanges(@Root() pool: chain.PoolRow, @Args(() => PageArgs) page: PageArgs, @Ctx() context: Context) {
    return ofPool(RATE_CHANGE, pool, page, context, NEWEST);
  }

  @FieldResolver(() => DiscountChangeConnection, {
    description: "Its discounts for longer terms over time, the latest first.",
  })
  discountChanges(@Root() pool: chain.PoolRow, @Args(() => PageArgs) page: PageArgs, @Ctx() context: Context) {
    return ofPool(DISCOUNT_CHANGE, pool, page, context, NEWEST);
  }

  @FieldResolver(() => PricerPeriodConnection, {
    description: "Who but the operator might set its rates when, the latest first.",
  })
  pricers(@Root() pool: chain.PoolRow, @Args(() => PageArgs) page: PageArgs, @Ctx() context: Context) {
    return ofPool(PRICER_PERIOD, pool, page, context, descending("from_at"));
  }

  @FieldResolver(() => GpuMembershipConnection, { description: "Which GPUs were in it when, the latest first." })
  memberships(@Root() pool: chain.PoolRow, @Args(() => PageArgs) page: PageArgs, @Ctx() context: Context) {
    return ofPool(GPU_MEMBERSHIP, pool, page, context, descending("from_at"));
  }
}

/** The bounds of a pricer. */
@Resolver(() => PricerPeriod)
export class PricerPeriodResolver {
  @FieldResolver(() => PricerDelegation, { nullable: true, description: "Pricer and bounds." })
  delegation(@Root() row: PricerPeriodRow, @Ctx() { snapshot }: Context) {
    return loadEntity(snapshot, PRICER_DELEGATION, row.delegationId);
  }
}

/** All of them. */
export const POOL_HISTORY_RESOLVERS = [PoolHistoryResolver, PricerPeriodResolver] as const;
