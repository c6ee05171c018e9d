import { getIntrospectionQuery, parse, type GraphQLSchema } from "graphql";
import { costOf, usedBy } from "./cost.ts";
import { EXAMPLES } from "./examples.ts";
import { createSchema } from "./schema.ts";

let schema: GraphQLSchema;

beforeAll(async () => {
  schema = await createSchema();
});

describe("what an operation may cost", () => {
  const cases: [string, number][] = [
    ["{ __typename }", 1],
    [`{ gpu(id: "1") { id owner { address } } }`, 2],
    ["{ gpus(first: 100) { nodes { id } pageInfo { endCursor } } }", 101],
    ["{ gpus(first: 100) { edges { cursor node { id } } } }", 101],
    ["{ gpus { nodes { owner { address } } } }", 101], // 50 where nothing is said: 1 + 50 · (1 + 1)
    ["{ pools(first: 10) { nodes { gpus(first: 20) { nodes { id } } } } }", 221], // 1 + 10 · (1 + 1 + 20)
    [`{ gpu(id: "1") { telemetry(minutes: 1440) { at } } }`, 26], // 1 + 1 + 1440 ÷ 60
    [`{ gpu(id: "1") { burnedByHour(hours: 744) { burnedDc } } }`, 132], // 1 + 1 + 10 · 1 · ⌈744 ÷ 60⌉
    [`{ gpu(id: "1") { liveTelemetry { at } } }`, 11],
    [`mutation { signIn(message: "", signature: "0x") { address } }`, 100],
  ];
  it.each(cases)("%s: %d points", (query, points) => expect(costOf(schema, parse(query), {})).toBe(points));

  it("follows the variables, their defaults and the directives", () => {
    const document = parse(
      "query ($n: Int = 10, $no: Boolean!) { gpus(first: $n) { nodes { id } } asOf @skip(if: $no) { block { number } } }",
    );
    expect(costOf(schema, document, { no: true })).toBe(11);
    expect(costOf(schema, document, { no: false, n: 100 })).toBe(103);
    expect(() => costOf(schema, document, { n: "many", no: true })).toThrow(/got invalid value/);
  });

  it("leaves room for the examples, and for reading the whole schema", () => {
    for (const { query } of EXAMPLES) expect(costOf(schema, parse(query), {})).toBeLessThan(10_000);
    expect(costOf(schema, parse(getIntrospectionQuery()), {})).toBeLessThan(10_000);
  });
});

describe("what an answer did cost", () => {
  it("is its objects, and its series by 60 points", () => {
    expect(usedBy(null)).toBe(1);
    expect(
      usedBy({
        gpus: {
          nodes: [
            { id: "1", owner: { address: "0x" } },
            { id: "2", owner: null },
          ],
        },
      }),
    ).toBe(6);
    expect(usedBy({ gpu: { telemetry: { at: Array(120).fill("t"), power: Array(120).fill(null) } } })).toBe(8);
  });
});
