import { Arg, Args, ArgsType, Ctx, Field, FieldResolver, Query, Resolver, Root } from "type-graphql";
import { BaseError } from "#kernel/errors.ts";
import { parseUnits } from "#kernel/units.ts";
import type { Metrics } from "../../domain/cashflow/metrics.ts";
import { CASHFLOW_VERSION, type Scope } from "../../domain/cashflow/statement.ts";
import type { RewardSumFact } from "../../facts/statement-lines.ts";
import type * as chain from "../../sources/chain.ts";
import { openStatement, type StatementBasis } from "../../statement/basis.ts";
import { readLines } from "../../statement/lines.ts";
import { readMetrics, type Assumptions } from "../../statement/metrics.ts";
import { readPortfolio } from "../../statement/portfolio.ts";
import { readSums, sumWindow, type SummedStatement } from "../../statement/totals.ts";
import { badArgument, PageArgs, readConnection, type Connection } from "../connection.ts";
import type { Context } from "../context.ts";
import { BctScalar, DateTimeScalar } from "../scalars.ts";
import { readLineConnection } from "../statement-cursor.ts";
import { shownGpu, shownLine, shownMetrics, shownStatement, shownTotal } from "../statement-shapes.ts";
import { Account } from "../types/account.ts";
import { Gpu } from "../types/gpu.ts";
import { Operator } from "../types/operator.ts";
import { Pool } from "../types/pool.ts";
import { DiscountRateInput, PortfolioConnection, ResidualInput, StatementMetrics } from "../types/statement-metrics.ts";
import {
  Statement,
  StatementLineConnection,
  StatementScopeInput,
  StatementScopeKind,
  StatementTotal,
} from "../types/statement.ts";

/** Each reads some years of sums; a list of GPUs with a statement each would keep the database for long. */
const MAX_STATEMENTS = 10;
const opened = new WeakMap<Context["snapshot"], number>();

/** Which span of time. */
@ArgsType()
class WindowArgs {
  @Field(() => DateTimeScalar, {
    nullable: true,
    description: "First moment; left out: the network's first, at most ten years.",
  })
  from?: Date | null;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: "Moment after the last; left out: the answer's block is the last.",
  })
  to?: Date | null;
}

/** What must be assumed to project. */
@ArgsType()
export class AssumptionArgs {
  @Field(() => DiscountRateInput, { nullable: true, description: "Left out: nothing is discounted, NO_DISCOUNT_RATE." })
  discountRate?: DiscountRateInput | null;

  @Field(() => ResidualInput, { nullable: true, description: "Left out: nothing is projected, NO_RESIDUAL." })
  residual?: ResidualInput | null;
}

/** A statement that was asked for; what it is made of is read when a field needs it, once. */
interface Asked extends ReturnType<typeof shownStatement> {
  basis: StatementBasis;
  sums(): Promise<readonly RewardSumFact[]>;
  summed(): Promise<SummedStatement>;
}

async function ask({ snapshot }: Context, scope: Scope, { from, to }: WindowArgs): Promise<Asked> {
  const count = (opened.get(snapshot) ?? 0) + 1;
  opened.set(snapshot, count);
  if (count > MAX_STATEMENTS) {
    throw new BaseError("TOO_LARGE", `an operation can ask for ${MAX_STATEMENTS} statements and portfolios`, {
      hints: ["ask for the others in further operations"],
    });
  }
  const seconds = (at: Date | null | undefined): number | null => (at ? Math.floor(at.getTime() / 1_000) : null);
  const basis = await openStatement(snapshot, scope, { fromAt: seconds(from), toAt: seconds(to) });
  let sums: Promise<readonly RewardSumFact[]> | undefined;
  let summed: Promise<SummedStatement> | undefined;
  const readOnce = () => (sums ??= readSums(basis));
  return {
    ...shownStatement(basis, CASHFLOW_VERSION),
    basis,
    sums: readOnce,
    summed: () => (summed ??= readOnce().then((all) => sumWindow(basis, all, basis.window))),
  };
}

function scopeOf({ kind, id }: StatementScopeInput): Scope {
  switch (kind) {
    case StatementScopeKind.WALLET:
      return { kind, account: id };
    case StatementScopeKind.GPU:
      return { kind, gpuId: id };
    case StatementScopeKind.POOL:
      return { kind, poolId: id };
    case StatementScopeKind.OPERATOR:
      return { kind, operatorId: id };
  }
}

/** The same as the domain takes it. */
export function assumptionsOf({ discountRate, residual }: AssumptionArgs): Assumptions {
  const seconds = (at: Date): number => Math.floor(at.getTime() / 1_000);
  return {
    discountRate: discountRate ? { ...discountRate, at: seconds(discountRate.at) } : null,
    residual: residual ? { amountUsd: dollars(residual.usd), at: seconds(residual.at), source: residual.source } : null,
  };
}

function dollars(text: string): bigint {
  if (!/^\d{1,15}(\.\d{1,6})?$/.test(text))
    throw badArgument("residual.usd", "must be a decimal number with at most six places");
  return parseUnits(text, 6);
}

