import { INVESTOR_DASHBOARD } from "#dashboards/src/investor/dashboard.ts";
import { NETWORK_DASHBOARD } from "#dashboards/src/network/dashboard.ts";
import { BCT_DECIMALS, DC_DECIMALS } from "#kernel/units.ts";
import { sumOf, unitsOf, type Figure, type PanelRow } from "./dashboard-figures.ts";

const USD_DECIMALS = 6;

interface Measure {
  value: string | null;
}

interface Total {
  kind: string;
  amount: string;
  amountUsd: Measure;
}

interface InStatement<T> {
  statement: T;
}

type Range = { from: Date; to: Date; variables: Readonly<Record<string, string | readonly string[]>> };

/** A wallet's statement over the range, both ends in it as in Grafana's. */
const statement = ({ from, to, variables }: Range, fields: string, isWhole = false): string =>
  `statement(scope: { kind: WALLET, id: "${String(variables["wallet"])}" }, ${isWhole ? "" : `from: "${from.toISOString()}", `}` +
  `to: "${new Date(to.getTime() + 1_000).toISOString()}") { ${fields} }`;

const usdOf = ({ value }: Measure): bigint | null => (value === null ? null : unitsOf(value, USD_DECIMALS));
const isReward = ({ kind }: Total): boolean => kind.startsWith("REWARD_");
const total = (totals: readonly Total[], kind: string): bigint | null => {
  const [found] = totals.filter((one) => one.kind === kind);
  return found ? unitsOf(found.amount, BCT_DECIMALS) : null;
};

const EARNED: Figure<InStatement<{ earnedBct: string }>> = {
  name: "rewards earned",
  dashboard: INVESTOR_DASHBOARD,
  panel: "Earned",
  query: (range) => statement(range, "earnedBct"),
  ofPanel: (rows) => sumOf(rows, "Rewards", BCT_DECIMALS) ?? 0n,
  ofApi: ({ statement: { earnedBct } }) => unitsOf(earnedBct, BCT_DECIMALS),
};

const VALUE: Figure<InStatement<{ totals: Total[] }>> = {
  name: "rewards in dollars",
  dashboard: INVESTOR_DASHBOARD,
  panel: "Value earned",
  query: (range) => statement(range, "totals { kind amount amountUsd { value } }"),
  ofPanel: (rows) => sumOf(rows, "Value", USD_DECIMALS) ?? 0n,
  ofApi: ({ statement: { totals } }) =>
    totals.filter(isReward).reduce((sum, { amountUsd }) => sum + (usdOf(amountUsd) ?? 0n), 0n),
};

const KINDS: Figure<InStatement<{ totals: Total[] }>> = {
  name: "rewards by share rule",
  dashboard: INVESTOR_DASHBOARD,
  panel: "Where a reward comes from",
  query: (range) => statement(range, "totals { kind amount amountUsd { value } }"),
  ofPanel: (rows) => ["Pool share", "Bonus for use", "Operator's share"].map((name) => sumOf(rows, name, BCT_DECIMALS)),
  ofApi: ({ statement: { totals } }) =>
    ["REWARD_POOL", "REWARD_BONUS", "REWARD_OPERATOR"].map((kind) => total(totals, kind)),
};

const CLAIMABLE: Figure<{ account: { claim: { claimableBct: string } | null } }> = {
  name: "what can be claimed",
  dashboard: INVESTOR_DASHBOARD,
  panel: "Claimable now",
  query: ({ variables }) => `account(address: "${String(variables["wallet"])}") { claim { claimableBct } }`,
  ofPanel: (rows) => sumOf(rows, "Claimable", BCT_DECIMALS),
  ofApi: ({ account: { claim } }) => (claim ? unitsOf(claim.claimableBct, BCT_DECIMALS) : null),
};

const NET: Figure<InStatement<{ metrics: { realised: { netUsd: Measure } } }>> = {
  name: "net cash flow",
  dashboard: INVESTOR_DASHBOARD,
  panel: "Net cash flow",
  query: (range) => statement(range, "metrics { realised { netUsd { value } } }", true),
  ofPanel: (rows) => sumOf(rows, "Net", USD_DECIMALS),
  ofApi: ({ statement: { metrics } }) => usdOf(metrics.realised.netUsd),
};

interface Held {
  gpuId: string;
  heldSince: string;
  costUsd: Measure;
  askUsd: Measure;
}

const dollars = (row: PanelRow, column: string): bigint | null => sumOf([row], column, USD_DECIMALS);

