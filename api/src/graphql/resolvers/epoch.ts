import { Arg, Args, Ctx, FieldResolver, ID, Int, Query, Resolver, Root } from "type-graphql";
import type { Step } from "../../domain/rewards/explain.ts";
import { LINE_KINDS, type LineKind } from "../../domain/rewards/types.ts";
import { listEpochs, newestEpoch, readEpochFacts, type EpochFact } from "../../facts/epochs.ts";
import type * as chain from "../../sources/chain.ts";
import { listRewardLines, readWalletClaim, type LineFilter, type RewardLineRow } from "../../sources/rewards.ts";
import { addressArgument, badArgument, PageArgs, readConnection, type Connection } from "../connection.ts";
import type { Context } from "../context.ts";
import { BytesScalar } from "../scalars.ts";
import { Account } from "../types/account.ts";
import {
  Epoch,
  EpochConnection,
  RewardClaim,
  RewardEstimate,
  RewardLine,
  RewardLineConnection,
  RewardStep,
} from "../types/epoch.ts";
import { Gpu } from "../types/gpu.ts";

const MAX_EPOCH = 2 ** 31 - 1;
const MAX_ESTIMATED_LINES = 200;
const ANY_LINE: LineFilter = { epoch: null, account: null, gpuId: null };

/** Entries to epochs and their rewards. */
@Resolver(() => Epoch)
export class EpochResolver {
  @Query(() => Epoch, { nullable: true, description: "An epoch by its number; null: it is yet to come." })
  async epoch(
    @Arg("id", () => ID, { description: "Its number." }) id: string,
    @Ctx() { snapshot }: Context,
  ): Promise<ShownEpoch | undefined> {
    const number = /^\d{1,10}$/.test(id) ? Number(id) : NaN;
    if (!(number <= MAX_EPOCH)) throw badArgument("id", "must be the number of an epoch");
    if (number > (await newestEpoch(snapshot))) return undefined;
    const [fact] = await readEpochFacts(snapshot, [number]);
    return fact && shown(fact);
  }

  @Query(() => EpochConnection, {
    nullable: true,
    description: "Epochs, the newest first: from the running one back to 0.",
  })
  epochs(@Args(() => PageArgs) page: PageArgs, @Ctx() { snapshot }: Context): Promise<Connection<ShownEpoch>> {
    return readConnection(page, async ({ after, limit }) => {
      const before = after === null ? null : Math.min(Number(after), MAX_EPOCH);
      return (await listEpochs(snapshot, { before, limit })).map(shown);
    });
  }

  @FieldResolver(() => RewardLineConnection, { description: "Its payments, in the order of the leaves." })
  lines(
    @Root() epoch: ShownEpoch,
    @Args(() => PageArgs) page: PageArgs,
    @Ctx() { snapshot }: Context,
  ): Promise<Connection<ShownLine>> {
    return linesOf(snapshot, page, { ...ANY_LINE, epoch: epoch.epoch });
  }

  @FieldResolver(() => Int, { nullable: true, description: "Wallets that earned in it; 0 before its facts are there." })
  async earners(@Root() epoch: ShownEpoch, @Ctx() { load }: Context): Promise<number> {
    return (await load.paid.load(epoch.epoch))?.earners ?? 0;
  }

  @FieldResolver(() => Int, {
    nullable: true,
    description: "Of these, how many were paid all that they had earned by its end.",
  })
  async paid(@Root() epoch: ShownEpoch, @Ctx() { load }: Context): Promise<number> {
    return (await load.paid.load(epoch.epoch))?.paid ?? 0;
  }

