import { registerEnumType } from "type-graphql";
import type { Order } from "../sources/entity.ts";

/** One way to order a list, and how people know it. */
export interface OrderChoice {
  readonly order: Order;
  readonly description: string;
}

/** The ways to order a list. */
export interface OrderBy<Name extends string> {
  /** the enum's values, for decorators */
  readonly values: Record<Name, Name>;
  /** the order of a choice */
  orderOf(choice: Name): Order;
}

/** Makes the enum of a list's `orderBy`: each of its orders is served by an index of the subgraph's tables. */
export function orderBy<Name extends string>(name: string, choices: Record<Name, OrderChoice>): OrderBy<Name> {
  const names = Object.keys(choices) as Name[];
  const values = Object.fromEntries(names.map((one) => [one, one])) as Record<Name, Name>;
  registerEnumType(values, {
    name,
    description: "How a list is ordered; what is equal stands by id.",
    valuesConfig: Object.fromEntries(names.map((one) => [one, { description: choices[one].description }])) as Record<
      Name,
      { description: string }
    >,
  });
  return { values, orderOf: (choice) => choices[choice].order };
}
