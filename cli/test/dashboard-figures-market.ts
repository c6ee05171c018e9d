import { FATAL_XIDS as FATAL_BY_METHODOLOGY } from "#api/src/domain/reputation/outcomes.ts";
import { MARKET_DASHBOARD } from "#dashboards/src/market/dashboard.ts";
import { OPERATOR_DASHBOARD } from "#dashboards/src/operator/dashboard.ts";
import { FATAL_XIDS } from "#dashboards/src/telemetry.ts";
import { DC_DECIMALS } from "#kernel/units.ts";
import { unitsOf, type Figure, type PanelRow } from "./dashboard-figures.ts";

type Range = { from: Date; to: Date; variables: Readonly<Record<string, string | readonly string[]>> };

/** What is asked of the operator that is chosen, or of its only chosen pool. */
const operator = ({ variables }: Range, fields: string): string =>
  `operator(id: "${String(variables["operator"])}") { ${fields} }`;
const pool = ({ variables }: Range, fields: string): string => `pool(id: "${String(variables["pool"])}") { ${fields} }`;
const span = ({ from, to }: Range): string => `from: "${from.toISOString()}", to: "${to.toISOString()}"`;

const dc = (text: unknown): bigint | null => (text === null ? null : unitsOf(text, DC_DECIMALS));
const timeOf = (row: PanelRow, column = "time"): string => (row[column] as Date).toISOString();
const iso = (text: string): string => new Date(text).toISOString();

interface Point {
  asOf: string;
  score: number;
  mean: number;
  high: number;
}

const SCORES: Figure<{ operator: { reputationHistory: Point[] } }> = {
  name: "score and interval over time",
  dashboard: OPERATOR_DASHBOARD,
  panel: "Score and its interval",
  query: (range) => operator(range, `reputationHistory(${span(range)}) { asOf score mean high }`),
  ofPanel: (rows) => rows.map((row) => [timeOf(row), row["score"], row["mean"], row["upper end"]]),
  ofApi: ({ operator: { reputationHistory } }) =>
    reputationHistory.map(({ asOf, score, mean, high }) => [iso(asOf), score, mean, high]),
};

interface Part {
  dimension: string;
  points: number;
  low: number;
  mean: number;
  high: number;
  observedMean: number | null;
  priorMean: number;
  n: number;
  weight: number;
  heldPayers: number;
  excluded: number;
}

const PARTS: Figure<{ operator: { reputation: { parts: Part[] } } }> = {
  name: "parts of the newest score",
  dashboard: OPERATOR_DASHBOARD,
  panel: "The parts now",
  query: (range) =>
    operator(
      range,
      "reputation { parts { dimension points low mean high observedMean priorMean n weight heldPayers excluded } }",
    ),
  ofPanel: (rows) =>
    byFirst(
      rows.map((row) => [
        String(row["dimension"]).toUpperCase(),
        ...[
          "points",
          "5 %",
          "mean",
          "95 %",
          "observed",
          "network",
          "outcomes",
          "weight",
          "payers held",
          "excluded",
        ].map((name) => row[name]),
      ]),
    ),
  ofApi: ({ operator: { reputation } }) =>
    byFirst(
      reputation.parts.map((part) => [
        ...[part.dimension, part.points, part.low, part.mean, part.high, part.observedMean, part.priorMean],
        ...[part.n, part.weight, part.heldPayers, part.excluded],
      ]),
    ),
};

/** Rows by their first column, so that each side may have its own order. */
const byFirst = (rows: unknown[][]): unknown[][] => rows.sort((a, b) => (String(a[0]) < String(b[0]) ? -1 : 1));

interface Member {
  address: string;
  reputation: { score: number; high: number; rank: number } | null;
  performance: { gpuCount: number; activeGpuCount: number; rentedGpuCount: number; burnedDc: string };
}

