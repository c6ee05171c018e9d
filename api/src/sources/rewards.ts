import type { Page } from "./chain.ts";
import type { Snapshot } from "./snapshot.ts";

/** A payment of an epoch, with what it is a part of: `amount = ⌊whole · part / parts⌋`. BCT wei. */
export interface RewardLineRow {
  /** epoch and place, for the list: the epoch's digits and nine of the place */
  id: string;
  epoch: number;
  /** 0 OPERATOR, 1 POOL_SHARE, 2 GPU_BONUS */
  kind: number;
  poolId: string;
  /** 0 for the operator's */
  gpuId: string;
  /** 0x hex */
  account: string;
  amount: bigint;
  part: bigint;
  parts: bigint;
}

/** Which lines a list holds; null: any. */
export interface LineFilter {
  epoch: number | null;
  /** 0x hex */
  account: string | null;
  gpuId: string | null;
}

/** What a pool got of an epoch, and a GPU of the pool: all that a line's derivation takes. BCT wei, DC base units. */
export interface LineTermsRow {
  epoch: number;
  poolId: string;
  gpuId: string;
  budget: bigint;
  burnedInAll: bigint;
  payee: string;
  operatorId: string;
  operatorBps: number;
  poolBps: number;
  gpuBps: number;
  burnedDc: bigint;
  amount: bigint;
  operatorAmount: bigint;
  bonusAmount: bigint;
  shareAmount: bigint;
  weight: bigint;
  hasTelemetry: boolean;
  gpuBurnedDc: bigint;
  memberSeconds: number;
  eligibleSeconds: number;
}

/** What a wallet has earned by a final epoch, and what it was paid. BCT wei. */
export interface WalletClaimRow {
  epoch: number;
  place: number;
  cumulative: bigint;
  claimed: bigint;
  claimsRoot: string;
}

type Texts<Row> = { [K in keyof Row]: Row[K] extends bigint ? string | bigint : Row[K] };
const PLACE_DIGITS = 9;

/** A page of payments, those of the newest epoch first, within it in the order of the leaves. */
export async function listRewardLines(snapshot: Snapshot, page: Page, filter: LineFilter): Promise<RewardLineRow[]> {
  const [epoch, place] = page.after === null ? [null, null] : placeOf(page.after);
  const rows = await snapshot.rows<Texts<Omit<RewardLineRow, "id">> & { place: number }>(
    "reward-lines",
    `select epoch, place, kind, pool::text as "poolId", gpu::text as "gpuId", '0x' || encode(account, 'hex') as account, amount,
       part, parts
     from ledger.line
     where ($1::int4 is null or epoch < $1 or (epoch = $1 and place > $2)) and ($4::int4 is null or epoch = $4)
       and ($5::bytea is null or account = $5) and ($6::int8 is null or gpu = $6)
     order by epoch desc, place limit $3`,
    [epoch, place, page.limit, filter.epoch, bytes(filter.account), filter.gpuId],
  );
  return rows.map(({ place: at, ...row }) => ({
    ...row,
    id: `${row.epoch}${String(at).padStart(PLACE_DIGITS, "0")}`,
    amount: BigInt(row.amount),
    part: BigInt(row.part),
    parts: BigInt(row.parts),
  }));
}

/** Epoch and place of a line's id; of another text, what lies after all lines. */
function placeOf(id: string): [number, number] {
  const [epoch, place] = [Number(id.slice(0, -PLACE_DIGITS)), Number(id.slice(-PLACE_DIGITS))];
  return epoch <= 2 ** 31 - 1 ? [epoch, place] : [0, 2 ** 31 - 1];
}

