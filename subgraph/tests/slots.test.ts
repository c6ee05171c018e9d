import { uuidHashOf } from "#devnet/market/bootstrap.ts";
import { accountOf, as } from "#devnet/market/wallets.ts";
import { addressOf, giveCredits, hex, openScript, PEOPLE, type Script } from "./script.ts";

/** $2 an hour reserved, $1 spot, so that sums are easy to follow */
const RATES = { spot: 1_000_000n, onDemand: 3_000_000n, reserved: 2_000_000n };
const SHARES = { operatorBps: 2_000, poolBps: 6_750, gpuBps: 1_250 };
/** the script's hour 0, far enough ahead of the wall clock for its set-up */
const HOUR = Math.ceil(Date.now() / 3_600_000) + 1;
const START = HOUR * 3_600;
const { operator, member, customer, friend } = PEOPLE;

let script: Script;
/** Whether slot 4 could be bought after its holder had sent it to itself, and after it had sent it away. */
const couldBeBought: boolean[] = [];

beforeAll(async () => {
  script = await openScript();
  const { operators, pools, gpus } = script.network;
  await giveCredits(script.network);
  await script.network.mined(operators.write.register([1, "Solo", ""], by(operator)));
  await script.network.mined(pools.write.createPool([1n, "NVIDIA L40S", "here", RATES, SHARES], by(operator)));
  for (const uuid of ["GPU-1", "GPU-2", "GPU-3"]) {
    await script.network.mined(gpus.write.mint([1n, address(operator), uuidHashOf(uuid)], by(operator)));
  }
  await cutAndJoin();
  await preempt();
  await useAndLose();
  await script.index();
}, 60_000);

afterAll(() => script.close());

const by = (person: number) => as(person, script.network);
const address = (person: number) => accountOf(person).address;
const hours = (hour: number): number => HOUR + hour;

/** Sends a transaction at an hour and a minute of the script. */
async function at(hour: number, minute: number, send: () => Promise<`0x${string}`>): Promise<void> {
  await script.at(START + hour * 3_600 + minute * 60);
  await script.network.mined(send());
}

/** Twelve hours are cut, joined and cut again; the last two of them are offered, sent about and given away. */
async function cutAndJoin(): Promise<void> {
  const { slots, exchange, token } = script.network;
  const send = (from: number, to: number, slotId: bigint) => () =>
    slots.write.transferFrom([address(from), address(to), slotId], by(from));
  const noteOffer = async () => couldBeBought.push(await exchange.read.isLive([slots.address, 4n]));
  await at(0, 1, () => slots.write.reserve([1n, BigInt(hours(1)), 12n, RATES.reserved], by(customer)));
  await at(0, 2, () => slots.write.split([1n, [hours(5), hours(9)]], by(customer)));
  await at(0, 3, () => slots.write.merge([2n, 3n], by(customer)));
  await at(0, 4, () => slots.write.split([2n, [hours(11)]], by(customer)));
  await at(0, 5, () => slots.write.setApprovalForAll([exchange.address, true], by(customer)));
  await at(0, 6, () => exchange.write.list([slots.address, 4n, token.address, 5n * 10n ** 18n], by(customer)));
  await at(0, 7, send(customer, customer, 4n));
  await noteOffer();
  await at(0, 8, send(customer, friend, 4n));
  await noteOffer();
  await at(0, 9, () => slots.write.setUser([2n, address(friend), BigInt(START + 8 * 3_600)], by(customer)));
}

/** A spot rental on GPU 3, topped up, gives way to a slot of two hours. */
async function preempt(): Promise<void> {
  const { market, slots } = script.network;
  await at(0, 10, () => market.write.rentSpot([3n, 2_000_000n, RATES.spot], by(friend)));
  await at(0, 11, () => market.write.topUp([1n, 500_000n], by(customer)));
  await at(0, 12, () => slots.write.reserve([3n, BigInt(hours(1)), 2n, RATES.reserved], by(customer)));
}

