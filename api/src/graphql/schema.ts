import "reflect-metadata";
import { lexicographicSortSchema, printSchema, type GraphQLSchema } from "graphql";
import { buildSchema } from "type-graphql";
import { AccountResolver, OperatorResolver, PoolResolver, RentalResolver } from "./resolvers/entities.ts";
import { AccountRewardsResolver, EpochResolver, GpuRewardsResolver, RewardLineResolver } from "./resolvers/epoch.ts";
import { GpuResolver } from "./resolvers/gpu.ts";
import { QueryResolver } from "./resolvers/query.ts";

/** The public API's schema. */
export function createSchema(): Promise<GraphQLSchema> {
  return buildSchema({
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
    ],
    validate: false,
  });
}

/** The text of `schema.graphql` at the root: sorted, so that a difference is a change. */
export async function schemaText(): Promise<string> {
  return `${printSchema(lexicographicSortSchema(await createSchema()))}\n`;
}
