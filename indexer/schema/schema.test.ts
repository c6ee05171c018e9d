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
    ["no GraphQL", "type {", "not GraphQL"],
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
