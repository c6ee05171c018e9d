import { keccak256, toBytes } from "viem";
import { execute, openApi, type ApiFixture } from "./fixture.ts";

const OWNER = `0x${"a1".repeat(20)}`;
const CUSTOMER = `0x${"c0".repeat(20)}`;
const HASH = `0x${"be".repeat(32)}`;
const UUID = "GPU-7099682b-a20d-2bcc-74ab-b9060454d81e";
/** 2026-11-22T10:30:00Z */
const NOW = 1_795_343_400;

let fixture: ApiFixture;

beforeAll(async () => {
  fixture = await openApi();
  const bytea = (hex: string) => `'\\x${hex.slice(2)}'`;
  await fixture.pool.query(`
    insert into chain.head values (120, '${HASH}', ${NOW});
    insert into chain.network values ('network', 1, 1, 12, 12, 2, 5000000000, 1234567, 2500000000000000000000, 200000000);
    insert into chain.account values (${bytea(OWNER)}, 0, 0, 0, 0, 12), (${bytea(CUSTOMER)}, 7000001, 4980000, 5000000000, 1234567, 0);
    insert into chain.operator values ('1', ${bytea(OWNER)}, null, 'SELF_POOLED', 'Telegraph', '', 1, 12, 0, 1234567, ${NOW - 9000});
    insert into chain.pool values ('1', '1', 'NVIDIA H100 80GB HBM3', 'us-west', 1390000, 2490000, 1990000, 2000, 6750, 1250, 12, 1234567, ${NOW - 8000});
    insert into chain.gpu
      select n::text, ${bytea(OWNER)}, '1', '1', ${bytea(OWNER)}, decode(md5(n::text) || md5(n::text), 'hex'), 'ACTIVE', null, 0, 0, 0, ${NOW - 7000}
      from generate_series(2, 12) n;
    insert into chain.gpu values ('1', ${bytea(OWNER)}, '1', '1', ${bytea(OWNER)}, ${bytea(keccak256(toBytes(UUID.toLowerCase())))}, 'ACTIVE', '2', 2, 1785, 1234567, ${NOW - 7000});
    insert into chain.rental values
      ('1', '1', '1', '1', ${bytea(CUSTOMER)}, 'ON_DEMAND', 2490000, 2490000, 2490000, 0, ${NOW - 6000}, ${NOW - 2400}, null, ${NOW - 2400}, ${NOW - 2400}, 'FUNDS'),
      ('2', '1', '1', '1', ${bytea(CUSTOMER)}, 'ON_DEMAND', 2490000, 4980000, 692, 0, ${NOW - 1000}, ${NOW + 6200}, null, ${NOW - 999}, null, null);
    insert into chain.gpu_usage_hour values (1, '2026-11-22T08:00Z', '1', 500000, 723, 3), (2, '2026-11-22T09:00Z', '2', 1, 1, 1);
    insert into chain.usage_point values
      (1, '2026-11-22T08:10Z', '1', '1', '1', 500000, 723),
      (2, '2026-11-22T10:05Z', '1', '1', '1', 700000, 1012),
      (3, '2026-11-22T10:29Z', '1', '1', '1', 34567, 50),
      (4, '2026-11-22T10:29Z', '2', '1', '1', 99, 1);
  `);
});

afterAll(() => fixture.close());

