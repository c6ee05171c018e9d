import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { graphql } from "graphql";
import type { QueryResultRow } from "#kernel/pg.ts";
import { createContext } from "../../src/graphql/context.ts";
import { createSchema } from "../../src/graphql/schema.ts";
import { Snapshot } from "../../src/sources/snapshot.ts";
import type { World } from "../live/world.ts";
import { address, ALICE, openMarketScene } from "./scene.ts";

/** Node types and indexes of each list's statement: a worse plan shows as a difference. `GOLDEN=update` writes it anew. */
const GOLDEN = fileURLToPath(new URL("plans.golden.txt", import.meta.url));
/** How many rows a table gets, so that an index is worth it. */
const ROWS = 600;

/** Lists, each by its own query; what a list hangs on is read by id before it. */
const LISTS: Record<string, string> = {
  gpus: `gpus(first: 20) { nodes { id } }`,
  "gpus by burned": `gpus(first: 20, orderBy: BURNED_DC_DESC) { nodes { id } }`,
  "gpus of an owner": `account(address: "${address(ALICE)}") { gpus(first: 20) { nodes { id } } }`,
  "gpus of a pool": `pool(id: "2") { gpus(first: 20) { nodes { id } } }`,
  rentals: `rentals(first: 20) { nodes { id } }`,
  "rentals by time": `rentals(first: 20, orderBy: START_AT_DESC) { nodes { id } }`,
  "rentals of a customer": `account(address: "${address(ALICE)}") { rentals(first: 20) { nodes { id } } }`,
  slots: `slots(first: 20) { nodes { id } }`,
  "slots by start": `slots(first: 20, orderBy: START_AT_DESC) { nodes { id } }`,
  "slots of a GPU": `gpu(id: "1") { slots(first: 20) { nodes { id } } }`,
  "children of a slot": `slot(id: "1") { children(first: 20) { nodes { id } } }`,
  "transfers of a slot": `slot(id: "1") { transfers(first: 20) { nodes { id } } }`,
  listings: `listings(first: 20) { nodes { id } }`,
  "listings by price": `listings(first: 20, orderBy: PRICE_ASC) { nodes { id } }`,
  sales: `sales(first: 20) { nodes { id } }`,
  "sales of a GPU": `gpu(id: "1") { sales(first: 20) { nodes { id } } }`,
  "ownerships of a GPU": `gpu(id: "1") { ownerships(first: 20) { nodes { id } } }`,
  "rates of a pool": `pool(id: "1") { rateChanges(first: 20) { nodes { id } } }`,
  members: `members(first: 20) { nodes { id } }`,
  operators: `operators(first: 20) { nodes { id } }`,
  "operators by burned": `operators(first: 20, orderBy: BURNED_DC_DESC) { nodes { id } }`,
  pools: `pools(first: 20) { nodes { id } }`,
  "pools by rate": `pools(first: 20, orderBy: SPOT_RATE_ASC) { nodes { id } }`,
  "pools of an operator": `operator(id: "1") { pools(first: 20) { nodes { id } } }`,
  "offers of a model": `offers(first: 20, where: { model: "Model 101" }) { nodes { gpuId } }`,
  "offers of an operator": `offers(first: 20, where: { operator: "101" }) { nodes { gpuId } }`,
};

/** What a list's own statement is called; objects that it hangs on are read by others. */
const LIST_STATEMENT = /-(list|of)\/|^offers-now/;

/** Tables of one row, whatever the network's size: they are read whole. */
const ONE_ROW = /Seq Scan (head|head_time|deployment|network)$/gm;

interface PlanNode {
  "Node Type": string;
  "Index Name"?: string;
  "Relation Name"?: string;
  Plans?: PlanNode[];
}

/** Keeps each statement. */
class KeepingSnapshot extends Snapshot {
  readonly kept: { name: string; text: string; values: unknown[] }[] = [];

  override rows<Row extends QueryResultRow>(name: string, text: string, values: unknown[] = []): Promise<Row[]> {
    this.kept.push({ name, text, values });
    return super.rows<Row>(name, text, values);
  }
}

let world: World;

beforeAll(async () => {
  world = await openMarketScene();
  await world.pool.query(MANY);
  await world.pool.query("analyze");
});

afterAll(() => world.close());

/** Rows like those of the scene, each of an own GPU and wallet and time. */
const like = (table: string, where: string, changes: string): string => `
  insert into sgd1.${table} select (jsonb_populate_record(null::sgd1.${table}, to_jsonb(t) || jsonb_build_object(${changes}))).*
  from (select * from sgd1.${table} where ${where} limit 1) t, generate_series(101, ${ROWS + 100}) n;`;
