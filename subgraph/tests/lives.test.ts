import { zeroAddress } from "viem";
import { uuidHashOf } from "#devnet/market/bootstrap.ts";
import { accountOf, as } from "#devnet/market/wallets.ts";
import { compareOn, describeWithGraphNode } from "./equivalence.ts";
import { addressOf, hex, openScript, PEOPLE, type Script } from "./script.ts";

const RATES = { spot: 1_000_000n, onDemand: 2_000_000n, reserved: 1_500_000n };
const DEARER = { spot: 1_050_000n, onDemand: 2_100_000n, reserved: 1_575_000n };
const FLOOR = { spot: 900_000n, onDemand: 1_900_000n, reserved: 1_400_000n };
const CAP = { spot: 1_200_000n, onDemand: 2_400_000n, reserved: 1_800_000n };
const SHARES = { operatorBps: 2_000, poolBps: 6_750, gpuBps: 1_250 };
/** seconds from announcing an exit to leaving, as deployed */
const EXIT_DELAY = 259_200;
/** the script's second 0: a whole hour, far enough ahead of the wall clock for its set-up */
const START = Math.ceil(Date.now() / 3_600_000) * 3_600 + 3_600;
const { operator, collective, member, investor, pricer, customer, friend } = PEOPLE;

let script: Script;
/** Whom the registry lets set pool 1's rates, asked after each step that matters. */
const pricers: string[] = [];

/** A span of a period's time in the script's seconds. */
const SPAN = `from_at - ${START} as "from", to_at - ${START} as "to"`;

beforeAll(async () => {
  script = await openScript();
  await playOperators();
  await playGpus();
  await script.index();
}, 60_000);

afterAll(() => script.close());

const by = (person: number) => as(person, script.network);
const address = (person: number) => accountOf(person).address;

/** Sends a transaction at a second of the script. */
async function at(second: number, send: () => Promise<`0x${string}`>): Promise<void> {
  await script.at(START + second);
  await script.network.mined(send());
}

async function notePricer(): Promise<void> {
  pricers.push((await script.network.pools.read.pricingOf([1n])).pricer.toLowerCase());
}

/** An identity that is paid elsewhere, sold, and comes back; a pricer whose right goes and comes with it. */
async function playOperators(): Promise<void> {
  const { operators, pools } = script.network;
  const name = [1n, address(pricer), FLOOR, CAP, 1_000, 60] as const;
  const noBounds = { spot: 0n, onDemand: 0n, reserved: 0n };
  const move = (from: number, to: number) => () =>
    operators.write.transferFrom([address(from), address(to), 1n], by(from));
  await at(0, () => operators.write.register([1, "Solo", "ipfs://solo"], by(operator)));
  await at(10, () => operators.write.register([2, "Collective", ""], by(collective)));
  await at(12, () => operators.write.addMember([2n, address(member)], by(collective)));
  await at(20, () => operators.write.setMetadata([1n, "Solo Compute", ""], by(operator)));
  await at(22, () => pools.write.createPool([1n, "NVIDIA L40S", "here", RATES, SHARES], by(operator)));
  await at(23, () => pools.write.setTermDiscounts([1n, [24, 72].map(discount)], by(operator)));
  await at(24, () => pools.write.setPricer(name, by(operator)));
  await notePricer();
  await at(25, () => pools.write.setTermDiscounts([1n, []], by(operator)));
  await at(26, () => pools.write.setRates([1n, DEARER], by(pricer)));
  await at(27, () => pools.write.createPool([2n, "NVIDIA L40S", "there", RATES, SHARES], by(collective)));
  await at(30, () => operators.write.setPayout([1n, address(investor)], by(operator)));
  await at(40, move(operator, friend));
  await notePricer();
  await at(50, move(friend, operator));
  await notePricer();
  await at(51, move(operator, operator));
  await at(52, () => pools.write.setPricer([1n, zeroAddress, noBounds, noBounds, 0, 0], by(operator)));
  await notePricer();
  await at(60, () => operators.write.kickMember([2n, address(member), 2], by(collective)));
  await at(70, () => operators.write.addMember([2n, address(member)], by(collective)));
}

/** A GPU that changes hands, fails, announces exits, leaves, is invited back and retires; another that is let go. */
async function playGpus(): Promise<void> {
  const { gpus, operators } = script.network;
  const give = (from: number, to: number) =>
    gpus.write.transferFrom([address(from), address(to), 1n], { ...by(from), gas: 200_000n });
  await at(80, () => gpus.write.mint([1n, address(operator), uuidHashOf("GPU-1")], by(operator)));
  await at(82, () => gpus.write.mint([2n, address(member), uuidHashOf("GPU-2")], by(member)));
  await at(90, () => give(operator, investor));
  await script.at(START + 100);
  await script.inOneBlock(async () => [await give(investor, friend), await give(friend, customer)]);
  await at(110, () => give(customer, customer));
  await at(120, () => gpus.write.setStatus([1n, 1], by(operator)));
  await at(130, () => gpus.write.setStatus([1n, 0], by(operator)));
  await at(140, () => gpus.write.announceExit([1n], by(customer)));
  await at(150, () => gpus.write.cancelExit([1n], by(customer)));
  await at(160, () => gpus.write.announceExit([1n], by(customer)));
  await at(170, () => operators.write.kickMember([2n, address(member), 1], by(collective)));
  await at(171, () => gpus.write.release([2n], by(collective)));
  await at(160 + EXIT_DELAY, () => gpus.write.withdraw([1n], by(customer)));
  await at(300_000, () => gpus.write.invite([1n, 1n], by(operator)));
  await at(300_010, () => gpus.write.joinPool([1n, 1n], by(customer)));
  await at(300_020, () => gpus.write.setStatus([1n, 2], by(customer)));
}

