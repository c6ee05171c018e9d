import { initGraphQLTada } from "gql.tada";
import type { introspection } from "./generated/schema.ts";

/** The schema, and how its scalars come. */
export interface Setup {
  introspection: introspection;
  disableMasking: true;
  /** Amounts are exact decimal text and never numbers: digits would be lost. Instants are ISO 8601 in UTC. */
  scalars: {
    BigInt: string;
    Bytes: string;
    Bct: string;
    DateTime: string;
    Dc: string;
    Decimal: string;
    Usd: string;
  };
}

/**
 * Writes down a document; its answer and its variables are typed by the schema.
 *
 * @example
 * const Gpu = graphql(`query Gpu($id: ID!) { gpu(id: $id) { status burnedDc } }`);
 */
export const graphql: initGraphQLTada<Setup> = initGraphQLTada<Setup>();

export type { ResultOf, VariablesOf } from "gql.tada";