const HOLDINGS: Figure<{ account: { portfolio: { nodes: Held[] } } }> = {
  name: "the portfolio",
  dashboard: INVESTOR_DASHBOARD,
  panel: "My GPUs",
  query: ({ variables }) =>
    `account(address: "${String(variables["wallet"])}") { portfolio(first: 200) { nodes {
      gpuId heldSince costUsd { value } askUsd { value } } } }`,
  ofPanel: (rows) =>
    rows.map((row) => [
      row["GPU"],
      (row["Held since"] as Date).toISOString(),
      dollars(row, "Cost"),
      dollars(row, "Ask"),
    ]),
  ofApi: ({ account }) =>
    account.portfolio.nodes.map(({ gpuId, heldSince, costUsd, askUsd }) => [
      gpuId,
      new Date(heldSince).toISOString(),
      usdOf(costUsd),
      usdOf(askUsd),
    ]),
};

const SUPPLY: Figure<{ economy: { supplyBct: string } }> = {
  name: "BCT in existence",
  dashboard: NETWORK_DASHBOARD,
  panel: "BCT supply",
  query: () => "economy { supplyBct }",
  ofPanel: (rows) => unitsOf(rows.at(-1)?.["BCT"], BCT_DECIMALS),
  ofApi: ({ economy }) => unitsOf(economy.supplyBct, BCT_DECIMALS),
};

const OUTSTANDING: Figure<{ network: { mintedDc: string; burnedDc: string } }> = {
  name: "DC outstanding",
  dashboard: NETWORK_DASHBOARD,
  panel: "DC unspent",
  query: () => "network { mintedDc burnedDc }",
  ofPanel: (rows) => unitsOf(rows.at(-1)?.["Outstanding"], DC_DECIMALS),
  ofApi: ({ network }) => unitsOf(network.mintedDc, DC_DECIMALS) - unitsOf(network.burnedDc, DC_DECIMALS),
};

interface Days {
  day: string[];
  mintedDc: string[];
  burnedDc: string[];
}

/** Days from the first that is whole in the range on; those on which nothing happened are in neither. */
const DAYS: Figure<{ economyByDay: Days }> = {
  name: "DC minted and spent by day",
  dashboard: NETWORK_DASHBOARD,
  panel: "DC minted and spent by day",
  query: ({ from, to }) =>
    `economyByDay(from: "${from.toISOString()}", to: "${to.toISOString()}") { day mintedDc burnedDc }`,
  ofPanel: (rows) =>
    rows.map((row) => [
      (row["time"] as Date).toISOString(),
      unitsOf(row["Minted"], DC_DECIMALS),
      unitsOf(row["Spent"], DC_DECIMALS),
    ]),
  ofApi: ({ economyByDay: { day, mintedDc, burnedDc } }) =>
    day
      .map((at, place) => [
        new Date(at).toISOString(),
        unitsOf(mintedDc[place], DC_DECIMALS),
        unitsOf(burnedDc[place], DC_DECIMALS),
      ])
      .filter(([, minted, burned]) => minted !== 0n || burned !== 0n),
};

interface EpochNode {
  id: string;
  budgetBct: string | null;
  mintedBct: string | null;
  burnedDc: string | null;
}

const bct = (text: unknown): bigint | null => (text === null ? null : unitsOf(text, BCT_DECIMALS));
const dc = (text: unknown): bigint | null => (text === null ? null : unitsOf(text, DC_DECIMALS));

const EPOCHS: Figure<{ epochs: { nodes: EpochNode[] } }> = {
  name: "epochs' money",
  dashboard: NETWORK_DASHBOARD,
  panel: "Epochs",
  query: () => "epochs(first: 40) { nodes { id budgetBct mintedBct burnedDc } }",
  ofPanel: (rows) =>
    rows.map((row) => [String(row["Epoch"]), bct(row["Budget"]), bct(row["Minted"]), dc(row["DC burned"])]),
  ofApi: ({ epochs }) =>
    epochs.nodes.map(({ id, budgetBct, mintedBct, burnedDc }) => [id, bct(budgetBct), bct(mintedBct), dc(burnedDc)]),
};

/** Of a wallet: `variables.wallet` is its address. */
export const INVESTOR_FIGURES = [EARNED, VALUE, KINDS, CLAIMABLE, NET, HOLDINGS] as const;

/** Of the network; the range begins with an epoch and with a day. */
export const NETWORK_FIGURES = [SUPPLY, OUTSTANDING, DAYS, EPOCHS] as const;
