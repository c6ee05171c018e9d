import {
  GraphQLBoolean,
  GraphQLNonNull,
  GraphQLObjectType,
  GraphQLSchema,
  isObjectType,
  type GraphQLFieldConfigMap,
  type GraphQLFieldResolver,
} from "graphql";
import { BaseError } from "#kernel/errors.ts";
import { PastSnapshot, readPastBlock, type PastBlock, type When } from "../sources/past.ts";
import { badArgument } from "./connection.ts";
import { createContext, type Context } from "./context.ts";
import { BigIntScalar, DateTimeScalar } from "./scalars.ts";

/** Entries of `Query` that tell of the chain alone. */
const ENTRIES = [
  ...["network", "economy", "operator", "operators", "pool", "pools", "gpu", "gpus", "rental", "rentals", "account"],
  ...["slot", "slots", "listing", "listings", "sales", "members", "offers"],
];
/** A block's state is read through more than an index. */
const POINTS = 20;

type Fields = GraphQLFieldConfigMap<unknown, Context>;

/**
 * A schema with `Query.history`: its fields are those of `Query` that tell of the chain, and all below it is as of one
 * earlier block. Objects of the past know their context; those of the present cost one look.
 */
export function withHistory(schema: GraphQLSchema): GraphQLSchema {
  const config = schema.toConfig();
  const present = schema.getQueryType();
  if (!present) throw new Error("BUG: a schema without Query");
  const fields = present.toConfig().fields as Fields;
  const query = new GraphQLObjectType({ ...present.toConfig(), fields: { ...fields, history: historyField(fields) } });
  const result = new GraphQLSchema({ ...config, query, types: config.types.filter((type) => type !== present) });
  for (const type of Object.values(result.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith("__")) continue;
    for (const field of Object.values(type.getFields())) if (field.resolve) field.resolve = inItsTime(field.resolve);
  }
  return result;
}

function historyField(fields: Fields): Fields[string] {
  const entries = Object.fromEntries(ENTRIES.map((name) => [name, fields[name]] as const)) as Fields;
  const block = new GraphQLObjectType<PastBlock>({
    name: "PastBlock",
    description: "A block of the past.",
    fields: {
      number: { type: new GraphQLNonNull(BigIntScalar), description: "Height.", resolve: (row) => BigInt(row.number) },
      timestamp: { type: new GraphQLNonNull(DateTimeScalar), description: "Time of the last event up to it." },
      isTimeExact: {
        type: new GraphQLNonNull(GraphQLBoolean),
        description: "Whether that event was in the block itself.",
      },
    },
  });
  const type = new GraphQLObjectType<unknown, Context>({
    name: "History",
    description: `The chain as of the end of an earlier block, with all below it. What isn't kept by block (telemetry, advice,
scores, the ledger) is null there, with an error of code NOT_IN_HISTORY.`,
    fields: { block: { type: new GraphQLNonNull(block), description: "The block that it is." }, ...entries },
  });
  return {
    type,
    extensions: { complexity: POINTS },
    description: `The chain at a block or at a time: give one. At a time it is the last block with an event that isn't after it.
Errors: HISTORY_PRUNED with the earliest block that is kept; NOT_INDEXED_YET.`,
    args: {
      atBlock: { type: BigIntScalar, description: "Height." },
      atTime: { type: DateTimeScalar, description: "An instant, whole seconds." },
    },
    resolve: async (_, args, context) => {
      const at = await readPastBlock(context.snapshot, whenOf(args as HistoryArgs));
      const history = { block: at };
      (context.past ??= new WeakMap()).set(history, pastContext(context, at));
      return history;
    },
  };
}

interface HistoryArgs {
  atBlock?: bigint | null;
  atTime?: Date | null;
}

function whenOf({ atBlock, atTime }: HistoryArgs): When {
  const hasBlock = atBlock !== null && atBlock !== undefined;
  if (hasBlock === Boolean(atTime)) throw badArgument("atBlock", "or atTime must be given, and not both");
  return hasBlock ? { block: atBlock } : { time: BigInt(Math.floor((atTime as Date).getTime() / 1_000)) };
}

/** A context in which everything is as of that block. */
function pastContext(context: Context, at: PastBlock): Context {
  const block = { number: BigInt(at.number), timestamp: at.timestamp, hash: "" };
  Object.defineProperty(block, "hash", {
    // who walks through an answer's values doesn't ask for it
    enumerable: false,
    get: () => {
      const hints = ["leave `hash` out, or ask a node for it"];
      throw new BaseError("NOT_IN_HISTORY", "hashes of blocks of the past aren't kept", { hints });
    },
  });
  const past = createContext(new PastSnapshot(context.snapshot, at), context, context);
  return { ...past, asOf: async () => ({ block, sampledThrough: undefined }) };
}

/** Resolves fields of objects of the past in their context, and marks what they give. */
function inItsTime(resolve: GraphQLFieldResolver<unknown, unknown>): GraphQLFieldResolver<unknown, unknown> {
  return (root, args, context, info) => {
    const marks = (context as Context | undefined)?.past;
    const past = marks && typeof root === "object" && root !== null ? marks.get(root) : undefined;
    if (!marks || !past) return resolve(root, args, context, info);
    const value = resolve(root, args, past, info);
    return value instanceof Promise
      ? value.then((result: unknown) => mark(result, past, marks))
      : mark(value, past, marks);
  };
}

function mark(value: unknown, past: Context, marks: WeakMap<object, Context>): unknown {
  if (typeof value !== "object" || value === null || value instanceof Date || marks.has(value)) return value;
  marks.set(value, past);
  for (const part of Object.values(value)) mark(part, past, marks);
  return value;
}