const MEMBERS: Figure<{ operator: { members: { nodes: Member[] } } }> = {
  name: "members, their scores and what they bring",
  dashboard: OPERATOR_DASHBOARD,
  panel: "Members",
  query: (range) =>
    operator(
      range,
      `members(first: 200) { nodes { address reputation { score high rank }
        performance { gpuCount activeGpuCount rentedGpuCount burnedDc } } }`,
    ),
  ofPanel: (rows) =>
    byFirst(
      rows.map((row) => [
        ...[row["member"], row["score"], row["upper end"], row["rank"]],
        ...["GPUs", "active", "rented"].map((name) => Number(row[name])),
        dc(row["DC burned"]) ?? 0n,
      ]),
    ),
  ofApi: ({ operator: { members } }) =>
    byFirst(
      members.nodes.map(({ address, reputation, performance: use }) => [
        ...[address.toLowerCase(), reputation?.score ?? null, reputation?.high ?? null, reputation?.rank ?? null],
        ...[use.gpuCount, use.activeGpuCount, use.rentedGpuCount],
        dc(use.burnedDc),
      ]),
    ),
};

interface History {
  at: string[];
  rateDcPerHour: string[];
  adviceDcPerHour: (string | null)[];
  hourOccupancy: (number | null)[];
}

const ADVICE: Figure<{ pool: { priceHistory: History } }> = {
  name: "a pool's rates and advice, hour by hour",
  dashboard: OPERATOR_DASHBOARD,
  panel: "On-demand: asked and advised",
  query: (range) => pool(range, `priceHistory(tier: ON_DEMAND, ${span(range)}) { at rateDcPerHour adviceDcPerHour }`),
  ofPanel: (rows) => rows.map((row) => [timeOf(row), dc(row["asks"]), dc(row["is advised"])]),
  ofApi: ({ pool: { priceHistory } }) =>
    priceHistory.at.map((at, place) => [
      iso(at),
      dc(priceHistory.rateDcPerHour[place]),
      dc(priceHistory.adviceDcPerHour[place] ?? null),
    ]),
};

const OCCUPANCY: Figure<{ pool: { priceHistory: History } }> = {
  name: "a pool's occupancy, hour by hour",
  dashboard: OPERATOR_DASHBOARD,
  panel: "Occupancy and utilization",
  query: (range) => pool(range, `priceHistory(tier: SPOT, ${span(range)}) { at hourOccupancy }`),
  ofPanel: (rows) => rows.map((row) => [timeOf(row), row["occupancy"]]),
  ofApi: ({ pool: { priceHistory } }) =>
    priceHistory.at.map((at, place) => [iso(at), priceHistory.hourOccupancy[place] ?? null]),
};

const KINDS = {
  paid: "TRADE",
  "spot, asked": "ASK_SPOT",
  "on demand, asked": "ASK_ON_DEMAND",
  "reserved, asked": "ASK_RESERVED",
};

type Indices = Record<string, { at: string[]; dcPerHour: (string | null)[] }>;

const INDICES: Figure<Indices> = {
  name: "what was paid and is asked for a model in a region",
  dashboard: MARKET_DASHBOARD,
  panel: "Paid and asked",
  query: (range) =>
    Object.values(KINDS)
      .map(
        (
          kind,
        ) => `${kind}: priceIndex(model: "${String(range.variables["model"])}", region: "${String(range.variables["region"])}",
          kind: ${kind}, ${span(range)}) { at dcPerHour }`,
      )
      .join(" "),
  ofPanel: (rows) =>
    Object.keys(KINDS).map((metric) =>
      rows.filter((row) => row["metric"] === metric).map((row) => [timeOf(row), dc(row["USD"])]),
    ),
  ofApi: (data) =>
    Object.values(KINDS).map((kind) =>
      (data[kind]?.at ?? []).map((at, place) => [iso(at), dc(data[kind]?.dcPerHour[place] ?? null)]),
    ),
};

interface Safety {
  id: string;
  region: string;
  eviction: { within: { hours: number; chance: number | null }[]; takenCount: number; exposedGpuHours: number };
}