const discount = (minHours: number) => ({ minHours, bps: minHours * 10 });

describe("an operator's identity", () => {
  it("has its owners and payees in periods without gap or overlap, and follows a payout address", async () => {
    const rows = (table: string, person: string) =>
      script.rows(`select ${hex(person, "who")}, ${SPAN} from chain.${table} where operator = '1' order by from_at`);
    expect(await rows("operator_ownership", "owner")).toEqual([
      { who: addressOf(operator), from: "0", to: "40" },
      { who: addressOf(friend), from: "40", to: "50" },
      { who: addressOf(operator), from: "50", to: null },
    ]);
    expect(await rows("operator_payee", "payee")).toEqual([
      { who: addressOf(operator), from: "0", to: "30" },
      { who: addressOf(investor), from: "30", to: "40" },
      { who: addressOf(friend), from: "40", to: "50" },
      { who: addressOf(operator), from: "50", to: null },
    ]);
    expect(
      await script.rows(`select ${hex("o.payee", "payee")}, payout, p.from_at - ${START} as since from chain.operator o
        join chain.operator_payee p on p.id = o.payee_period where o.id = '1'`),
    ).toEqual([{ payee: addressOf(operator), payout: null, since: "50" }]);
  });

  it("keeps every description", async () => {
    expect(
      await script.rows(`select operator, name, metadata_uri, timestamp - ${START} as at
        from chain.operator_description order by timestamp`),
    ).toEqual([
      { operator: "1", name: "Solo", metadata_uri: "ipfs://solo", at: "0" },
      { operator: "2", name: "Collective", metadata_uri: "", at: "10" },
      { operator: "1", name: "Solo Compute", metadata_uri: "", at: "20" },
    ]);
  });
});

describe("a member", () => {
  it("has a period for each membership, with the reason of the kick that ended it", async () => {
    expect(
      await script.rows(
        `select ${hex("account")}, ${SPAN}, kick_reason::text from chain.member_period order by from_at`,
      ),
    ).toEqual([
      { account: addressOf(member), from: "12", to: "60", kick_reason: "UPTIME" },
      { account: addressOf(member), from: "70", to: "170", kick_reason: "RELIABILITY" },
    ]);
    expect(
      await script.rows(
        `select is_active, added_at - ${START} as added, kicked_at - ${START} as kicked from chain.member`,
      ),
    ).toEqual([{ is_active: false, added: "70", kicked: "170" }]);
  });
});

describe("a pool", () => {
  it("keeps its rates and who set them", async () => {
    expect(
      await script.rows(`select pool, ${hex("set_by")}, is_by_pricer, on_demand_rate_dc_per_hour as rate,
        timestamp - ${START} as at from chain.rate_change order by timestamp`),
    ).toEqual([
      { pool: "1", set_by: addressOf(operator), is_by_pricer: false, rate: "2000000", at: "22" },
      { pool: "1", set_by: addressOf(pricer), is_by_pricer: true, rate: "2100000", at: "26" },
      { pool: "2", set_by: addressOf(collective), is_by_pricer: false, rate: "2000000", at: "27" },
    ]);
  });

  it("keeps its discounts for longer terms", async () => {
    expect(await script.rows("select min_hours, bps from chain.discount_change order by timestamp")).toEqual([
      { min_hours: [24, 72], bps: [240, 720] },
      { min_hours: [], bps: [] },
    ]);
    expect(await script.rows("select discount_min_hours, discount_bps from chain.pool where id = '1'")).toEqual([
      { discount_min_hours: [], discount_bps: [] },
    ]);
  });

  it("loses its pricer when the identity is sold, has it again when the identity comes back, as the registry has", async () => {
    expect(pricers).toEqual([addressOf(pricer), zeroAddress, addressOf(pricer), zeroAddress]);
    expect(
      await script.rows(`select ${hex("d.pricer", "pricer")}, ${SPAN}, p.end::text as why from chain.pricer_period p
        join chain.pricer_delegation d on d.id = p.delegation order by from_at`),
    ).toEqual([
      { pricer: addressOf(pricer), from: "24", to: "40", why: "OPERATOR_MOVED" },
      { pricer: addressOf(pricer), from: "50", to: "52", why: "REMOVED" },
    ]);
    expect(await script.rows("select pricer, delegation, pricer_period from chain.pool where id = '1'")).toEqual([
      { pricer: null, delegation: null, pricer_period: null },
    ]);
    expect(
      await script.rows(`select ${hex("named_by")}, spot_floor_dc_per_hour as floor, reserved_cap_dc_per_hour as cap,
        max_step_bps, min_interval from chain.pricer_delegation`),
    ).toEqual([
      { named_by: addressOf(operator), floor: "900000", cap: "1800000", max_step_bps: 1_000, min_interval: "60" },
    ]);
  });
});