describe("the chain's side of a GPU", () => {
  it("says who owns it, runs it and rents it", async () => {
    const { data, errors } = await fixture.ask(`{ gpu(id: "1") {
      owner { address gpuCount } operator { name mode owner { address } } pool { model onDemandRateDcPerHour }
      rental { id customer { address balanceDc } isRunning accruedDc paidUntil }
      burnedDc paidSeconds asOf { block { number hash timestamp } sampledThrough } } }`);
    expect(errors).toBeUndefined();
    expect(data).toEqual({
      gpu: {
        owner: { address: OWNER, gpuCount: 12 },
        operator: { name: "Telegraph", mode: "SELF_POOLED", owner: { address: OWNER } },
        pool: { model: "NVIDIA H100 80GB HBM3", onDemandRateDcPerHour: "2.49" },
        rental: {
          id: "2",
          customer: { address: CUSTOMER, balanceDc: "7.000001" },
          isRunning: true,
          accruedDc: "0.691667", // ⌈2.49 · 1000 / 3600⌉ of a millionth: 691,666.67
          paidUntil: "2026-11-22T12:13:20.000Z",
        },
        burnedDc: "1.234567",
        paidSeconds: "1785",
        asOf: { block: { number: "120", hash: HASH, timestamp: "2026-11-22T10:30:00.000Z" }, sampledThrough: null },
      },
    });
  });

  it("adds the hours rolled up and the hours that still run, each burn once", async () => {
    const { data } = await fixture.ask(
      `{ gpu(id: "1") { burnedByHour(hours: 3) { hour burnedDc paidSeconds settlementCount } } }`,
    );
    expect(data).toEqual({
      gpu: {
        burnedByHour: [
          { hour: "2026-11-22T08:00:00.000Z", burnedDc: "0.5", paidSeconds: "723", settlementCount: "3" },
          { hour: "2026-11-22T10:00:00.000Z", burnedDc: "0.734567", paidSeconds: "1062", settlementCount: "2" },
        ],
      },
    });
  });

  it("leaves out hours before the span", async () => {
    const { data } = await fixture.ask(`{ gpu(id: "1") { burnedByHour(hours: 2) { hour } } }`);
    expect(data).toEqual({ gpu: { burnedByHour: [{ hour: "2026-11-22T10:00:00.000Z" }] } });
  });

  it("shows no rental on a GPU whose rental ran out of funds before the block", async () => {
    await fixture.pool.query("update chain.gpu set rental = '1' where id = '2'");
    await fixture.pool.query("update chain.rental set end_at = null, end_reason = null where id = '1'");
    const { data } = await fixture.ask(`{ gpu(id: "2") { rental { id } } rental(id: "1") { isRunning accruedDc } }`);
    expect(data).toEqual({ gpu: { rental: null }, rental: { isRunning: false, accruedDc: "2.49" } });
  });

  it("shows a GPU that was taken out of its pool, with neither pool nor operator", async () => {
    await fixture.pool.query(`insert into chain.gpu
      select '99', owner, null, null, contributor, uuid_hash, 'OFFLINE', null, 0, 0, 0, created_at from chain.gpu where id = '3'`);
    const { data, errors } = await fixture.ask(`{ gpu(id: "99") { status pool { id } operator { id } } }`);
    expect(errors).toBeUndefined();
    expect(data).toEqual({ gpu: { status: "OFFLINE", pool: null, operator: null } });
    await fixture.pool.query("delete from chain.gpu where id = '99'");
  });

  it("is null for a GPU that nobody minted", async () => {
    expect((await fixture.ask(`{ gpu(id: "999") { id } }`)).data).toEqual({ gpu: null });
  });
});

