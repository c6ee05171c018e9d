export { createClient, type AskOptions, type Client, type ClientOptions } from "./client.ts";
export { ApiError, type ToldError } from "./errors.ts";
export { graphql, type ResultOf, type VariablesOf } from "./graphql.ts";
