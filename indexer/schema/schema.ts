/** What an entity's column holds; the numbers are graph-ts' kinds of a store value. */
export const ValueKind = {
  String: 0,
  Int: 1,
  BigDecimal: 2,
  Boolean: 3,
  Array: 4,
  Null: 5,
  Bytes: 6,
  BigInt: 7,
  Int8: 8,
  Timestamp: 9,
} as const;
export type ValueKind = (typeof ValueKind)[keyof typeof ValueKind];

/** The type of an entity's id. */
export type IdKind = "String" | "Bytes" | "Int8";

/** One stored field of an entity or aggregation; derived fields have none. */
export interface Column {
  /** the field's name */
  readonly name: string;
  readonly sqlName: string;
  /** the scalar kind of the value, or of each element of a list */
  readonly kind: ValueKind;
  /** the name of the GraphQL type, e.g. `BigInt`, `Account` */
  readonly typeName: string;
  readonly isList: boolean;
  readonly isNonNull: boolean;
  readonly isReference: boolean;
  /** the SQL name of its enum type, if its type is an enum */
  readonly enumName: string | undefined;
  /** that enum's labels */
  readonly labels: ReadonlySet<string> | undefined;
}

/** A table of a deployment: an entity type's or one interval of an aggregation. */
export interface Table {
  readonly name: string;
  readonly sqlName: string;
  readonly isImmutable: boolean;
  readonly columns: readonly Column[];
  /** its position in graph-node's order, part of its indexes' names */
  readonly position: number;
  /** vids are `bigserial` and not assigned by block */
  readonly hasSerialVid: boolean;
}

/** A field answered from another type's column. */
export interface DerivedField {
  readonly typeName: string;
  readonly field: string;
}

/** An `@entity` type. */
export interface EntityType extends Table {
  readonly isTimeseries: boolean;
  readonly skipDuplicates: boolean;
  readonly idKind: IdKind;
  readonly idColumn: number;
  /** column `timestamp` of a timeseries, else -1 */
  readonly timestampColumn: number;
  readonly columnIndex: ReadonlyMap<string, number>;
  /** column indices by field name: the order in which handlers see fields */
  readonly sortedColumns: readonly number[];
  readonly derivedFields: ReadonlyMap<string, DerivedField>;
}

export type AggregateFunction = "sum" | "max" | "min" | "count" | "first" | "last";
export type Interval = "hour" | "day";

/** One `@aggregate` field. */
export interface Aggregate {
  readonly column: Column;
  readonly fn: AggregateFunction;
  /** SQL over the source's columns; empty for `count` */
  readonly sql: string;
  /** the source's columns that `sql` reads, sorted */
  readonly sourceColumns: readonly string[];
  readonly isCumulative: boolean;
}

/** An `@aggregation` type. */
export interface Aggregation {
  readonly name: string;
  readonly source: EntityType;
  readonly idKind: IdKind;
  readonly dimensions: readonly Column[];
  readonly aggregates: readonly Aggregate[];
  /** one table per interval */
  readonly tables: readonly { interval: Interval; table: Table }[];
}

/** A subgraph's parsed and checked schema. */
export interface Schema {
  readonly entities: ReadonlyMap<string, EntityType>;
  readonly interfaces: ReadonlySet<string>;
  readonly aggregations: readonly Aggregation[];
  /** labels in alphabetical order, by SQL name */
  readonly enums: ReadonlyMap<string, readonly string[]>;
  /** every table in graph-node's order */
  readonly tables: readonly Table[];
  readonly source: string;
}