/** The API takes `expm1`, which PostgreSQL lacks: a chance is the same to twelve places. */
const chance = (value: unknown): number | null => (value === null ? null : Number(Number(value).toFixed(12)));

const EVICTION: Figure<{ pools: { nodes: Safety[] } }> = {
  name: "how likely spot rentals are taken away",
  dashboard: MARKET_DASHBOARD,
  panel: "Chance that a reservation takes a spot GPU",
  query: (range) =>
    `pools(first: 200, where: { model: "${String(range.variables["model"])}" }) { nodes { id region
      eviction { within { hours chance } takenCount exposedGpuHours } } }`,
  ofPanel: (rows) =>
    byFirst(
      rows.map((row) => [
        ...[row["pool"], Number(row["taken"]), row["exposed"]],
        ...["1 h", "6 h", "24 h"].map((name) => chance(row[name])),
      ]),
    ),
  ofApi: ({ pools }) =>
    byFirst(
      pools.nodes.map(({ id, region, eviction }) => [
        ...[`pool ${id}, ${region}`, eviction.takenCount, eviction.exposedGpuHours],
        ...[1, 6, 24].map((hours) => chance(eviction.within.find((one) => one.hours === hours)?.chance ?? null)),
      ]),
    ),
};

interface PoolNode {
  id: string;
  region: string;
  spotRateDcPerHour: string;
  onDemandRateDcPerHour: string;
  operator: { name: string; reputation: { score: number; high: number } | null };
}

interface Offers {
  pools: { nodes: PoolNode[] };
  offers: { nodes: { pool: { id: string } }[]; pageInfo: { hasNextPage: boolean } };
}

const OFFERS: Figure<Offers> = {
  name: "pools of a model: rates, scores and GPUs that are free",
  dashboard: MARKET_DASHBOARD,
  panel: "Pools of the model, in every region",
  query: ({ variables }) => {
    const model = String(variables["model"]);
    return `pools(first: 200, where: { model: "${model}" }) { nodes { id region spotRateDcPerHour onDemandRateDcPerHour
        operator { name reputation { score high } } } }
      offers(first: 200, where: { model: "${model}", tier: SPOT }) { nodes { pool { id } } pageInfo { hasNextPage } }`;
  },
  ofPanel: (rows) =>
    byFirst(
      rows.map((row) => [
        ...[row["pool"], row["region"], row["operator"], row["score"], row["upper end"]],
        ...[dc(row["spot"]), dc(row["on demand"]), Number(row["free GPUs"])],
      ]),
    ),
  ofApi: ({ pools, offers }) => {
    if (offers.pageInfo.hasNextPage) throw new Error("more than 200 offers: the figure is of a smaller market");
    return byFirst(
      pools.nodes.map(({ id, region, operator: { name, reputation }, ...rates }) => [
        ...[`pool ${id}`, region, name, reputation?.score ?? null, reputation?.high ?? null],
        ...[dc(rates.spotRateDcPerHour), dc(rates.onDemandRateDcPerHour)],
        offers.nodes.filter((offer) => offer.pool.id === id).length,
      ]),
    );
  },
};

/** Of an operator: `variables.operator`; with `variables.pool` one of its pools. */
export const OPERATOR_FIGURES = [SCORES, PARTS, MEMBERS] as const;

/** Of one pool: `variables.operator` and `variables.pool`; over at most two days, of which panels show every hour. */
export const POOL_FIGURES = [ADVICE, OCCUPANCY] as const;

/** Of a model in a region: `variables.model` and `variables.region`. */
export const MARKET_FIGURES = [INDICES, EVICTION, OFFERS] as const;

/** XIDs that the dashboard calls hardware's, and those that the methodology calls fatal: they must be the same. */
export const FATAL_SETS = {
  dashboard: [...FATAL_XIDS].sort((a, b) => a - b),
  methodology: [...FATAL_BY_METHODOLOGY].sort((a, b) => a - b),
};