describe("the telemetry's side of a GPU", () => {
  it("is null while no exporter has shown it", async () => {
    expect((await fixture.ask(`{ gpu(id: "2") { telemetry { at } } }`)).data).toEqual({ gpu: { telemetry: null } });
  });

  // A year ago on purpose: longer than samples are kept, so that a job of the database that runs here would show.
  it("gives means by minute, weighted by the time each sample covers, with gaps as null", async () => {
    const hash = keccak256(toBytes(UUID.toLowerCase())).slice(2);
    await fixture.pool.query(`
      insert into telemetry.collector (name, started_at, seen_at, sampled_through)
        values ('c1', '2025-11-22T10:00Z', '2025-11-22T10:30Z', '2025-11-22T10:28:30Z');
      insert into telemetry.target (url) values ('http://127.0.0.1:9400/metrics');
      insert into telemetry.gpu (uuid, uuid_hash, model, first_seen_at, last_seen_at, target_key)
        values ('${UUID}', '\\x${hash}', 'NVIDIA H100 80GB HBM3', '2025-11-22T10:26Z', '2025-11-22T10:28Z', 1);
      insert into telemetry.gpu_target values (1, '2025-11-22T10:26Z', 1);
      insert into telemetry.heartbeat select 1, m, 1, 0 from generate_series(timestamptz '2025-11-22T10:26Z', '2025-11-22T10:28Z', '1 minute') m;
      insert into telemetry.scrape (time, target_key, collector_key, due_until, is_up, duration_ms, body_bytes, sample_count, gpu_count)
        select t, 1, 1, t + interval '10 s', t < '2025-11-22T10:27Z' or t >= '2025-11-22T10:28Z', 5, 1000, 20, 1
        from generate_series(timestamptz '2025-11-22T10:26Z', '2025-11-22T10:28:20Z', '10 s') t;
      insert into telemetry.sample (time, gpu_key, covers_until, covered_seconds, util_ratio, power_watts, gpu_temp_celsius, energy_joules) values
        ('2025-11-22T10:26:10Z', 1, '2025-11-22T10:26:20Z', 10, 0.5, 400, 50, 4000),
        ('2025-11-22T10:26:40Z', 1, '2025-11-22T10:26:50Z', 30, 1.0, 600, 60, 18000),
        ('2025-11-22T10:28:10Z', 1, '2025-11-22T10:28:20Z', 10, 0.25, 300, null, 3600);
    `);
    const { data, errors } = await fixture.ask(
      `{ gpu(id: "1") { telemetry(minutes: 4) { at state utilization powerWatts temperatureCelsius energyWattHours } asOf { sampledThrough } } }`,
    );
    expect(errors).toBeUndefined();
    expect(data).toEqual({
      gpu: {
        telemetry: {
          at: [25, 26, 27, 28].map((minute) => `2025-11-22T10:${minute}:00.000Z`),
          state: ["UNKNOWN", "UP", "DOWN", "UP"],
          utilization: [null, 0.875, null, 0.25], // (10·0.5 + 30·1) / 40
          powerWatts: [null, 550, null, 300], // (10·400 + 30·600) / 40
          temperatureCelsius: [null, 57.5, null, null],
          energyWattHours: [null, 22_000 / 3_600, null, 1],
        },
        asOf: { sampledThrough: "2025-11-22T10:28:30.000Z" },
      },
    });
  });
});

describe("a source that fails", () => {
  it("costs its own field and nothing else", async () => {
    await fixture.pool.query("alter table chain.usage_point rename to usage_point_away");
    const { data, errors } = await fixture.ask(
      `{ gpu(id: "1") { burnedByHour { hour } owner { address } asOf { block { number } } } }`,
    );
    await fixture.pool.query("alter table chain.usage_point_away rename to usage_point");
    expect(data).toEqual({
      gpu: { burnedByHour: null, owner: { address: OWNER }, asOf: { block: { number: "120" } } },
    });
    expect(errors?.map(({ path, extensions }) => [path, extensions["code"]])).toEqual([
      [["gpu", "burnedByHour"], "UPSTREAM_UNAVAILABLE"],
    ]);
  });
});

