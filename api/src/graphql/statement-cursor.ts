import { LINE_KINDS, type LineKey, type StatementLine } from "../domain/cashflow/line.ts";
import { badArgument, checkedFirst, type Connection, type PageArgs } from "./connection.ts";

/** The cursor of a line: where it stands in its statement. */
export function lineCursor({ at, kind, poolId, gpuId, account, id, amount }: LineKey): string {
  return Buffer.from(JSON.stringify([at, kind, poolId, gpuId, account, id, String(amount)])).toString("base64url");
}

/**
 * The place that a cursor names.
 *
 * @throws GraphQLError `BAD_USER_INPUT` for another text
 */
export function lineKeyOf(cursor: string): LineKey {
  const [at, kind, poolId, gpuId, account, id, amount] = partsOf(cursor);
  const isId = (value: unknown): value is string | null =>
    value === null || (typeof value === "string" && /^\d{1,18}$/.test(value));
  const known = LINE_KINDS.find((one) => one === kind);
  const isGood =
    Number.isSafeInteger(at) && known && isId(poolId) && isId(gpuId) && /^-?\d{1,90}$/.test(String(amount));
  if (!isGood || typeof account !== "string" || !/^0x[0-9a-f]{40}$/.test(account)) throw notOurs();
  return { at: at as number, kind: known, poolId, gpuId, account, id: String(id), amount: BigInt(String(amount)) };
}

function partsOf(cursor: string): unknown[] {
  try {
    const parts: unknown = JSON.parse(Buffer.from(cursor, "base64url").toString());
    if (Array.isArray(parts)) return parts;
  } catch {
    // not ours either
  }
  throw notOurs();
}

const notOurs = (): Error => badArgument("after", "is no cursor of this list");

/** A page of lines in Relay's shape. */
export async function readLineConnection<Shown>(
  { first, after }: PageArgs,
  read: (page: { after: LineKey | null; limit: number }) => Promise<StatementLine[]>,
  show: (line: StatementLine) => Shown,
): Promise<Connection<Shown>> {
  checkedFirst(first);
  const lines = await read({ after: typeof after === "string" ? lineKeyOf(after) : null, limit: first + 1 });
  const edges = lines.slice(0, first).map((line) => ({ cursor: lineCursor(line), node: show(line) }));
  const pageInfo = { hasNextPage: lines.length > first, endCursor: edges.at(-1)?.cursor ?? null };
  return { nodes: edges.map(({ node }) => node), edges, pageInfo };
}
