import { Arg, Args, Ctx, FieldResolver, ID, Query, Resolver, Root } from "type-graphql";
import { HOUR_MS } from "#kernel/time.ts";
import type * as chain from "../../sources/chain.ts";
import {
  SLOT,
  SLOT_CHECK_IN,
  SLOT_MOVE,
  SLOT_REFUND,
  SLOT_TRANSFER,
  type SlotCheckInRow,
  type SlotMoveRow,
  type SlotRefundRow,
  type SlotRow,
} from "../../sources/entities/slot.ts";
import {
  ascending,
  descending,
  atLeast,
  below,
  is,
  isBytes,
  NEWEST,
  type Entity,
  type Order,
} from "../../sources/entity.ts";
import { addressArgument, PageArgs, type Connection } from "../connection.ts";
import type { Context } from "../context.ts";
import { loadEntity, readList, readListOf } from "../lists.ts";
import { orderBy } from "../order.ts";
import { DateTimeScalar } from "../scalars.ts";
import { Account } from "../types/account.ts";
import { Gpu } from "../types/gpu.ts";
import { Operator } from "../types/operator.ts";
import { Pool } from "../types/pool.ts";
import { Rental } from "../types/rental.ts";
import {
  Slot,
  SlotCheckIn,
  SlotCheckInConnection,
  SlotConnection,
  SlotMove,
  SlotMoveConnection,
  SlotRefund,
  SlotRefundConnection,
  SlotTransferConnection,
  SlotWhere,
} from "../types/slot.ts";

const START: Order = { column: "start_hour", type: "int4", isDescending: false };
/** The ways to order slots. */
export const SLOT_ORDER = orderBy("SlotOrder", {
  CREATED_AT_ASC: { order: ascending("created_at"), description: "The oldest first." },
  CREATED_AT_DESC: { order: descending("created_at"), description: "The newest first." },
  START_AT_ASC: { order: START, description: "By the first hour, the earliest first." },
  START_AT_DESC: { order: { ...START, isDescending: true }, description: "By the first hour, the latest first." },
  HOURLY_DC_ASC: { order: ascending("hourly_dc"), description: "By the price of an hour, the cheapest first." },
  HOURLY_DC_DESC: { order: descending("hourly_dc"), description: "By the price of an hour, the dearest first." },
});
type SlotOrder = keyof typeof SLOT_ORDER.values;

const hourAt = (hour: number): Date => new Date(hour * HOUR_MS);
const BY_AGE = ascending("created_at");

/** Slots by id and as a list. */
@Resolver()
export class SlotQueryResolver {
  @Query(() => Slot, { nullable: true, description: "A slot by its token id; null: there never was one." })
  slot(
    @Arg("id", () => ID, { description: "Token id." }) id: string,
    @Ctx() { snapshot }: Context,
  ): Promise<SlotRow | undefined> {
    return loadEntity(snapshot, SLOT, id);
  }

  @Query(() => SlotConnection, { nullable: true, description: "Slots, those that are gone too." })
  slots(
    @Args(() => PageArgs) page: PageArgs,
    @Arg("where", () => SlotWhere, { nullable: true, description: "Which." }) where: SlotWhere | null | undefined,
    @Arg("orderBy", () => SLOT_ORDER.values, { defaultValue: "CREATED_AT_ASC", description: "In which order." })
    order: SlotOrder,
    @Ctx() { snapshot }: Context,
  ): Promise<Connection<SlotRow>> {
    const hourOf = (at: Date | null | undefined) => (at ? at.getTime() / HOUR_MS : null);
    const [startsBefore, endsAfter] = [hourOf(where?.startsBefore), hourOf(where?.endsAfter)];
    const conditions = [
      ...is("gpu", where?.gpu),
      ...is("pool", where?.pool),
      ...is("operator", where?.operator),
      ...isBytes("holder", addressArgument("where.holder", where?.holder)),
      ...is("is_gone", where?.isGone),
      ...below("start_hour", startsBefore === null ? null : Math.ceil(startsBefore)),
      ...atLeast("end_hour", endsAfter === null ? null : Math.floor(endsAfter) + 1),
    ];
    return readList(snapshot, SLOT, page, { where: conditions, order: SLOT_ORDER.orderOf(order) });
  }
}

