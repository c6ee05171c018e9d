import { Arg, Args, Ctx, FieldResolver, Int, Query, Resolver, Root } from "type-graphql";
import { BaseError } from "#kernel/errors.ts";
import { HOUR_MS, SECOND_MS } from "#kernel/time.ts";
import { checkedWindow, DAY_SECONDS } from "../../domain/window.ts";
import type * as chain from "../../sources/chain.ts";
import { MEMBER, type MemberRow } from "../../sources/entities/operator-history.ts";
import { ascending } from "../../sources/entity.ts";
import { readRanking, readScoredAt, readScoreHistory, type ScoreRow } from "../../sources/reputation-scores.ts";
import type { Snapshot } from "../../sources/snapshot.ts";
import { badArgument, PageArgs, type Connection } from "../connection.ts";
import type { Context } from "../context.ts";
import { readListOf } from "../lists.ts";
import { DateTimeScalar } from "../scalars.ts";
import { Member, MemberConnection } from "../types/member.ts";
import { Operator } from "../types/operator.ts";
import { HistoryStep, Reputation, ReputationPoint } from "../types/reputation.ts";

const HOUR_SECONDS = HOUR_MS / SECOND_MS;
/** The longest history, in days. */
const MAX_DAYS: Record<HistoryStep, number> = { HOUR: 31, DAY: 366 };
/** Points that all histories of an operation may have. */
const MAX_POINTS = 30_000;
const MAX_RANKED = 200;
const pointsAsked = new WeakMap<Context, number>();

const NEWEST = `As of the last full hour of which chain and telemetry are complete. Null: no hour has been worked out since it came;
\`reputationReason\` says so.`;
const HISTORY = "Scores from `from` on and before `to`, by time: at most 31 days by HOUR, 366 by DAY.";
const REASON = "Why `reputation` is null; null where it isn't.";

/** An operator's standing, and its members. */
@Resolver(() => Operator)
export class OperatorReputationResolver {
  @FieldResolver(() => Reputation, { nullable: true, description: NEWEST })
  reputation(@Root() { id }: chain.OperatorRow, @Ctx() context: Context): Promise<object | undefined> {
    return newest(context, id);
  }

  @FieldResolver(() => String, { nullable: true, description: REASON })
  reputationReason(@Root() { id }: chain.OperatorRow, @Ctx() context: Context): Promise<string | undefined> {
    return reasonOf(context, id);
  }

  @FieldResolver(() => [ReputationPoint], { nullable: true, description: HISTORY })
  reputationHistory(
    @Root() { id }: chain.OperatorRow,
    @Arg("from", () => DateTimeScalar, { description: "First moment." }) from: Date,
    @Arg("to", () => DateTimeScalar, { description: "Moment after the last." }) to: Date,
    @Arg("every", () => HistoryStep, { defaultValue: HistoryStep.HOUR, description: "How far apart." })
    every: HistoryStep,
    @Ctx() context: Context,
  ): Promise<object[]> {
    return history(context, id, { from, to, every });
  }

  @FieldResolver(() => MemberConnection, {
    description: "Who is or was a member; none of an operator that isn't distributed.",
  })
  members(
    @Root() { id }: chain.OperatorRow,
    @Args(() => PageArgs) page: PageArgs,
    @Ctx() { snapshot }: Context,
  ): Promise<Connection<MemberRow>> {
    return readListOf(snapshot, MEMBER, { column: "operator", key: id }, page, { order: ascending("added_at") });
  }

  @Query(() => [Operator], {
    nullable: true,
    description: "Operators by score, best first, those that had one at the last full hour; empty before the first.",
  })
  async operatorsByScore(
    @Arg("first", () => Int, { defaultValue: 50, description: `How many at most, 1 to ${MAX_RANKED}.` }) first: number,
    @Ctx() { snapshot, load }: Context,
  ): Promise<chain.OperatorRow[]> {
    if (first < 1 || first > MAX_RANKED) throw badArgument("first", `must be 1 to ${MAX_RANKED}`);
    const at = await newestScoredAt(snapshot);
    if (!at) return [];
    const ranked = await readRanking(snapshot, at, null, first);
    const rows = await load.operator.loadMany(ranked.map(({ operatorId }) => operatorId));
    return rows.flatMap((row) => {
      if (row instanceof Error) throw row;
      return row ?? [];
    });
  }
}

