import { DC_DECIMALS, parseUnits } from "#kernel/units.ts";
import type { FleetHost } from "../fleet/types.ts";

/** Operators' modes by their number on the chain. */
export const MODE = { SELF_POOLED: 0, SINGLE_SOURCE: 1, DISTRIBUTED: 2 } as const;

/** Index of an account in the local chain's mnemonic. */
export type AccountIndex = number;

/** One operator to register. */
export interface OperatorPlan {
  name: string;
  mode: number;
  owner: AccountIndex;
  members: readonly AccountIndex[];
}

/** A host whose GPUs join their pool later than the others. */
export interface LaterHost {
  name: string;
  /** days after the beginning */
  day: number;
}

/** One pool to open, and the hosts whose GPUs join it. Rates in DC base units per hour. */
export interface PoolPlan {
  /** place of its operator in `operators` */
  operator: number;
  model: string;
  region: string;
  rates: { spot: bigint; onDemand: bigint; reserved: bigint };
  shares: { operatorBps: number; poolBps: number; gpuBps: number };
  hosts: readonly string[];
  /** those of `hosts` whose GPUs aren't there from the beginning on; none when left out */
  laterHosts?: readonly LaterHost[];
  /** who mints, in turn */
  contributors: readonly AccountIndex[];
  /** who gets the NFTs, in turn */
  owners: readonly AccountIndex[];
}

/** What makes a month of a market: many customers, and what happens to it. Hours count from its beginning. */
export interface MonthPlan {
  /** rentals that customers ask for on an average day, before rhythms and growth */
  wishesPerDay: number;
  /** when BCT falls by half within hours */
  crashHour: number;
  /** a region without power or network; its operator says so on the chain */
  outage: { region: string; fromHour: number; hours: number };
  /** the operator that rents its own GPUs, and the wallets that do it; places of its pool and operator */
  selfDealer: { operator: number; pool: number; wallets: readonly AccountIndex[] };
  /** the operator whose GPUs often go dark while it says nothing, and the member that replaces those it kicks */
  unreliable: { operator: number; pool: number; newMember: AccountIndex };
}

/** What a network has and does: its operators, pools, hosts and people, and how long its past is. */
export interface MarketPlan {
  /** length of its past: with the exit delay of three days in it, and at least three whole epochs of a day */
  historyHours: number;
  /** how often the acts that have GPUs of their own are played in that time */
  rounds: number;
  /** undefined: a few tenants only */
  month?: MonthPlan;
  deployer: AccountIndex;
  /** settles rentals */
  keeper: AccountIndex;
  /** report the price of BCT */
  reporters: readonly AccountIndex[];
  customers: readonly AccountIndex[];
  /** buy and sell GPU NFTs */
  investors: readonly AccountIndex[];
  /** turns payments of money elsewhere into the customers' DC, from BCT of its own */
  processor: AccountIndex;
  /** sets a pool's rates within its operator's bounds */
  pricer: AccountIndex;
  /** attest epochs: as many of the deployment's three as must agree. They do nothing else, so that their nonces are theirs */
  oracles: readonly AccountIndex[];
  /** where an operator that keeps its identity elsewhere is paid */
  payout: AccountIndex;
  operators: readonly OperatorPlan[];
  pools: readonly PoolPlan[];
  hosts: readonly FleetHost[];
}

/** Rates from dollars per hour as text, exact. */
export const rates = (spot: string, onDemand: string, reserved: string) => ({
  spot: parseUnits(spot, DC_DECIMALS),
  onDemand: parseUnits(onDemand, DC_DECIMALS),
  reserved: parseUnits(reserved, DC_DECIMALS),
});

export const H100 = "NVIDIA H100 80GB HBM3";
export const A100 = "NVIDIA A100-SXM4-80GB";
export const L40S = "NVIDIA L40S";

/** A small network: three operators, one of each mode, four pools, six hosts, 24 GPUs; 80 hours. */
export const MARKET_PLAN: MarketPlan = {
  historyHours: 80,
  rounds: 1,
  deployer: 0,
  keeper: 9,
  reporters: [14, 15, 16, 17, 18],
  customers: [10, 11, 12, 13],
  investors: [6, 7, 8],
  processor: 20,
  pricer: 21,
  payout: 22,
  oracles: [23, 24],
  operators: [
    { name: "Telegraph Compute", mode: MODE.SELF_POOLED, owner: 1, members: [] },
    { name: "Shattuck Cloud", mode: MODE.SINGLE_SOURCE, owner: 2, members: [] },
    { name: "Gilman Collective", mode: MODE.DISTRIBUTED, owner: 3, members: [4, 5] },
  ],
  pools: [
    {
      operator: 0,
      model: H100,
      region: "us-west",
      rates: rates("1.39", "2.49", "1.99"),
      shares: { operatorBps: 2_000, poolBps: 6_750, gpuBps: 1_250 },
      hosts: ["tg-h100-01", "tg-h100-02"],
      contributors: [1],
      owners: [1],
    },
    {
      operator: 1,
      model: A100,
      region: "eu-north",
      rates: rates("0.79", "1.49", "1.19"),
      shares: { operatorBps: 2_500, poolBps: 6_000, gpuBps: 1_500 },
      hosts: ["sh-a100-01", "sh-a100-02"],
      contributors: [2],
      owners: [6, 7, 8],
    },
    {
      operator: 2,
      model: L40S,
      region: "us-east",
      rates: rates("0.49", "0.89", "0.69"),
      shares: { operatorBps: 1_500, poolBps: 7_000, gpuBps: 1_500 },
      hosts: ["gm-l40s-01"],
      contributors: [4, 5],
      owners: [4, 5],
    },
    {
      operator: 2,
      model: H100,
      region: "us-east",
      rates: rates("1.29", "2.29", "1.89"),
      shares: { operatorBps: 1_500, poolBps: 7_000, gpuBps: 1_500 },
      hosts: ["gm-h100-01"],
      contributors: [5],
      owners: [5, 8],
    },
  ],
  hosts: [
    { name: "tg-h100-01", model: H100, gpuCount: 4 },
    { name: "tg-h100-02", model: H100, gpuCount: 4, generation: "2026" },
    { name: "sh-a100-01", model: A100, gpuCount: 4 },
    { name: "sh-a100-02", model: A100, gpuCount: 4 },
    { name: "gm-l40s-01", model: L40S, gpuCount: 4, generation: "2026" },
    { name: "gm-h100-01", model: H100, gpuCount: 4 },
  ],
};

/** An item of a list that goes round and round. */
export function inTurn<T>(list: readonly T[], place: number): T {
  const item = list[place % list.length];
  if (item === undefined) throw new Error("BUG: a pool without contributors or owners");
  return item;
}
