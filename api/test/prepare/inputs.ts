import { CUSTOMER, address, story } from "./story.ts";

describe("inputs", () => {
  const badInputs: [string, string, string][] = [
    ["an address that is none", `prepareTopUp(input: { from: "0x12", rental: "1", dc: "1" })`, "input.from"],
    ["an id that is none", `prepareTopUp(input: { from: "$", rental: "1 or 1=1", dc: "1" })`, "input.rental"],
    ["a negative amount", `prepareTopUp(input: { from: "$", rental: "1", dc: "-1" })`, "not negative"],
    ["an amount with too many places", `prepareTopUp(input: { from: "$", rental: "1", dc: "0.0000001" })`, "6 places"],
    ["an amount as a float", `prepareTopUp(input: { from: "$", rental: "1", dc: 1.5 })`, "in quotes"],
    ["both kinds of a mint", `prepareMintCredits(input: { from: "$", dc: "1", bct: "1" })`, "just one of dc and bct"],
    ["no token at all", `prepareBuyToken(input: { from: "$" })`, "just one of gpu and slot"],
    [
      "a half hour",
      `prepareReserve(input: { from: "$", gpu: "1", startAt: "2030-01-01T00:30:00Z", hours: 1 })`,
      "whole UTC hour",
    ],
    [
      "a time before all",
      `prepareReserve(input: { from: "$", gpu: "1", startAt: "1066-10-14T00:00:00Z", hours: 1 })`,
      "instant",
    ],
    [
      "a tier in advance",
      `prepareRent(input: { from: "$", gpu: "1", tier: RESERVED, escrowDc: "1" })`,
      "prepareReserve",
    ],
    [
      "shares beyond the whole",
      `prepareScheduleShares(input: { from: "$", pool: "1", effectiveEpoch: 9, shares: { operatorBps: 99999, poolBps: 0, gpuBps: 0 } })`,
      "input.shares.operatorBps must be 0 to 10000",
    ],
  ];
  it.each(badInputs)("with %s are refused before the chain is asked", async (_what, field, problem) => {
    const { errors } = await story.fixture.ask(`{ ${field.replace("$", address(CUSTOMER))} { action } }`);
    expect(errors).toHaveLength(1);
    expect(errors?.[0]?.extensions["code"]).toMatch(/BAD_USER_INPUT|GRAPHQL_VALIDATION_FAILED/);
    expect(errors?.[0]?.message).toContain(problem);
  });

  it("that a contract's types can't hold are refused", async () => {
    const { errors } = await story.fixture.ask(
      `{ prepareRent(input: { from: "${address(CUSTOMER)}", gpu: "1", tier: SPOT, escrowDc: "1", maxRateDcPerHour: "99999999999999999999" }) { action } }`,
    );
    expect(errors?.[0]?.extensions["code"]).toBe("BAD_USER_INPUT");
  });
});

describe("a node that is behind the indexer", () => {
  it("isn't asked for what it would try on old state", async () => {
    await story.fixture.pool.query("insert into chain.head values (1000000, '0xbe', 1)");
    const { errors } = await story.fixture.ask(
      `{ prepareCheckIn(input: { from: "${address(CUSTOMER)}", slot: "1" }) { action } }`,
    );
    expect(errors?.[0]?.extensions).toMatchObject({ code: "NODE_BEHIND" });
    await story.fixture.pool.query("truncate chain.head");
  });
});
