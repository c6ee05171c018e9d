import DataLoader from "dataloader";
import { Arg, Args, Ctx, FieldResolver, Query, Resolver, Root } from "type-graphql";
import type * as chain from "../../sources/chain.ts";
import {
  MEMBER,
  MEMBER_PERIOD,
  OPERATOR_OWNERSHIP,
  OPERATOR_PAYEE,
  type MemberRow,
} from "../../sources/entities/operator-history.ts";
import { ascending, descending, is, isBytes } from "../../sources/entity.ts";
import { readMemberUse, type MemberUseRow } from "../../sources/member-use.ts";
import type { Snapshot } from "../../sources/snapshot.ts";
import { addressArgument, PageArgs, type Connection } from "../connection.ts";
import type { Context } from "../context.ts";
import { readList, readListOf } from "../lists.ts";
import { orderBy } from "../order.ts";
import { Account } from "../types/account.ts";
import { Member, MemberConnection } from "../types/member.ts";
import {
  MemberPerformance,
  MemberPeriodConnection,
  MemberWhere,
  OperatorOwnershipConnection,
  OperatorPayeeConnection,
} from "../types/operator-history.ts";
import { Operator } from "../types/operator.ts";

/** The ways to order members. */
export const MEMBER_ORDER = orderBy("MemberOrder", {
  ADDED_AT_ASC: { order: ascending("added_at"), description: "By the latest membership, the oldest first." },
  ADDED_AT_DESC: { order: descending("added_at"), description: "By the latest membership, the newest first." },
});
const LATEST = descending("from_at");
const useLoaders = new WeakMap<Snapshot, DataLoader<MemberRow, MemberUseRow | undefined, string>>();

/** Who held an operator's identity, and who was paid. */
@Resolver(() => Operator)
export class OperatorHistoryResolver {
  @FieldResolver(() => OperatorOwnershipConnection, { description: "Who held the identity when, the latest first." })
  ownerships(@Root() { id }: chain.OperatorRow, @Args(() => PageArgs) page: PageArgs, @Ctx() { snapshot }: Context) {
    return readListOf(snapshot, OPERATOR_OWNERSHIP, { column: "operator", key: id }, page, { order: LATEST });
  }

  @FieldResolver(() => OperatorPayeeConnection, {
    description: "Who was paid its rewards and royalties when, the latest first.",
  })
  payees(@Root() { id }: chain.OperatorRow, @Args(() => PageArgs) page: PageArgs, @Ctx() { snapshot }: Context) {
    return readListOf(snapshot, OPERATOR_PAYEE, { column: "operator", key: id }, page, { order: LATEST });
  }
}

/** Members of all operators. */
@Resolver()
export class MemberQueryResolver {
  @Query(() => MemberConnection, { nullable: true, description: "Who is or was a member of a distributed operator." })
  members(
    @Args(() => PageArgs) page: PageArgs,
    @Arg("where", () => MemberWhere, { nullable: true, description: "Which." }) where: MemberWhere | null | undefined,
    @Arg("orderBy", () => MEMBER_ORDER.values, { defaultValue: "ADDED_AT_ASC", description: "In which order." })
    order: keyof typeof MEMBER_ORDER.values,
    @Ctx() { snapshot }: Context,
  ): Promise<Connection<MemberRow>> {
    const conditions = [
      ...is("operator", where?.operator),
      ...isBytes("account", addressArgument("where.account", where?.account)),
      ...is("is_active", where?.isActive),
    ];
    return readList(snapshot, MEMBER, page, { where: conditions, order: MEMBER_ORDER.orderOf(order) });
  }
}

/** What a member brought, and when it was one. */
@Resolver(() => Member)
export class MemberHistoryResolver {
  @FieldResolver(() => Operator, { nullable: true, description: "The operator." })
  operator(@Root() { operatorId }: MemberRow, @Ctx() { load }: Context): Promise<chain.OperatorRow | undefined> {
    return load.operator.load(operatorId);
  }

  @FieldResolver(() => Account, { nullable: true, description: "The member's wallet." })
  account(@Root() { address }: MemberRow, @Ctx() { load }: Context): Promise<chain.AccountRow | undefined> {
    return load.account.load(address);
  }

  @FieldResolver(() => MemberPeriodConnection, { description: "When it was a member, the latest first." })
  periods(@Root() { id }: MemberRow, @Args(() => PageArgs) page: PageArgs, @Ctx() { snapshot }: Context) {
    return readListOf(snapshot, MEMBER_PERIOD, { column: "member", key: id }, page, { order: LATEST });
  }

  @FieldResolver(() => MemberPerformance, { nullable: true, description: "What its GPUs do for the operator." })
  performance(@Root() member: MemberRow, @Ctx() { snapshot }: Context): Promise<MemberUseRow | undefined> {
    const loader =
      useLoaders.get(snapshot) ??
      new DataLoader((members: readonly MemberRow[]) => readMemberUse(snapshot, members), {
        cacheKeyFn: ({ id }) => id,
      });
    useLoaders.set(snapshot, loader);
    return loader.load(member);
  }
}

/** Memberships of a wallet. */
@Resolver(() => Account)
export class AccountMembersResolver {
  @FieldResolver(() => MemberConnection, {
    description: "Its memberships with distributed operators, the newest first.",
  })
  memberships(
    @Root() { address }: chain.AccountRow,
    @Args(() => PageArgs) page: PageArgs,
    @Ctx() { snapshot }: Context,
  ) {
    const by = { column: "account", key: address, isBytes: true };
    return readListOf(snapshot, MEMBER, by, page, { order: descending("added_at") });
  }
}

/** All of them. */
export const OPERATOR_HISTORY_RESOLVERS = [
  OperatorHistoryResolver,
  MemberQueryResolver,
  MemberHistoryResolver,
  AccountMembersResolver,
] as const;