describe("a GPU", () => {
  it("has an owner at every second; of two moves in one block the first holder's period has no length", async () => {
    expect(
      await script.rows(`select ${hex("owner")}, ${SPAN} from chain.gpu_ownership where gpu = '1'
        order by from_at, to_at`),
    ).toEqual([
      { owner: addressOf(operator), from: "80", to: "90" },
      { owner: addressOf(investor), from: "90", to: "100" },
      { owner: addressOf(friend), from: "100", to: "100" },
      { owner: addressOf(customer), from: "100", to: null },
    ]);
  });

  it("is in pools for periods, and out of them between; retired, it stays", async () => {
    expect(
      await script.rows(`select gpu, pool, operator, ${hex("contributor")}, ${SPAN}, leave_reason::text as why
        from chain.gpu_membership order by from_at`),
    ).toEqual([
      {
        gpu: "1",
        pool: "1",
        operator: "1",
        contributor: addressOf(operator),
        from: "80",
        to: "259360",
        why: "WITHDRAWN",
      },
      { gpu: "2", pool: "2", operator: "2", contributor: addressOf(member), from: "82", to: "171", why: "RELEASED" },
      { gpu: "1", pool: "1", operator: "1", contributor: addressOf(customer), from: "300010", to: null, why: null },
    ]);
  });

  it("has one status at every second", async () => {
    expect(
      await script.rows(`select status::text, ${SPAN} from chain.gpu_status_period where gpu = '1' order by from_at`),
    ).toEqual([
      { status: "ACTIVE", from: "80", to: "120" },
      { status: "OFFLINE", from: "120", to: "130" },
      { status: "ACTIVE", from: "130", to: "259360" },
      { status: "OFFLINE", from: "259360", to: "300010" },
      { status: "ACTIVE", from: "300010", to: "300020" },
      { status: "RETIRED", from: "300020", to: null },
    ]);
  });

  it("has as seconds that count for rewards the overlap of being in a pool and ACTIVE, per owner", async () => {
    const end = `${START} + 400000`;
    const overlap = (...tables: string[]) => {
      const ends = tables.map((table) => `coalesce(${table}.to_at, ${end})`);
      return `sum(greatest(0, least(${ends.join(", ")}) - greatest(${tables.map((table) => `${table}.from_at`).join(", ")})))`;
    };
    // in the pool from 80 to 259,360 and from 300,010 on; ACTIVE but for 120 to 130, until it retires at 300,020
    expect(
      await script.rows(`select ${hex("o.owner", "owner")}, ${overlap("o", "m", "s")} as seconds from chain.gpu_ownership o
        join chain.gpu_membership m on m.gpu = o.gpu join chain.gpu_status_period s on s.gpu = o.gpu and s.status = 'ACTIVE'
        where o.gpu = '1' group by 1, o.from_at, o.to_at order by o.from_at, o.to_at`),
    ).toEqual([
      { owner: addressOf(operator), seconds: "10" },
      { owner: addressOf(investor), seconds: "10" },
      { owner: addressOf(friend), seconds: "0" },
      { owner: addressOf(customer), seconds: "259260" }, // 100 to 120, 130 to 259,360, 300,010 to 300,020
    ]);
  });

  it("keeps its announced exits and what came of them", async () => {
    const exit = `announced_at - ${START} as announced, exit_at - announced_at as delay, ended_at - ${START} as ended`;
    expect(await script.rows(`select pool, ${exit}, outcome::text from chain.gpu_exit order by announced_at`)).toEqual([
      { pool: "1", announced: "140", delay: "259200", ended: "150", outcome: "CANCELLED" },
      { pool: "1", announced: "160", delay: "259200", ended: "259360", outcome: "LEFT" },
    ]);
    expect(await script.rows("select exit, exit_at from chain.gpu where id = '1'")).toEqual([
      { exit: null, exit_at: null },
    ]);
  });

  it("counts its moves as the contract does, so that an invitation can be seen to be used up", async () => {
    // four transfers, one of them to its holder; out of a pool, into one, and retired
    expect(await script.network.gpus.read.transferCount([1n])).toBe(7n);
    expect(
      await script.rows(`select g.transfer_count as now, i.transfer_count as then, i.pool from chain.gpu g
        join chain.gpu_invitation i on i.gpu = g.id`),
    ).toEqual([{ now: "7", then: "5", pool: "1" }]);
  });
});

describeWithGraphNode("real graph-node (from npm, on Linux x64)", () => {
  it("writes the same rows to the last byte", async () => {
    const { theirs, ours } = await compareOn(script, "lives");
    expect(ours).toEqual(theirs);
    expect(ours.rows.length).toBeGreaterThan(100);
  }, 180_000);
});
