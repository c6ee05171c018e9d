import type { FleetHost } from "../fleet/types.ts";
import { A100, L40S, MARKET_PLAN, MODE, rates, type LaterHost, type MarketPlan, type PoolPlan } from "./plan.ts";

/** How large a network is, and how long its past. */
export type NetworkSize = "small" | "month" | "large";

const GPUS_A_HOST = 8;
const SELF_DEALER = { operator: 3, pool: 4, owner: 60, wallets: [90, 91, 92, 93, 94, 95] };
const UNRELIABLE = { operator: 4, pool: 5, owner: 61, members: [70, 71, 72], newMember: 73 };
/** First account of the customers that a month has beside those of the small network. */
const CROWD_FROM = 100;
/** The last day on which hosts come, and the first; each pool has its own. */
const LATER = { fromDay: 3, toDay: 20 };
/** What a large network has more of than a month's. */
const LARGE = { hosts: 5, customers: 3, wishes: 4.3 };

/** A pool of a month, by how many hosts it has from the beginning on, and how many come later. */
interface Wing {
  pool: Omit<PoolPlan, "hosts">;
  prefix: string;
  hosts: number;
  later: number;
}

const SHARES = { operatorBps: 2_000, poolBps: 6_500, gpuBps: 1_500 };

/** The first four are those of the small network, so that its acts are played here too. */
const WINGS: readonly Wing[] = [
  { pool: MARKET_PLAN.pools[0]!, prefix: "tg-h100", hosts: 4, later: 2 },
  { pool: MARKET_PLAN.pools[1]!, prefix: "sh-a100", hosts: 4, later: 1 },
  { pool: MARKET_PLAN.pools[2]!, prefix: "gm-l40s", hosts: 2, later: 0 },
  { pool: MARKET_PLAN.pools[3]!, prefix: "gm-h100", hosts: 4, later: 0 },
  {
    prefix: "dw-l40s",
    hosts: 2,
    later: 0,
    pool: {
      operator: SELF_DEALER.operator,
      model: L40S,
      region: "us-west",
      rates: rates("0.89", "1.09", "0.99"),
      shares: { operatorBps: 5_000, poolBps: 2_500, gpuBps: 2_500 },
      contributors: [SELF_DEALER.owner],
      owners: [SELF_DEALER.owner],
    },
  },
  {
    prefix: "ox-a100",
    hosts: 2,
    later: 1,
    pool: {
      operator: UNRELIABLE.operator,
      model: A100,
      region: "ap-south",
      rates: rates("0.59", "1.09", "0.89"),
      shares: SHARES,
      contributors: UNRELIABLE.members,
      owners: UNRELIABLE.members,
    },
  },
  {
    prefix: "tg-a100",
    hosts: 1,
    later: 1,
    pool: {
      operator: 0,
      model: A100,
      region: "us-west",
      rates: rates("0.85", "1.59", "1.29"),
      shares: SHARES,
      contributors: [1],
      owners: [1],
    },
  },
  {
    prefix: "sh-l40s",
    hosts: 1,
    later: 1,
    pool: {
      operator: 1,
      model: L40S,
      region: "eu-north",
      rates: rates("0.45", "0.85", "0.65"),
      shares: SHARES,
      contributors: [2],
      owners: [6, 7, 8],
    },
  },
];

/** Each size's plan: 24 GPUs and 80 hours; 208 GPUs and 30 days; 1,040 GPUs and 30 days. */
export function planOf(size: NetworkSize): MarketPlan {
  if (size === "small") return MARKET_PLAN;
  const scale = size === "large" ? LARGE : { hosts: 1, customers: 1, wishes: 1 };
  const customers = Array.from({ length: 60 * scale.customers }, (_, place) => CROWD_FROM + place);
  const wings = WINGS.map((wing, place) => ({ ...wing, hosts: hostsOf(wing, scale.hosts, place) }));
  return {
    ...MARKET_PLAN,
    historyHours: 720,
    rounds: 4,
    month: {
      wishesPerDay: 235 * scale.wishes,
      crashHour: 17 * 24 + 13,
      outage: { region: "eu-north", fromHour: 14 * 24 + 9, hours: 7 },
      selfDealer: SELF_DEALER,
      unreliable: UNRELIABLE,
    },
    customers: [...MARKET_PLAN.customers, ...customers],
    operators: [
      ...MARKET_PLAN.operators,
      { name: "Dwight Systems", mode: MODE.SELF_POOLED, owner: SELF_DEALER.owner, members: [] },
      { name: "Oxford Cluster", mode: MODE.DISTRIBUTED, owner: UNRELIABLE.owner, members: UNRELIABLE.members },
    ],
    pools: wings.map(({ pool, hosts }) => ({
      ...pool,
      hosts: hosts.map(({ name }) => name),
      laterHosts: hosts.flatMap(({ name, day }): LaterHost[] => (day === 0 ? [] : [{ name, day }])),
    })),
    hosts: wings.flatMap(({ pool, hosts }) =>
      hosts.map(({ name, generation }): FleetHost => ({ name, model: pool.model, gpuCount: GPUS_A_HOST, generation })),
    ),
  };
}

interface WingHost {
  name: string;
  generation: "classic" | "2026";
  /** 0: from the beginning on */
  day: number;
}

function hostsOf({ prefix, hosts, later }: Wing, scale: number, number: number): WingHost[] {
  const first = hosts * scale;
  const fromDay = LATER.fromDay + number;
  const gap = (LATER.toDay - fromDay) / Math.max(1, later * scale - 1);
  return Array.from({ length: first + later * scale }, (_, place) => ({
    name: `${prefix}-${String(place + 1).padStart(2, "0")}`,
    generation: place % 2 === 1 ? "2026" : "classic",
    day: place < first ? 0 : fromDay + Math.floor((place - first) * gap),
  }));
}
