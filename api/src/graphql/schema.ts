import "reflect-metadata";
import { lexicographicSortSchema, printSchema, type GraphQLSchema } from "graphql";
import { buildSchema, type PubSub } from "type-graphql";
import { withHistory } from "./history.ts";
import { LiveResolver } from "./live/resolvers.ts";
import { PrepareResolver } from "./prepare/resolver.ts";
import { AccountResolver, OperatorResolver, PoolResolver, RentalResolver } from "./resolvers/entities.ts";
import { AccountRewardsResolver, EpochResolver, GpuRewardsResolver, RewardLineResolver } from "./resolvers/epoch.ts";
import { FleetGpuResolver, OperatorFleetResolver, TargetResolver } from "./resolvers/fleet.ts";
import { GpuResolver } from "./resolvers/gpu.ts";
import { LiveTelemetryResolver } from "./resolvers/live-telemetry.ts";
import { PoolPricingResolver, PriceIndexResolver } from "./resolvers/pricing.ts";
import { PaymentResolver } from "./resolvers/payment.ts";
import { QueryResolver } from "./resolvers/query.ts";
import { QuoteResolver } from "./resolvers/quote.ts";
import { MemberResolver, OperatorReputationResolver } from "./resolvers/reputation.ts";
import { ECONOMY_RESOLVERS } from "./resolvers/economy.ts";
import { EXCHANGE_RESOLVERS } from "./resolvers/exchange.ts";
import { GPU_HISTORY_RESOLVERS } from "./resolvers/gpu-history.ts";
import { OfferResolver } from "./resolvers/offers.ts";
import { OPERATOR_HISTORY_RESOLVERS } from "./resolvers/operator-history.ts";
import { POOL_HISTORY_RESOLVERS } from "./resolvers/pool-history.ts";
import { GpuValuationResolver } from "./resolvers/valuation.ts";
import { SLOT_RESOLVERS } from "./resolvers/slot.ts";
import { STATEMENT_RESOLVERS } from "./resolvers/statement.ts";
import { AccessResolver, ViewerResolver } from "./resolvers/viewer.ts";

/** type-graphql wants one where there are subscriptions; ours bring their own source. */
const NO_PUB_SUB: PubSub = {
  subscribe: noTopics,
  publish: noTopics,
};

function noTopics(): never {
  throw new Error("BUG: a subscription without a source of its own");
}

/** The public API's schema. */
export async function createSchema(): Promise<GraphQLSchema> {
  const schema = await buildSchema({
    resolvers: [
      QueryResolver,
      AccountResolver,
      OperatorResolver,
      PoolResolver,
      GpuResolver,
      RentalResolver,
      EpochResolver,
      RewardLineResolver,
      AccountRewardsResolver,
      GpuRewardsResolver,
      PoolPricingResolver,
      PriceIndexResolver,
      QuoteResolver,
      ...STATEMENT_RESOLVERS,
      ...SLOT_RESOLVERS,
      ...EXCHANGE_RESOLVERS,
      ...[...GPU_HISTORY_RESOLVERS, ...POOL_HISTORY_RESOLVERS, ...OPERATOR_HISTORY_RESOLVERS],
      ...[...ECONOMY_RESOLVERS, OfferResolver, GpuValuationResolver],
      PrepareResolver,
      LiveTelemetryResolver,
      ...[OperatorFleetResolver, FleetGpuResolver, TargetResolver],
      ...[ViewerResolver, AccessResolver],
      LiveResolver,
      OperatorReputationResolver,
      MemberResolver,
      PaymentResolver,
    ],
    validate: false,
    pubSub: NO_PUB_SUB,
  });
  return withHistory(schema);
}

/** The text of `schema.graphql` at the root: sorted, so that a difference is a change. */
export async function schemaText(): Promise<string> {
  return `${printSchema(lexicographicSortSchema(await createSchema()))}\n`;
}