  @Query(() => RewardEstimate, {
    nullable: true,
    description: "What the running epoch comes to so far; null before there is anything to estimate by.",
  })
  async rewardEstimate(
    @Arg("account", () => BytesScalar, { nullable: true, description: "Of this wallet only." }) wallet: string | null,
    @Ctx() { snapshot, estimates }: Context,
  ): Promise<object | undefined> {
    const account = addressArgument("account", wallet);
    const estimate = await estimates.read(snapshot);
    if (!estimate) return undefined;
    const lines = account === null ? estimate.lines : estimate.lines.filter((line) => line.account === account);
    const largest = [...lines].sort((a, b) => (a.amount > b.amount ? -1 : a.amount < b.amount ? 1 : 0));
    return {
      ...estimate,
      budgetBct: estimate.budget,
      totalBct: lines.reduce((sum, { amount }) => sum + amount, 0n),
      lines: largest.slice(0, MAX_ESTIMATED_LINES).map((line) => ({
        ...line,
        epoch: estimate.epoch,
        kind: LINE_KINDS[line.kind],
        poolId: String(line.poolId),
        gpuId: line.gpuId === 0n ? null : String(line.gpuId),
        amountBct: line.amount,
      })),
    };
  }
}

/** How a line came about. */
@Resolver(() => RewardLine)
export class RewardLineResolver {
  @FieldResolver(() => [RewardStep], {
    nullable: true,
    description: "Its derivation, from the epoch's budget to its amount, the last value. Null of an estimate.",
  })
  async steps(@Root() line: Partial<ShownLine>, @Ctx() { load }: Context): Promise<Step[] | undefined> {
    return line.row && load.rewardSteps.load(line.row);
  }
}

/** What a wallet earned and can claim. */
@Resolver(() => Account)
export class AccountRewardsResolver {
  @FieldResolver(() => RewardLineConnection, { description: "What it earned, of the newest epoch first." })
  rewards(
    @Root() account: chain.AccountRow,
    @Args(() => PageArgs) page: PageArgs,
    @Ctx() { snapshot }: Context,
  ): Promise<Connection<ShownLine>> {
    return linesOf(snapshot, page, { ...ANY_LINE, account: account.address });
  }

  @FieldResolver(() => RewardClaim, { nullable: true, description: "Null: it never earned." })
  async claim(
    @Root() account: chain.AccountRow,
    @Ctx() { snapshot, claimTrees }: Context,
  ): Promise<RewardClaim | undefined> {
    const row = await readWalletClaim(snapshot, account.address);
    if (!row) return undefined;
    const { epoch, cumulative, claimed, claimsRoot } = row;
    return {
      ...{ epoch, claimsRoot },
      cumulativeBct: cumulative,
      cumulativeWei: cumulative,
      claimedBct: claimed,
      claimableBct: cumulative > claimed ? cumulative - claimed : 0n,
      proof: await claimTrees.proofOf(snapshot, row),
    };
  }
}

/** What a GPU earned for its owners. */
@Resolver(() => Gpu)
export class GpuRewardsResolver {
  @FieldResolver(() => RewardLineConnection, {
    description: "What it earned for those who held it, of the newest epoch first.",
  })
  rewards(
    @Root() gpu: chain.GpuRow,
    @Args(() => PageArgs) page: PageArgs,
    @Ctx() { snapshot }: Context,
  ): Promise<Connection<ShownLine>> {
    return linesOf(snapshot, page, { ...ANY_LINE, gpuId: gpu.id });
  }
}

type ShownEpoch = Omit<EpochFact, "startAt" | "endAt" | "windowEndsAt"> & { id: string };
type ShownLine = { id: string; row: RewardLineRow };

function shown({ startAt, endAt, windowEndsAt, ...fact }: EpochFact): ShownEpoch {
  const at = (seconds: number | null): Date | null => (seconds === null ? null : new Date(seconds * 1_000));
  const times = { startAt: at(startAt), endAt: at(endAt), windowEndsAt: at(windowEndsAt) };
  return { ...fact, ...times, id: String(fact.epoch) };
}

function linesOf(snapshot: Context["snapshot"], page: PageArgs, filter: LineFilter): Promise<Connection<ShownLine>> {
  return readConnection(page, async (slice) => (await listRewardLines(snapshot, slice, filter)).map(shownLine));
}

function shownLine(row: RewardLineRow): ShownLine {
  const { id, epoch, kind, poolId, gpuId, account, amount } = row;
  const name = LINE_KINDS[kind as LineKind];
  const shape = { epoch, kind: name, poolId, gpuId: gpuId === "0" ? null : gpuId, account, amountBct: amount };
  return { ...shape, id, row };
}
