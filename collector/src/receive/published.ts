import { messageOf } from "#kernel/errors.ts";
import type { Pool } from "#kernel/pg.ts";
import type { Target } from "../targets/target.ts";
import { Refusal } from "./refusal.ts";

/** A group of Prometheus' http_sd. */
export interface SdGroup {
  targets: string[];
  labels: Record<string, string>;
}

/** What is asked of the database is remembered for so long. */
const REMEMBER_MS = 10_000;

/**
 * The exporters on which an operator's GPUs were seen last, by the chain's registry. A pushed target is no address that
 * could be scraped: for a GPU that is pushed now, the address at which it was scraped before counts.
 */
const OF_OPERATOR = `
  select t.url, t.labels, array_agg(distinct c.pool) filter (where c.pool is not null) as pools,
    array_agg(distinct p.region) filter (where p.region <> '') as regions
  from chain.gpu c
  join telemetry.gpu g on g.uuid_hash = c.uuid_hash
  cross join lateral (
    select s.target_key from telemetry.gpu_target s
    join telemetry.target x using (target_key)
    where s.gpu_key = g.gpu_key and x.url like 'http%'
    order by s.since desc limit 1
  ) s
  join telemetry.target t on t.target_key = s.target_key
  left join chain.pool p on p.id = c.pool
  where c.operator = $1 and c.status <> 'RETIRED'
  group by t.target_key`;

interface Row {
  url: string;
  labels: Record<string, string>;
  pools: string[] | null;
  regions: string[] | null;
}

/** What `PublishedTargets` works with. */
export interface PublishedTargetsOptions {
  pool: Pool;
  /** targets listed now */
  listed: () => Iterable<Target>;
}

/** The targets that an operator's own Prometheus should scrape, as http_sd. */
export class PublishedTargets {
  /** how often Prometheus should ask */
  readonly refreshSeconds = 60;
  readonly #options: PublishedTargetsOptions;
  readonly #answers = new Map<string, { at: number; rows: Promise<Row[]> }>();

  constructor(options: PublishedTargetsOptions) {
    this.#options = options;
  }

  /**
   * One operator's targets: those on which its GPUs, by the chain, were seen, and those listed under its name.
   *
   * @throws Refusal 503 while the database is away: Prometheus then keeps the list it has
   */
  async targetsOf(operator: string): Promise<SdGroup[]> {
    const groups = new Map<string, SdGroup>();
    for (const { url, labels } of this.#options.listed()) {
      if (labels["operator"] === operator) groups.set(url, groupOf(url, operator, labels));
    }
    for (const row of await this.#ask(operator)) {
      const found = groups.get(row.url) ?? groupOf(row.url, operator, row.labels);
      groups.set(row.url, { ...found, labels: { ...found.labels, ...labelsOf(row) } });
    }
    return [...groups].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, group]) => group);
  }

  async #ask(operator: string): Promise<Row[]> {
    const now = Date.now();
    const known = this.#answers.get(operator);
    if (known && now - known.at < REMEMBER_MS) return known.rows;
    const rows = this.#query(operator);
    this.#answers.set(operator, { at: now, rows });
    rows.catch(() => this.#answers.delete(operator));
    return rows;
  }

  async #query(operator: string): Promise<Row[]> {
    try {
      return (await this.#options.pool.query<Row>(OF_OPERATOR, [operator])).rows;
    } catch (error) {
      // Before anything is indexed there is no chain to ask: the list is what we were told.
      if (["42P01", "3F000"].includes((error as { code?: string }).code ?? "")) return [];
      throw new Refusal(503, "database", `the database doesn't answer: ${messageOf(error)}`, error);
    }
  }
}

/** Labels that Prometheus sets itself, or takes for its own, are left out. */
const RESERVED = new Set(["job", "instance"]);

function groupOf(url: string, operator: string, given: Readonly<Record<string, string>>): SdGroup {
  const { protocol, host, pathname, searchParams } = new URL(url);
  const labels: Record<string, string> = {};
  for (const [name, value] of Object.entries(given)) {
    if (/^[a-zA-Z_][a-zA-Z0-9_]*$/.test(name) && !name.startsWith("__") && !RESERVED.has(name)) labels[name] = value;
  }
  labels["operator"] = operator;
  labels["__scheme__"] = protocol.replace(":", "");
  labels["__metrics_path__"] = pathname;
  for (const [name, value] of searchParams) labels[`__param_${name}`] = value;
  return { targets: [withPort(protocol, host)], labels };
}

/** A URL leaves out the port of its scheme; Prometheus would add it, but by another's rules. */
function withPort(protocol: string, host: string): string {
  if (/:\d+$/.test(host)) return host;
  return `${host}:${protocol === "https:" ? 443 : 80}`;
}

/**
 * Only what rarely changes, as other labels make other series. Several values in one, as Prometheus' own discovery has
 * them: with a comma before and behind each.
 */
function labelsOf({ pools, regions }: Row): Record<string, string> {
  const list = (values: readonly string[]): string =>
    values.length === 1 ? (values[0] ?? "") : `,${[...values].sort().join(",")},`;
  return {
    ...(pools ? { pool: list(pools) } : {}),
    ...(regions ? { region: list(regions) } : {}),
  };
}