/** Lines, totals and metrics of a statement. */
@Resolver(() => Statement)
export class StatementResolver {
  @Query(() => Statement, {
    nullable: true,
    description: "A statement of anybody or anything; of a wallet that never had anything it is empty.",
  })
  statement(
    @Arg("scope", () => StatementScopeInput, { description: "Of whom or what." }) scope: StatementScopeInput,
    @Args(() => WindowArgs) window: WindowArgs,
    @Ctx() context: Context,
  ): Promise<Asked> {
    return ask(context, scopeOf(scope), window);
  }

  @FieldResolver(() => StatementLineConnection, { description: "By time; of one time rewards first, by pool and GPU." })
  lines(@Root() { basis }: Asked, @Args(() => PageArgs) page: PageArgs): Promise<Connection<object>> {
    return readLineConnection(page, (slice) => readLines(basis, slice), shownLine);
  }

  @FieldResolver(() => [StatementTotal], { description: "Sums by kind and token." })
  async totals(@Root() asked: Asked): Promise<object[]> {
    return (await asked.summed()).totals.map(shownTotal);
  }

  @FieldResolver(() => BctScalar, { description: "All rewards of the span: `claimedBct + unclaimedBct`." })
  async earnedBct(@Root() asked: Asked): Promise<bigint> {
    return (await asked.summed()).statement.rewardBct;
  }

  @FieldResolver(() => BctScalar, { description: "What was paid of them by the answer's block." })
  async claimedBct(@Root() asked: Asked): Promise<bigint> {
    return (await asked.summed()).statement.claimedBct;
  }

  @FieldResolver(() => BctScalar, { description: "What is still due of them." })
  async unclaimedBct(@Root() asked: Asked): Promise<bigint> {
    return (await asked.summed()).statement.unclaimedBct;
  }

  @FieldResolver(() => StatementMetrics, { description: "What happened and what is projected." })
  async metrics(
    @Root() asked: Asked,
    @Args(() => AssumptionArgs) assumptions: AssumptionArgs,
  ): Promise<ReturnType<typeof shownMetrics>> {
    const metrics: Metrics = await readMetrics(asked.basis, await asked.sums(), assumptionsOf(assumptions));
    return shownMetrics(metrics);
  }
}

/** A wallet's statement, and its GPUs as investments. */
@Resolver(() => Account)
export class AccountStatementResolver {
  @FieldResolver(() => Statement, { description: "Its cash flows." })
  statement(
    @Root() { address: account }: chain.AccountRow,
    @Args(() => WindowArgs) window: WindowArgs,
    @Ctx() context: Context,
  ): Promise<Asked> {
    return ask(context, { kind: "WALLET", account }, window);
  }

  @FieldResolver(() => PortfolioConnection, { description: "GPU NFTs that it holds and that aren't retired, by id." })
  async portfolio(
    @Root() { address: account }: chain.AccountRow,
    @Args(() => AssumptionArgs) assumptions: AssumptionArgs,
    @Args(() => PageArgs) page: PageArgs,
    @Ctx() context: Context,
  ): Promise<Connection<{ id: string }>> {
    const { basis } = await ask(context, { kind: "WALLET", account }, {});
    const assumed = assumptionsOf(assumptions);
    return readConnection(page, async (slice) => (await readPortfolio(basis, assumed, slice)).map(shownGpu));
  }
}

/** A GPU's statement. */
@Resolver(() => Gpu)
export class GpuStatementResolver {
  @FieldResolver(() => Statement, { description: "Cash flows of whoever invested in it." })
  statement(
    @Root() { id: gpuId }: chain.GpuRow,
    @Args(() => WindowArgs) window: WindowArgs,
    @Ctx() context: Context,
  ): Promise<Asked> {
    return ask(context, { kind: "GPU", gpuId }, window);
  }
}

/** A pool's statement. */
@Resolver(() => Pool)
export class PoolStatementResolver {
  @FieldResolver(() => Statement, { description: "Cash flows of whoever invested in its GPUs." })
  statement(
    @Root() { id: poolId }: chain.PoolRow,
    @Args(() => WindowArgs) window: WindowArgs,
    @Ctx() context: Context,
  ): Promise<Asked> {
    return ask(context, { kind: "POOL", poolId }, window);
  }
}

/** An operator's statement. */
@Resolver(() => Operator)
export class OperatorStatementResolver {
  @FieldResolver(() => Statement, { description: "Its share of rewards, and its royalties." })
  statement(
    @Root() { id: operatorId }: chain.OperatorRow,
    @Args(() => WindowArgs) window: WindowArgs,
    @Ctx() context: Context,
  ): Promise<Asked> {
    return ask(context, { kind: "OPERATOR", operatorId }, window);
  }
}

/** All of them. */
export const STATEMENT_RESOLVERS = [
  StatementResolver,
  AccountStatementResolver,
  GpuStatementResolver,
  PoolStatementResolver,
  OperatorStatementResolver,
] as const;
