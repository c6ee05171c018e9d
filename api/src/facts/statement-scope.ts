import { BaseError } from "#kernel/errors.ts";
import type { HoldingScope } from "../sources/cashflow-holding.ts";
import type { RewardScope } from "../sources/cashflow-rewards.ts";
import type { SaleScope } from "../sources/cashflow-sales.ts";
import { readGpus, readOperators, readPoolIds, readPools } from "../sources/chain.ts";
import type { Snapshot } from "../sources/snapshot.ts";

/** Whose cash flows: as the domain's `Scope`. */
export type StatementScope =
  | { kind: "WALLET"; account: string }
  | { kind: "GPU"; gpuId: string }
  | { kind: "POOL"; poolId: string }
  | { kind: "OPERATOR"; operatorId: string };

/** What to ask for a scope. */
export interface ScopeParts {
  reward: RewardScope;
  sale: SaleScope;
  holding: HoldingScope;
  /** of an operator: since when its GPUs are its; seconds since 1970 */
  operatesSince: number | null;
}

const NO_SALE: SaleScope = { account: null, gpuId: null, poolId: null, operatorId: null };
const NO_HOLDING: HoldingScope = { owner: null, gpuId: null, poolId: null, operatorId: null };

/**
 * Finds what a scope consists of. A wallet that nobody ever saw has an empty statement; anything else has to be there.
 *
 * @throws BaseError `BAD_SCOPE` for what is no id; `UNKNOWN_GPU`, `UNKNOWN_POOL`, `UNKNOWN_OPERATOR`
 */
export async function readScope(snapshot: Snapshot, scope: StatementScope): Promise<ScopeParts> {
  const common = { operatesSince: null };
  switch (scope.kind) {
    case "WALLET": {
      if (!/^0x[0-9a-f]{40}$/.test(scope.account)) throw badScope("a wallet", scope.account, "0x and 40 hex digits");
      const { account } = scope;
      const [sale, holding] = [
        { ...NO_SALE, account },
        { ...NO_HOLDING, owner: account },
      ];
      return { ...common, reward: scope, sale, holding };
    }
    case "GPU": {
      const { gpuId } = scope;
      await requireOne("GPU", gpuId, () => readGpus(snapshot, [gpuId]));
      return { ...common, reward: scope, sale: { ...NO_SALE, gpuId }, holding: { ...NO_HOLDING, gpuId } };
    }
    case "POOL": {
      const { poolId } = scope;
      await requireOne("POOL", poolId, () => readPools(snapshot, [poolId]));
      return { ...common, reward: scope, sale: { ...NO_SALE, poolId }, holding: { ...NO_HOLDING, poolId } };
    }
    case "OPERATOR": {
      const { operatorId } = scope;
      const { createdAt } = await requireOne("OPERATOR", operatorId, () => readOperators(snapshot, [operatorId]));
      const reward = { kind: "OPERATOR" as const, poolIds: await readPoolIds(snapshot, operatorId) };
      const parts = { sale: { ...NO_SALE, operatorId }, holding: { ...NO_HOLDING, operatorId } };
      return { reward, ...parts, operatesSince: Number(createdAt) };
    }
  }
}

async function requireOne<Row>(kind: string, id: string, read: () => Promise<Row[]>): Promise<Row> {
  const name = kind === "GPU" ? kind : kind.toLowerCase();
  // ids of the ledger are numbers of 64 bits
  if (!/^(0|[1-9]\d{0,17})$/.test(id)) throw badScope(`a ${name}`, id, "the number of the token or pool");
  const [row] = await read();
  if (row) return row;
  throw new BaseError(`UNKNOWN_${kind}`, `there is no ${name} ${id}`, {
    hints: ["look at the lists of GPUs, pools and operators"],
  });
}

function badScope(what: string, id: string, shape: string): BaseError {
  return new BaseError("BAD_SCOPE", `"${id}" is no id of ${what}`, { hints: [`give ${shape}`] });
}