/** What a slot belongs to, and where it came from. */
@Resolver(() => Slot)
export class SlotResolver {
  @FieldResolver(() => Gpu, { nullable: true, description: "The GPU. CURRENT." })
  gpu(@Root() slot: SlotRow, @Ctx() { load }: Context): Promise<chain.GpuRow | undefined> {
    return load.gpu.load(slot.gpuId);
  }

  @FieldResolver(() => Pool, { nullable: true, description: "The pool. Fixed." })
  pool(@Root() slot: SlotRow, @Ctx() { load }: Context): Promise<chain.PoolRow | undefined> {
    return load.pool.load(slot.poolId);
  }

  @FieldResolver(() => Operator, { nullable: true, description: "The pool's operator. Fixed." })
  operator(@Root() slot: SlotRow, @Ctx() { load }: Context): Promise<chain.OperatorRow | undefined> {
    return load.operator.load(slot.operatorId);
  }

  @FieldResolver(() => Account, {
    nullable: true,
    description: "Holder of the token; of one that is no more, the last.",
  })
  holder(@Root() slot: SlotRow, @Ctx() { load }: Context): Promise<chain.AccountRow | undefined> {
    return load.account.load(slot.holderAddress);
  }

  @FieldResolver(() => Rental, {
    nullable: true,
    description: "The rental of its last check-in; null: it wasn't used.",
  })
  async rental(@Root() slot: SlotRow, @Ctx() { load }: Context): Promise<chain.RentalRow | undefined> {
    return slot.rentalId === null ? undefined : load.rental.load(slot.rentalId);
  }

  @FieldResolver(() => DateTimeScalar, { description: "Start of its first hour, on its present GPU. CURRENT." })
  startAt(@Root() slot: SlotRow): Date {
    return hourAt(slot.startHour);
  }

  @FieldResolver(() => DateTimeScalar, { description: "End of its last hour. CURRENT." })
  endAt(@Root() slot: SlotRow): Date {
    return hourAt(slot.endHour);
  }

  @FieldResolver(() => DateTimeScalar, { description: "Its hours before this are burned or refunded. CURRENT." })
  settledUntil(@Root() slot: SlotRow): Date {
    return hourAt(slot.settledHour);
  }

  @FieldResolver(() => Slot, { nullable: true, description: "The slot that it was cut from; null: it was reserved." })
  parent(@Root() slot: SlotRow, @Ctx() { snapshot }: Context): Promise<SlotRow | undefined> {
    return loadEntity(snapshot, SLOT, slot.parentId);
  }

  @FieldResolver(() => Slot, {
    nullable: true,
    description: "The reserved slot at the head of its parents; itself if it was reserved.",
  })
  root(@Root() slot: SlotRow, @Ctx() { snapshot }: Context): Promise<SlotRow | undefined> {
    return loadEntity(snapshot, SLOT, slot.rootId);
  }

  @FieldResolver(() => Slot, { nullable: true, description: "The slot that took up its hours; null: none did." })
  mergedInto(@Root() slot: SlotRow, @Ctx() { snapshot }: Context): Promise<SlotRow | undefined> {
    return loadEntity(snapshot, SLOT, slot.mergedIntoId);
  }
}

/** Lists of a slot. */
@Resolver(() => Slot)
export class SlotListsResolver {
  @FieldResolver(() => SlotConnection, { description: "Parts cut from it, the oldest first." })
  children(@Root() { id }: SlotRow, @Args(() => PageArgs) page: PageArgs, @Ctx() { snapshot }: Context) {
    return readListOf(snapshot, SLOT, { column: "parent", key: id }, page, { order: BY_AGE });
  }

  @FieldResolver(() => SlotConnection, { description: "Slots whose hours it took up, the oldest first." })
  merged(@Root() { id }: SlotRow, @Args(() => PageArgs) page: PageArgs, @Ctx() { snapshot }: Context) {
    return readListOf(snapshot, SLOT, { column: "merged_into", key: id }, page, { order: BY_AGE });
  }

  @FieldResolver(() => SlotCheckInConnection, { description: "Uses of it, the newest first." })
  checkIns(@Root() slot: SlotRow, @Args(() => PageArgs) page: PageArgs, @Ctx() context: Context) {
    return logsOf(SLOT_CHECK_IN, slot, page, context);
  }

  @FieldResolver(() => SlotTransferConnection, { description: "Changes of its holder, the newest first." })
  transfers(@Root() slot: SlotRow, @Args(() => PageArgs) page: PageArgs, @Ctx() context: Context) {
    return logsOf(SLOT_TRANSFER, slot, page, context);
  }