/** Hours are used, cut short in use, moved to a GPU that fails, refunded, used by another, and passed on in use. */
async function useAndLose(): Promise<void> {
  const { slots, gpus } = script.network;
  await at(1, 10, () => slots.write.checkIn([1n], by(customer)));
  await at(1, 20, () => slots.write.split([1n, [hours(3)]], by(customer)));
  await at(1, 30, () => slots.write.moveSlot([6n, 2n], by(operator)));
  await at(3, 10, () => gpus.write.setStatus([2n, 1], by(operator)));
  await at(4, 20, () => slots.write.refundUndelivered([6n], by(customer)));
  await at(5, 5, () => slots.write.checkIn([2n], by(friend)));
  await at(6, 0, () => slots.write.transferFrom([address(customer), address(member), 2n], by(customer)));
  await at(13, 1, () => slots.write.settleSlots([[1n, 2n, 4n, 5n]], by(friend)));
}

/** A column of seconds since 1970 in the script's minutes. */
const minute = (column: string, as: string): string => `((${column} - ${START}) / 60)::int as "${as}"`;
/** A column of hours since 1970 in the script's hours. */
const hour = (column: string, as: string): string => `${column} - ${HOUR} as "${as}"`;

describe("slots", () => {
  it("know whose part they are, what became of them, and how many hours they began with", async () => {
    expect(
      await script.rows(`select id, root, parent, merged_into as merged, gpu, ${hour("first_hour", "first")},
        hour_count as hours, ${hour("start_hour", "start")}, ${hour("end_hour", "end")}, paid_dc as paid, is_gone as gone,
        ${minute("gone_at", "goneAt")} from chain.slot order by id`),
    ).toEqual([
      row("1", { parent: null, first: 1, hours: 12, start: 1, end: 3, paid: "24000000" }),
      row("2", { first: 5, hours: 4, start: 5, end: 11 }),
      row("3", { first: 9, hours: 4, start: 9, end: 13, merged: "2", gone: true, goneAt: 3 }),
      row("4", { parent: "2", first: 11, hours: 2, start: 11, end: 13 }),
      row("5", { root: "5", parent: null, gpu: "3", first: 1, hours: 2, start: 1, end: 3, paid: "4000000" }),
      row("6", { gpu: "2", first: 3, hours: 2, start: 3, end: 5, gone: true, goneAt: 260 }),
    ]);
  });

  it("are burned and refunded for as many DC as were paid for them, over all their parts", async () => {
    expect(
      await script.rows("select id, burned_dc as burned, refunded_dc as refunded from chain.slot order by id"),
    ).toEqual([
      { id: "1", burned: "4000000", refunded: "0" },
      { id: "2", burned: "12000000", refunded: "0" },
      { id: "3", burned: "0", refunded: "0" },
      { id: "4", burned: "4000000", refunded: "0" },
      { id: "5", burned: "4000000", refunded: "0" },
      { id: "6", burned: "0", refunded: "4000000" },
    ]);
    expect(
      await script.rows(
        "select root, sum(paid_dc - burned_dc - refunded_dc) as rest from chain.slot group by 1 order by 1",
      ),
    ).toEqual([
      { root: "1", rest: "0" },
      { root: "5", rest: "0" },
    ]);
  });

  it("count their changes as the contract does", async () => {
    const rows = await script.rows("select id, transfer_count as count from chain.slot where not is_gone order by id");
    expect(rows).toEqual([
      { id: "1", count: "2" }, // cut twice
      { id: "2", count: "3" }, // joined, cut, given away
      { id: "4", count: "1" }, // given away; sent to its holder, which doesn't count
      { id: "5", count: "0" },
    ]);
    for (const { id, count } of rows) {
      expect(await script.network.slots.read.transferCount([BigInt(id as string)])).toBe(BigInt(count as string));
    }
  });

  it("that are listed stay so when they are sent to their holder, and not when they are given away", async () => {
    expect(couldBeBought).toEqual([true, false]);
    expect(await script.rows("select slot, is_open from chain.listing")).toEqual([{ slot: "4", is_open: false }]);
    expect(
      await script.rows(`select slot, ${hex("seller")}, price, ${minute("listed_at", "listed")},
        ${minute("ended_at", "ended")}, "end"::text as why from chain.offer`),
    ).toEqual([
      {
        slot: "4",
        seller: addressOf(customer),
        price: "5000000000000000000",
        listed: 6,
        ended: 8,
        why: "TOKEN_CHANGED",
      },
    ]);
  });
});