/** The terms of lines, by epoch, pool and GPU; of an operator's line (GPU 0) what is of a GPU is 0. In any order. */
export async function readLineTerms(
  snapshot: Snapshot,
  keys: readonly { epoch: number; poolId: string; gpuId: string }[],
): Promise<LineTermsRow[]> {
  const rows = await snapshot.rows<Texts<LineTermsRow>>(
    "line-terms",
    `select k.epoch, k.pool::text as "poolId", k.gpu::text as "gpuId", e.budget, e.burned_dc as "burnedInAll",
       '0x' || encode(p.payee, 'hex') as payee, p.operator::text as "operatorId", p.operator_bps as "operatorBps",
       p.pool_bps as "poolBps", p.gpu_bps as "gpuBps", p.burned_dc as "burnedDc", p.amount, p.operator_amount as "operatorAmount",
       p.bonus_amount as "bonusAmount", p.share_amount as "shareAmount", p.weight, p.has_telemetry as "hasTelemetry",
       coalesce(g.burned_dc, 0) as "gpuBurnedDc", coalesce(g.member_seconds, 0) as "memberSeconds",
       coalesce(g.eligible_seconds, 0) as "eligibleSeconds"
     from unnest($1::int4[], $2::int8[], $3::int8[]) k(epoch, pool, gpu)
     join ledger.epoch e on e.epoch = k.epoch
     join ledger.pool_amount p on p.epoch = k.epoch and p.pool = k.pool
     left join ledger.gpu_amount g on g.epoch = k.epoch and g.pool = k.pool and g.gpu = k.gpu`,
    [keys.map(({ epoch }) => epoch), keys.map(({ poolId }) => poolId), keys.map(({ gpuId }) => gpuId)],
  );
  return rows.map((row) => ({
    ...row,
    budget: BigInt(row.budget),
    burnedInAll: BigInt(row.burnedInAll),
    burnedDc: BigInt(row.burnedDc),
    amount: BigInt(row.amount),
    operatorAmount: BigInt(row.operatorAmount),
    bonusAmount: BigInt(row.bonusAmount),
    shareAmount: BigInt(row.shareAmount),
    weight: BigInt(row.weight),
    gpuBurnedDc: BigInt(row.gpuBurnedDc),
  }));
}

/** What a wallet has earned by the newest epoch that is final on the chain; nothing if it never earned. */
export async function readWalletClaim(snapshot: Snapshot, account: string): Promise<WalletClaimRow | undefined> {
  const [row] = await snapshot.rows<Texts<WalletClaimRow>>(
    "wallet-claim",
    `select c.epoch, c.place, c.cumulative, coalesce(a.claimed_bct, 0) as claimed, '0x' || encode(l.claims_root, 'hex') as "claimsRoot"
     from ledger.epoch l
     join ledger.claim c on c.epoch = l.epoch and c.account = $1
     left join chain.account a on a.id = c.account
     where l.settled_at is not null
       and l.epoch = (select max(e.number) from chain.epoch e where e.status::text = 'FINALIZED')`,
    [bytes(account)],
  );
  return row && { ...row, cumulative: BigInt(row.cumulative), claimed: BigInt(row.claimed) };
}

/** What the newest closed epoch tells of the running one's budget. BCT wei. */
export interface BudgetTermsRow {
  /** what the schedule and re-emission allowed the newest closed epoch */
  allowedBct: bigint;
  kappaBps: bigint;
  /** what the epoch's burns so far were worth */
  bctEquivalent: bigint;
}

/** The terms of a running epoch's budget so far; nothing before an epoch was closed. */
export async function readBudgetTerms(snapshot: Snapshot, epoch: number): Promise<BudgetTermsRow | undefined> {
  const [row] = await snapshot.rows<Texts<BudgetTermsRow>>(
    "budget-terms",
    `select e.scheduled_bct + e.re_emission_bct as "allowedBct", n.kappa_bps as "kappaBps",
       (select coalesce(sum(u.bct_equivalent), 0) from chain.usage_settlement u where u.epoch = $1) as "bctEquivalent"
     from chain.epoch e cross join chain.network n order by e.number desc limit 1`,
    [epoch],
  );
  return (
    row && {
      allowedBct: BigInt(row.allowedBct),
      kappaBps: BigInt(row.kappaBps),
      bctEquivalent: BigInt(row.bctEquivalent),
    }
  );
}

function bytes(value: string | null): Buffer | null {
  return value === null ? null : Buffer.from(value.slice(2), "hex");
}