  @FieldResolver(() => SlotMoveConnection, { description: "Moves to other GPUs, the newest first." })
  moves(@Root() slot: SlotRow, @Args(() => PageArgs) page: PageArgs, @Ctx() context: Context) {
    return logsOf(SLOT_MOVE, slot, page, context);
  }

  @FieldResolver(() => SlotRefundConnection, { description: "Data Credits returned, the newest first." })
  refunds(@Root() slot: SlotRow, @Args(() => PageArgs) page: PageArgs, @Ctx() context: Context) {
    return logsOf(SLOT_REFUND, slot, page, context);
  }
}

function logsOf<Row extends { id: string }>(
  kind: Entity<Row>,
  { id }: SlotRow,
  page: PageArgs,
  { snapshot }: Context,
): Promise<Connection<Row>> {
  return readListOf(snapshot, kind, { column: "slot", key: id }, page, { order: NEWEST });
}

/** The rental of a check-in. */
@Resolver(() => SlotCheckIn)
export class SlotCheckInResolver {
  @FieldResolver(() => Rental, { nullable: true, description: "The reserved rental that began." })
  rental(@Root() row: SlotCheckInRow, @Ctx() { load }: Context): Promise<chain.RentalRow | undefined> {
    return load.rental.load(row.rentalId);
  }
}

/** The two GPUs of a move. */
@Resolver(() => SlotMove)
export class SlotMoveResolver {
  @FieldResolver(() => Gpu, { nullable: true, description: "The GPU that it was on." })
  fromGpu(@Root() row: SlotMoveRow, @Ctx() { load }: Context): Promise<chain.GpuRow | undefined> {
    return load.gpu.load(row.fromGpuId);
  }

  @FieldResolver(() => Gpu, { nullable: true, description: "The GPU that it is on from here on." })
  toGpu(@Root() row: SlotMoveRow, @Ctx() { load }: Context): Promise<chain.GpuRow | undefined> {
    return load.gpu.load(row.toGpuId);
  }

  @FieldResolver(() => DateTimeScalar, { description: "Start of the first hour on the other GPU." })
  fromAt(@Root() row: SlotMoveRow): Date {
    return hourAt(row.fromHour);
  }
}

/** What a refund is for. */
@Resolver(() => SlotRefund)
export class SlotRefundResolver {
  @FieldResolver(() => Gpu, { nullable: true, description: "The GPU that didn't deliver." })
  gpu(@Root() row: SlotRefundRow, @Ctx() { load }: Context): Promise<chain.GpuRow | undefined> {
    return load.gpu.load(row.gpuId);
  }

  @FieldResolver(() => DateTimeScalar, { description: "The hours lost lie from here on." })
  fromAt(@Root() row: SlotRefundRow): Date {
    return hourAt(row.fromHour);
  }

  @FieldResolver(() => DateTimeScalar, { description: "The hours lost lie before this." })
  toAt(@Root() row: SlotRefundRow): Date {
    return hourAt(row.toHour);
  }
}

/** Slots of a GPU. */
@Resolver(() => Gpu)
export class GpuSlotsResolver {
  @FieldResolver(() => SlotConnection, {
    description: "Slots on it, past and gone ones too, by their first hour, the latest first.",
  })
  slots(@Root() { id }: chain.GpuRow, @Args(() => PageArgs) page: PageArgs, @Ctx() { snapshot }: Context) {
    return readListOf(snapshot, SLOT, { column: "gpu", key: id }, page, { order: { ...START, isDescending: true } });
  }
}

/** Slots of a wallet. */
@Resolver(() => Account)
export class AccountSlotsResolver {
  @FieldResolver(() => SlotConnection, {
    description: "Slots that it holds or held last, by their first hour, the latest first.",
  })
  slots(@Root() { address }: chain.AccountRow, @Args(() => PageArgs) page: PageArgs, @Ctx() { snapshot }: Context) {
    const by = { column: "holder", key: address, isBytes: true };
    return readListOf(snapshot, SLOT, by, page, { order: { ...START, isDescending: true } });
  }
}

/** All of them. */
export const SLOT_RESOLVERS = [
  SlotQueryResolver,
  SlotResolver,
  SlotListsResolver,
  SlotCheckInResolver,
  SlotMoveResolver,
  SlotRefundResolver,
  GpuSlotsResolver,
  AccountSlotsResolver,
] as const;
