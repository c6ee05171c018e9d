import type { Snapshot } from "../snapshot.ts";
import { finalizedSql, hasLedger, hex, logIndexOf, spanValues, type BlockSpan } from "./blocks.ts";

/** What a wallet earned in an epoch that became final, or was paid. BCT base units. */
export interface RewardEventRow {
  /** the same whoever asks, and whenever */
  id: string;
  block: number;
  kind: "EARNED" | "CLAIMED";
  /** 0x hex */
  account: string;
  /** null of a claim, which pays all that was earned so far */
  epoch: number | null;
  amountBct: bigint;
  /** earned, or paid, in all by then */
  cumulativeBct: bigint;
}

type Texts = Omit<RewardEventRow, "amountBct" | "cumulativeBct" | "id"> & {
  action: string | null;
  amountBct: string;
  cumulativeBct: string;
};

/**
 * Rewards that became final and payments, of a block by wallet. What was earned stands in the ledger of the settlement
 * job; where that hasn't run, only payments are told.
 */
export async function readRewardEvents(snapshot: Snapshot, span: BlockSpan): Promise<RewardEventRow[]> {
  const values = spanValues(span).slice(0, 2);
  const claims = await snapshot.rows<Texts>(`live-claims-${span.entities}`, claimsSql(span.entities), values);
  const final = await snapshot.rows<{ block: number; epoch: number }>(
    `live-final-${span.entities}`,
    finalizedSql(span.entities),
    values,
  );
  const isInLedger = final.length > 0 && (await hasLedger(snapshot));
  const earned = isInLedger ? await snapshot.rows<Texts>("live-earned", EARNED, earnedValues(final)) : [];
  return [...earned, ...claims]
    .map(({ action, ...row }) => ({
      ...row,
      id: action ?? `epoch-${row.epoch ?? ""}-earned-${row.account}`,
      amountBct: BigInt(row.amountBct),
      cumulativeBct: BigInt(row.cumulativeBct),
    }))
    .sort((a, b) => a.block - b.block || place(a) - place(b) || (a.account < b.account ? -1 : 1));
}

/** What was earned is told before what was paid of it. */
function place({ kind, id }: { kind: string; id: string }): number {
  return kind === "EARNED" ? -1 : logIndexOf(id);
}

const earnedValues = (final: readonly { block: number; epoch: number }[]): unknown[] => [
  final.map(({ epoch }) => epoch),
  final.map(({ block }) => block),
];

const claimsSql = (schema: string): string => `
select c.block$ as block, 'CLAIMED' as kind, ${hex("c.id", "action")}, ${hex("c.account", "account")}, null as epoch,
  c.amount_bct as "amountBct", c.cumulative_bct as "cumulativeBct"
from ${schema}.reward_claim c where c.block$ > $1::int4 and c.block$ <= $2::int4`;

const EARNED = `select f.block, 'EARNED' as kind, null as action, ${hex("c.account", "account")}, c.epoch, c.earned as "amountBct",
  c.cumulative as "cumulativeBct"
from unnest($1::int4[], $2::int4[]) f(epoch, block) join ledger.claim c on c.epoch = f.epoch where c.earned > 0`;
