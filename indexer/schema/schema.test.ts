import { rewriteExpression } from "./expression.ts";
import { snakeCase } from "./names.ts";
import { parseSchema } from "./parse.ts";
import type { EntityType } from "./schema.ts";

const entity = (body: string, directive = "@entity(immutable: false)"): string => `type Thing ${directive} { ${body} }`;
const thing = (text: string): EntityType => parseSchema(text, true).entities.get("Thing") as EntityType;

describe("snakeCase", () => {
  // observed in graph-node 0.45
  it.each([
    ["i8", "i_8"],
    ["group1", "group_1"],
    ["group1Name", "group_1_name"],
    ["x2y3", "x_2y_3"],
    ["day24h", "day_2_4h"],
    ["tokenURI", "token_uri"],
    ["HTTPServer", "http_server"],
    ["totalValueLockedUSD", "total_value_locked_usd"],
    ["ERC20Token", "erc20_token"],
    ["UniswapV3Pool", "uniswap_v3_pool"],
    ["_under", "under"],
    ["already_snake", "already_snake"],
  ])("names %s %s", (name, expected) => {
    expect(snakeCase(name)).toBe(expected);
  });
});

describe("a schema", () => {
  it("gives references the type of the id they refer to", () => {
    const schema = parseSchema(
      `${entity("id: Bytes! other: Other! others: [Other!]!")} type Other @entity(immutable: true) { id: Int8! things: [Thing!]! @derivedFrom(field: "other") }`,
      true,
    );
    const columns = schema.entities
      .get("Thing")
      ?.columns.map(({ name, kind, isReference, isList }) => [name, kind, isReference, isList]);
    // Bytes 6, Int8 8
    expect(columns).toEqual([
      ["id", 6, false, false],
      ["other", 8, true, false],
      ["others", 8, true, true],
    ]);
    expect(schema.entities.get("Other")?.columns.map(({ name }) => name)).toEqual(["id"]);
    expect(schema.entities.get("Other")?.derivedFields.get("things")).toEqual({ typeName: "Thing", field: "other" });
  });

  it("orders an enum's labels by the alphabet", () => {
    expect(parseSchema(`enum Kind { B A C } ${entity("id: ID! kind: Kind!")}`, true).enums.get("kind")).toEqual([
      "A",
      "B",
      "C",
    ]);
  });

  it("assigns vids by block only from specVersion 1.3.0 on", () => {
    expect(thing(entity("id: ID!")).hasSerialVid).toBe(false);
    expect(parseSchema(entity("id: ID!"), false).entities.get("Thing")?.hasSerialVid).toBe(true);
  });

  it("makes timeseries immutable", () => {
    expect(thing(entity("id: Int8! timestamp: Timestamp!", "@entity(timeseries: true)")).isImmutable).toBe(true);
  });

  it.each([
    ["an unknown type", entity("id: ID! x: Nothing"), "Thing.x has the unknown type Nothing"],
    ["no id", entity("x: Int"), "Thing has no usable id"],
    ["an id that may be null", entity("id: ID"), "Thing has no usable id"],
    ["two fields of one column", entity("id: ID! aB: Int a_b: Int"), 'both become column "a_b"'],
    ["a type without @entity", "type Thing { id: ID! }", "type Thing has no @entity"],
    ["a derived field of nothing", entity('id: ID! x: [Thing!]! @derivedFrom(field: "y")'), "derived from Thing.y"],
    [
      "a timeseries without time",
      entity("id: Int8!", "@entity(timeseries: true)"),
      "timeseries Thing lacks its fields",
    ],
    ["full text search", `type _Schema_ @fulltext(name: "x") ${entity("id: ID!")}`, "full text search"],
    [
      "no GraphQL",
      "type Thing\n{",
      "the schema is not GraphQL: Syntax Error: Expected Name, found <EOF>. (schema line 2)",
    ],
    ["nothing to store", "enum Kind { A }", "the schema has no @entity type"],
    ["an id of a number", entity("id: BigInt!"), "Thing has no usable id"],
    ["an id of several", entity("id: [ID!]!"), "Thing has no usable id"],
    [
      "two fields of one column, naming the line",
      `${entity("id: ID!\n aB: Int\n a_b: Int")}`,
      'fields aB and a_b of Thing both become column "a_b" (schema line 3)',
    ],
    ["a field named as the rows' number", entity("id: ID! vid: Int"), 'becomes column "vid", which is reserved'],
    ["a field named as the rows' range", entity("id: ID! blockRange: Int"), 'column "block_range", which is reserved'],
    ["a field of signs alone", entity("id: ID! _: Int"), 'becomes column "", which is reserved'],
    [
      "two types of one table",
      `${entity("id: ID!")} type thing @entity(immutable: true) { id: ID! }`,
      'types Thing and thing both become "thing" in the database',
    ],
    ["an enum named as a table", `${entity("id: ID!")} enum thing { A }`, 'both become "thing"'],
    [
      "an entity named as an aggregation's table",
      `${entity("id: Int8! timestamp: Timestamp! n: Int!", "@entity(timeseries: true)")}
       type Sums @aggregation(intervals: ["hour"], source: "Thing") {
         id: Int8! timestamp: Timestamp! total: Int! @aggregate(fn: "sum", arg: "n")
       }
       type SumsHour @entity(immutable: true) { id: ID! }`,
      'types SumsHour and Sums_hour both become "sums_hour"',
    ],
    [
      "an aggregation without time",
      `${entity("id: Int8! timestamp: Timestamp! n: Int!", "@entity(timeseries: true)")}
       type Sums @aggregation(intervals: ["hour"], source: "Thing") { id: Int8! total: Int! @aggregate(fn: "sum", arg: "n") }`,
      "aggregation Sums lacks its fields",
    ],
    ["a type defined twice", `${entity("id: ID!")} ${entity("id: ID!")}`, "type Thing is defined twice"],
    [
      "a reserved type",
      `${entity("id: ID!")} type Query @entity(immutable: true) { id: ID! }`,
      "the name of type Query is reserved",
    ],
    [
      "a type that the API makes itself",
      `${entity("id: ID!")} type Thing_filter @entity(immutable: true) { id: ID! }`,
      "the name of type Thing_filter is reserved",
    ],
  ])("with %s is refused", (_, text, message) => {
    expect(() => parseSchema(text, true)).toThrow(message);
  });
});

describe("an aggregate's argument", () => {
  const source = thing(
    entity("id: Int8! timestamp: Timestamp! pricePaid: BigDecimal! count: Int!", "@entity(timeseries: true)"),
  );

  it("becomes SQL over the source's columns", () => {
    expect(rewriteExpression("pricePaid * 2 + greatest(count, 0)", source)).toEqual({
      sql: '"price_paid" * 2 + greatest ( "count" , 0 )',
      columns: ["count", "price_paid"],
    });
  });

  it.each([
    ["nothing + 1", "no field nothing"],
    ["pg_sleep(1)", "function pg_sleep is not allowed"],
    ["count; drop table x", "not understood"],
    ["(select 1)", "no field select"],
    ["", "empty"],
  ])("is refused when it is %j", (arg, reason) => {
    expect(rewriteExpression(arg, source)).toContain(reason);
  });
});
