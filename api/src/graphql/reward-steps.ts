import { explainLine, type Step } from "../domain/rewards/explain.ts";
import type { Hex } from "../domain/rewards/hash/hex.ts";
import type { GpuInput, LineKind, PoolTerms } from "../domain/rewards/types.ts";
import { readLineTerms, type LineTermsRow, type RewardLineRow } from "../sources/rewards.ts";
import type { Snapshot } from "../sources/snapshot.ts";

/** Who else held a GPU: only for how long matters. */
const OTHERS: Hex = "0x";

/** The derivations of lines, by the terms that the ledger has of them; nothing for lines that are gone. */
export async function readRewardSteps(
  snapshot: Snapshot,
  lines: readonly RewardLineRow[],
): Promise<(Step[] | undefined)[]> {
  const key = ({ epoch, poolId, gpuId }: { epoch: number; poolId: string; gpuId: string }): string =>
    `${epoch}/${poolId}/${gpuId}`;
  const wanted = new Map(lines.map((line) => [key(line), line]));
  const terms = new Map((await readLineTerms(snapshot, [...wanted.values()])).map((row) => [key(row), row]));
  return lines.map((line) => {
    const row = terms.get(key(line));
    return row && stepsOf(line, row);
  });
}

function stepsOf(line: RewardLineRow, row: LineTermsRow): Step[] {
  const { epoch, budget, burnedInAll, operatorBps, poolBps, gpuBps } = row;
  const [poolId, gpuId] = [BigInt(line.poolId), BigInt(line.gpuId)];
  const account = line.account as Hex;
  const pool = {
    poolId,
    operatorId: BigInt(row.operatorId),
    operatorPayee: row.payee as Hex,
    shares: { operatorBps, poolBps, gpuBps },
  };
  const { burnedDc, amount, operatorAmount, bonusAmount, shareAmount, weight } = row;
  const flags: PoolTerms["flags"] = row.hasTelemetry ? [] : ["NO_TELEMETRY"];
  const terms: PoolTerms = { poolId, burnedDc, amount, operatorAmount, bonusAmount, shareAmount, weight, flags };
  const gpu: GpuInput = {
    ...{ poolId, gpuId, burnedDc: row.gpuBurnedDc },
    ...{ eligibleSeconds: row.eligibleSeconds, memberSeconds: row.memberSeconds },
    owners: [
      { account, seconds: Number(line.part) },
      { account: OTHERS, seconds: Number(line.parts - line.part) },
    ],
  };
  const key = { kind: line.kind as LineKind, poolId, gpuId, account };
  return explainLine({ epoch, budget, burnedDc: burnedInAll }, { pool, terms, gpuOf: new Map([[gpuId, gpu]]) }, key);
}