describe("what is done with slots", () => {
  it("is recorded: changes of hands with the escrow that went along", async () => {
    expect(
      await script.rows(`select slot, ${hex('"from"', "from")}, ${hex('"to"', "to")}, escrow_dc, ${minute("timestamp", "at")}
        from chain.slot_transfer order by timestamp`),
    ).toEqual([
      { slot: "4", from: addressOf(customer), to: addressOf(friend), escrow_dc: "4000000", at: 8 },
      // one of its six hours had passed
      { slot: "2", from: addressOf(customer), to: addressOf(member), escrow_dc: "10000000", at: 360 },
    ]);
    expect(
      await script.rows(`select ${hex("id", "who")}, slot_count as slots from chain.account where slot_count > 0
        order by slot_count desc, id`),
    ).toEqual([
      { who: addressOf(customer), slots: 2 },
      ...[friend, member]
        .map(addressOf)
        .sort()
        .map((who) => ({ who, slots: 1 })),
    ]);
  });

  it("is recorded: users named, and cleared by a change of hands", async () => {
    expect(
      await script.rows(`select slot, ${hex('"user"', "who")}, nullif(expires_at, 0) - ${START} as expires,
        ${minute("timestamp", "at")} from chain.slot_user_change order by timestamp`),
    ).toEqual([
      { slot: "2", who: addressOf(friend), expires: "28800", at: 9 },
      { slot: "2", who: null, expires: null, at: 360 },
    ]);
    expect(await script.rows(`select "user", user_expires_at from chain.slot where id = '2'`)).toEqual([
      { user: null, user_expires_at: null },
    ]);
  });

  it("is recorded: check-ins, with the rentals that they began", async () => {
    expect(
      await script.rows(`select c.slot, c.rental, ${hex("c.user", "who")}, ${minute("c.timestamp", "at")}, r.slot as of,
        r.tier::text, ${minute("r.ends_by", "ends")}, r.end_reason::text as why
        from chain.slot_check_in c join chain.rental r on r.id = c.rental order by c.timestamp`),
    ).toEqual([
      { slot: "1", rental: "2", who: addressOf(customer), at: 70, of: "1", tier: "RESERVED", ends: 180, why: "TERM" },
      { slot: "2", rental: "3", who: addressOf(friend), at: 305, of: "2", tier: "RESERVED", ends: 480, why: "SLOT" },
    ]);
    expect(
      await script.rows(`select rental, ${minute("ends_by", "ends")}, ${minute("timestamp", "at")}
        from chain.reserved_end_change order by timestamp`),
    ).toEqual([{ rental: "2", ends: 180, at: 80 }]);
  });

  it("is recorded: moves to another GPU, and what was refunded there", async () => {
    expect(
      await script.rows(`select slot, from_gpu, to_gpu, ${hour("from_hour", "first")}, ${minute("timestamp", "at")}
        from chain.slot_move`),
    ).toEqual([{ slot: "6", from_gpu: "1", to_gpu: "2", first: 3, at: 90 }]);
    expect(
      await script.rows(`select slot, gpu, kind::text, ${hex("holder")}, ${hour("from_hour", "first")},
        ${hour("to_hour", "end")}, hour_count as hours, refunded_dc as refunded from chain.slot_refund order by from_hour`),
    ).toEqual([
      { kind: "HOURS_LOST", first: 3, end: 4, ...lost },
      { kind: "GIVEN_UP", first: 4, end: 5, ...lost },
    ]);
  });

  it("is recorded: spot rentals topped up and preempted", async () => {
    expect(
      await script.rows(`select rental, ${hex("payer")}, amount_dc, ${minute("paid_until", "until")},
        ${minute("timestamp", "at")} from chain.rental_top_up`),
      // 2.5 hours' money from minute 10 on
    ).toEqual([{ rental: "1", payer: addressOf(customer), amount_dc: "500000", until: 160, at: 11 }]);
    expect(
      await script.rows(`select rental, slot, ${minute("ends_by", "ends")}, ${minute("timestamp", "at")}
        from chain.preemption_notice`),
    ).toEqual([{ rental: "1", slot: "5", ends: 60, at: 12 }]);
  });
});

const lost = { slot: "6", gpu: "2", holder: addressOf(customer), hours: 1, refunded: "2000000" };

/** A slot cut from slot 1 on GPU 1, unless said otherwise. */
function row(id: string, own: Record<string, unknown>): Record<string, unknown> {
  const { root = "1", parent = "1", merged = null, gpu = "1", paid = "0", gone = false, goneAt = null } = own;
  return { id, root, parent, merged, gpu, paid, gone, goneAt, ...own };
}