/** A member's standing among those of its operator. */
@Resolver(() => Member)
export class MemberResolver {
  @FieldResolver(() => Reputation, { nullable: true, description: NEWEST })
  reputation(@Root() { id }: MemberRow, @Ctx() context: Context): Promise<object | undefined> {
    return newest(context, id);
  }

  @FieldResolver(() => String, { nullable: true, description: REASON })
  reputationReason(@Root() { id }: MemberRow, @Ctx() context: Context): Promise<string | undefined> {
    return reasonOf(context, id);
  }

  @FieldResolver(() => [ReputationPoint], { nullable: true, description: HISTORY })
  reputationHistory(
    @Root() { id }: MemberRow,
    @Arg("from", () => DateTimeScalar, { description: "First moment." }) from: Date,
    @Arg("to", () => DateTimeScalar, { description: "Moment after the last." }) to: Date,
    @Arg("every", () => HistoryStep, { defaultValue: HistoryStep.HOUR, description: "How far apart." })
    every: HistoryStep,
    @Ctx() context: Context,
  ): Promise<object[]> {
    return history(context, id, { from, to, every });
  }
}

async function newest({ load }: Context, subject: string): Promise<object | undefined> {
  const [score, explanation] = await Promise.all([load.score.load(subject), load.explanation.load(subject)]);
  if (!score) return undefined;
  return {
    ...shown(score),
    costs: (explanation?.costs ?? []).map(({ day, payer, ...cost }) => ({
      ...cost,
      day: new Date(day * DAY_SECONDS * SECOND_MS),
      payer: payer?.startsWith("0x") ? payer : null,
    })),
    improvements: explanation?.improvements ?? [],
  };
}

/** Of when the newest scores are: read once for an operation. */
const scoredAt = new WeakMap<Snapshot, Promise<Date | undefined>>();

function newestScoredAt(snapshot: Snapshot): Promise<Date | undefined> {
  const known = scoredAt.get(snapshot) ?? readScoredAt(snapshot, null);
  scoredAt.set(snapshot, known);
  return known;
}

async function reasonOf({ load, snapshot }: Context, subject: string): Promise<string | undefined> {
  if (await load.score.load(subject)) return undefined;
  const at = await newestScoredAt(snapshot);
  return at
    ? `It came after ${at.toISOString()}, of when the newest scores are.`
    : "No hour has been worked out yet: see /health of `bc jobs`.";
}

async function history(
  context: Context,
  subject: string,
  { from, to, every }: { from: Date; to: Date; every: HistoryStep },
): Promise<object[]> {
  const [fromAt, toAt] = [Math.ceil(from.getTime() / SECOND_MS), Math.ceil(to.getTime() / SECOND_MS)];
  checkedWindow({ fromAt, toAt }, MAX_DAYS[every]);
  const everySeconds = every === HistoryStep.HOUR ? HOUR_SECONDS : DAY_SECONDS;
  const asked = (pointsAsked.get(context) ?? 0) + Math.ceil((toAt - fromAt) / everySeconds);
  if (asked > MAX_POINTS) {
    const hints = ["ask for fewer operators or members at once, for a shorter time, or by DAY"];
    throw new BaseError("TOO_LARGE", `all histories of an operation may have ${MAX_POINTS} points`, { hints });
  }
  pointsAsked.set(context, asked);
  return (await readScoreHistory(context.snapshot, subject, { from, to, everySeconds })).map(shown);
}

function shown(row: ScoreRow): object {
  return { ...row, asOf: row.at, low: row.score };
}