describe("lists", () => {
  it("that can't be read leave what else was asked for", async () => {
    await fixture.pool.query("alter table chain.rental rename to rental_away");
    const { data, errors } = await fixture.ask(`{ rentals { nodes { id } } gpu(id: "1") { id } }`);
    await fixture.pool.query("alter table chain.rental_away rename to rental");
    expect(data).toEqual({ rentals: null, gpu: { id: "1" } });
    expect(errors?.map(({ path, extensions }) => [path, extensions["code"]])).toEqual([
      [["rentals"], "UPSTREAM_UNAVAILABLE"],
    ]);
  });

  it("page through ids in their own order, not as text", async () => {
    const page = (after?: string) =>
      fixture.ask(
        `query ($after: String) { gpus(first: 5, after: $after) { nodes { id } pageInfo { hasNextPage endCursor } } }`,
        {
          after,
        },
      );
    const seen: string[] = [];
    let cursor: string | undefined;
    for (let hasNext = true; hasNext;) {
      const { gpus } = (await page(cursor)).data as {
        gpus: { nodes: { id: string }[]; pageInfo: { hasNextPage: boolean; endCursor: string } };
      };
      seen.push(...gpus.nodes.map((node) => node.id));
      hasNext = gpus.pageInfo.hasNextPage;
      cursor = gpus.pageInfo.endCursor;
    }
    expect(seen).toEqual(Array.from({ length: 12 }, (_, place) => String(place + 1)));
  });

  it("take null for what isn't given, as Relay's clients send it", async () => {
    const { data, errors } = await fixture.ask(
      `query ($after: String, $owner: Bytes, $text: ID) {
        first: gpus(first: 1, after: $after, where: { owner: $owner, pool: $text, status: null }) { nodes { id } }
        rentals(after: null, where: { customer: null, gpu: $text }) { nodes { id } }
        pools(where: { operator: null, model: null }) { nodes { id } }
        operators(after: null) { nodes { id } }
      }`,
      { after: null, owner: null, text: null },
    );
    expect(errors).toBeUndefined();
    expect(data).toEqual({
      first: { nodes: [{ id: "1" }] },
      rentals: { nodes: [{ id: "1" }, { id: "2" }] },
      pools: { nodes: [{ id: "1" }] },
      operators: { nodes: [{ id: "1" }] },
    });
  });

  it("hold what the filter asks for", async () => {
    const { data } = await fixture.ask(
      `query ($owner: Bytes!, $customer: Bytes!) {
        mine: gpus(where: { owner: $owner, status: ACTIVE, pool: "1" }) { nodes { id } }
        others: gpus(where: { owner: $customer }) { nodes { id } }
        rentals(where: { customer: $customer, gpu: "1" }) { nodes { id } }
        account(address: $customer) { rentals { nodes { id } } gpus { nodes { id } } escrowDc }
      }`,
      { owner: OWNER.toUpperCase().replace("0X", "0x"), customer: CUSTOMER },
    );
    expect(data).toMatchObject({
      others: { nodes: [] },
      rentals: { nodes: [{ id: "1" }, { id: "2" }] },
      account: { rentals: { nodes: [{ id: "1" }, { id: "2" }] }, gpus: { nodes: [] }, escrowDc: "4.98" },
    });
    expect((data?.["mine"] as { nodes: unknown[] }).nodes).toHaveLength(12);
  });

  it("read the objects of a page in one statement each", async () => {
    const { data, statements } = await execute(
      fixture.pool,
      `{ gpus(first: 12) { nodes { id owner { address } operator { id } pool { id } rental { id } } } }`,
    );
    const { nodes } = data["gpus"] as { nodes: Record<string, unknown>[] };
    expect(nodes.map((node) => node["rental"])).toEqual([{ id: "2" }, ...Array<null>(11).fill(null)]);
    expect(new Set(nodes.map((node) => JSON.stringify([node["owner"], node["operator"], node["pool"]]))).size).toBe(1);
    expect(statements).toEqual(["accounts", "gpu-list", "head", "operators", "pools", "rentals", "watermark"]);
  });

  it("read a series of all GPUs of a page in one statement per span, and give each GPU its own", async () => {
    const { data, statements } = await execute(
      fixture.pool,
      `{ gpus(first: 3) { nodes {
        burnedByHour(hours: 3) { hour burnedDc } lastHour: burnedByHour(hours: 1) { burnedDc }
        telemetry(minutes: 2) { state powerWatts } } } }`,
    );
    const [eight, nine, ten] = [8, 9, 10].map((hour) => new Date(Date.UTC(2026, 10, 22, hour)).toISOString());
    expect(data["gpus"]).toEqual({
      nodes: [
        {
          burnedByHour: [
            { hour: eight, burnedDc: "0.5" },
            { hour: ten, burnedDc: "0.734567" },
          ],
          lastHour: [{ burnedDc: "0.734567" }],
          telemetry: { state: ["DOWN", "UP"], powerWatts: [null, 300] },
        },
        {
          burnedByHour: [
            { hour: nine, burnedDc: "0.000001" },
            { hour: ten, burnedDc: "0.000099" },
          ],
          lastHour: [{ burnedDc: "0.000099" }],
          telemetry: null,
        },
        { burnedByHour: [], lastHour: [], telemetry: null },
      ],
    });
    expect(statements).toEqual([
      "burned-by-hour",
      "burned-by-hour",
      "gpu-list",
      "gpu-minutes",
      "head",
      "telemetry-gpus",
      "watermark",
    ]);
  });
});