const ADDRESS = `'\\x' || lpad(to_hex(n), 40, '0')`;
const HASH = `'\\x' || md5(n::text) || md5(n::text || 'x') || '00000000'`;
const own = (...more: string[]): string => [`'vid', n * 10`, ...more].join(", ");
const MANY = [
  like(
    "gpu",
    "id = '1' and upper_inf(block_range)",
    own(`'id', n::text, 'owner', ${ADDRESS}, 'pool', (n % 50)::text, 'created_at', n, 'burned_dc', n`),
  ),
  like(
    "rental",
    "id = '1' and upper_inf(block_range)",
    own(`'id', n::text, 'customer', ${ADDRESS}, 'gpu', n::text, 'start_at', n`),
  ),
  like(
    "slot",
    "id = '1' and upper_inf(block_range)",
    own(`'id', n::text, 'gpu', n::text, 'holder', ${ADDRESS}, 'parent', n::text, 'created_at', n, 'start_hour', n`),
  ),
  like(
    "listing",
    "gpu = '1' and upper_inf(block_range)",
    own(`'id', n::text, 'gpu', n::text, 'listed_at', n, 'price', n`),
  ),
  like("sale", "true", own(`'id', ${HASH}, 'gpu', n::text, 'block$', n, 'timestamp', n`)),
  like("slot_transfer", "true", own(`'id', ${HASH}, 'slot', n::text, 'block$', n`)),
  like("gpu_ownership", "gpu = '1' and upper_inf(block_range)", own(`'id', ${HASH}, 'gpu', n::text, 'from_at', n`)),
  like("rate_change", "true", own(`'id', ${HASH}, 'pool', n::text, 'block$', n`)),
  like("member", "true", own(`'id', n::text, 'account', ${ADDRESS}, 'added_at', n`)),
  like(
    "operator",
    "id = '1' and upper_inf(block_range)",
    own(`'id', n::text, 'owner', ${ADDRESS}, 'created_at', n, 'burned_dc', n`),
  ),
  like(
    "pool",
    "id = '1' and upper_inf(block_range)",
    own(`'id', n::text, 'operator', n::text, 'model', 'Model ' || n, 'created_at', n, 'spot_rate_dc_per_hour', n`),
  ),
].join("");

async function planOf(query: string, schema: Awaited<ReturnType<typeof createSchema>>): Promise<PlanNode> {
  const snapshot = new KeepingSnapshot(world.pool);
  const { errors } = await graphql({ schema, source: `{ ${query} }`, contextValue: createContext(snapshot) });
  await snapshot.close();
  expect(errors).toBeUndefined();
  const statement = snapshot.kept.findLast(({ name }) => LIST_STATEMENT.test(name));
  const { rows } = await world.pool.query<{ "QUERY PLAN": [{ Plan: PlanNode }] }>(
    `explain (format json, costs off) ${statement?.text ?? ""}`,
    statement?.values,
  );
  const [first] = rows;
  if (!first) throw new Error("no plan");
  return first["QUERY PLAN"][0].Plan;
}

/** By which index a node reads, or which table it reads whole. */
const nameOf = (node: PlanNode): string =>
  ` ${node["Index Name"] ?? (node["Node Type"] === "Seq Scan" ? (node["Relation Name"] ?? "") : "")}`.trimEnd();

const linesOf = (node: PlanNode, depth = 1): string[] => [
  `${"  ".repeat(depth)}${node["Node Type"]}${nameOf(node)}`,
  ...(node.Plans ?? []).flatMap((child) => linesOf(child, depth + 1)),
];

it("each list's statement goes by an index, as its plan of record says", async () => {
  const schema = await createSchema();
  const lines: string[] = [];
  for (const [name, query] of Object.entries(LISTS)) {
    const plan = linesOf(await planOf(query, schema));
    const read = plan.join("\n").replace(ONE_ROW, "");
    expect({ name, read }).toEqual({ name, read: expect.not.stringContaining("Seq Scan") as string });
    expect({ name, read }).toEqual({ name, read: expect.stringMatching(/Index|Bitmap/) as string });
    lines.push(name, ...plan);
  }
  const text = `${lines.join("\n")}\n`;
  if (process.env["GOLDEN"] === "update") writeFileSync(GOLDEN, text);
  expect(text).toBe(readFileSync(GOLDEN, "utf8"));
});