describe("series of an operation", () => {
  it("have 30,000 points at most, whatever their number, and say how to ask for less", async () => {
    const series = (minutes: number) =>
      fixture.ask(
        `{ gpus(first: 12) { nodes { day: telemetry(minutes: 1440) { at } more: telemetry(minutes: ${minutes}) { at } } } }`,
      );
    expect((await series(1_060)).errors).toBeUndefined(); // 12 · (1,440 + 1,060) = 30,000
    expect((await series(1_061)).errors?.length).toBe(12);
    await fixture.pool.query(`insert into chain.gpu
      select n::text, owner, operator, pool, contributor, decode(md5(n::text) || md5(n::text), 'hex'), status, null, 0, 0, 0, created_at
      from chain.gpu, generate_series(1001, 1038) n where id = '3'`);
    const { errors: refused } = await fixture.ask(
      `{ gpus(first: 50) { nodes { burnedByHour(hours: 744) { hour } } } }`,
    );
    await fixture.pool.query("delete from chain.gpu where length(id) = 4");
    expect(refused?.length).toBe(50);
    expect(refused?.[0]).toMatchObject({
      message: "744 hours of 50 GPUs are too much: all series of an operation may have 30000 points",
      extensions: { code: "TOO_LARGE", hints: ["ask for at most 40 GPUs at once, or for fewer hours"] },
    });
  });
});

describe("bad input", () => {
  const cases: [string, string][] = [
    [`{ gpus(first: 0) { nodes { id } } }`, "first must be 1 to 200"],
    [`{ gpus(first: 201) { nodes { id } } }`, "first must be 1 to 200"],
    [`{ gpus(after: "nonsense") { nodes { id } } }`, "after is no cursor of this list"],
    [`{ gpu(id: "1") { burnedByHour(hours: 0) { hour } } }`, "hours must be 1 to 744"],
    [`{ gpu(id: "1") { telemetry(minutes: 1441) { at } } }`, "minutes must be 1 to 1440"],
    [`{ account(address: "0x12") { gpuCount } }`, "address must be an address: 0x and 40 hex digits"],
    [`{ gpus(where: { owner: "0x1234" }) { nodes { id } } }`, "where.owner must be an address: 0x and 40 hex digits"],
  ];
  it.each(cases)("%s is refused with its argument and rule", async (query, message) => {
    const { errors } = await fixture.ask(query);
    expect(errors?.[0]).toMatchObject({ message, extensions: { code: "BAD_USER_INPUT" } });
  });

  it("that holds U+0000, which PostgreSQL's text can't, is refused wherever it stands", async () => {
    const asked: [string, Record<string, unknown>][] = [
      [`query ($id: ID!) { gpu(id: $id) { id } }`, { id: "1\0" }],
      [`query ($where: PoolWhere) { pools(where: $where) { nodes { id } } }`, { where: { region: "us\0west" } }],
      [`{ gpu(id: "1\\u0000") { id } }`, {}],
      [`query ($id: ID! = "1\\u0000") { rental(id: $id) { id } }`, {}],
    ];
    for (const [query, variables] of asked) {
      const { status, errors } = await fixture.ask(query, variables);
      expect([status, errors?.[0]?.extensions["code"]]).toEqual([400, "BAD_USER_INPUT"]);
      expect(errors?.[0]?.message).toMatch(/must not hold U\+0000$/);
    }
  });

  it("in SQL's own tongue finds nothing and harms nothing", async () => {
    const { data } = await fixture.ask(
      `query ($id: ID!) { gpu(id: $id) { id } gpus(where: { pool: $id }) { nodes { id } } }`,
      {
        id: "1'; drop table chain.gpu; --",
      },
    );
    expect(data).toEqual({ gpu: null, gpus: { nodes: [] } });
    expect((await fixture.ask(`{ gpu(id: "1") { id } }`)).data).toEqual({ gpu: { id: "1" } });
  });
});
