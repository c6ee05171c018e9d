import { createHmac } from "node:crypto";
import { readEvent } from "./event.ts";
import { checkSignature, signatureHeader } from "./signature.ts";

const NOW = 1_800_000_000;
const BODY = Buffer.from('{"id":"evt_1"}');
const WALLET = `0x${"Ab".repeat(20)}`;

describe("a signature", () => {
  // by the scheme's own words: HMAC-SHA256 over "<time>.<body>"
  const hex = (secret: string, time = NOW) =>
    createHmac("sha256", secret).update(`${time}.${BODY.toString()}`).digest("hex");
  const check = (header: string | undefined, secrets = ["whsec_a"], now = NOW) =>
    checkSignature(BODY, header, secrets, now);

  it("is good with any of our secrets, among several, up to five minutes off", () => {
    expect(() => check(`t=${NOW},v1=${hex("whsec_a")}`)).not.toThrow();
    expect(() =>
      check(`t=${NOW}, v0=x, v1=${"0".repeat(64)}, v1=${hex("whsec_b")}`, ["whsec_a", "whsec_b"]),
    ).not.toThrow();
    expect(() => check(`t=${NOW},v1=${hex("whsec_a")}`, ["whsec_a"], NOW + 300)).not.toThrow();
    expect(() => check(signatureHeader(BODY, "whsec_a", NOW))).not.toThrow();
  });

  it("that is old, or of the future, is stale", () => {
    for (const now of [NOW + 301, NOW - 301])
      expect(() => check(`t=${NOW},v1=${hex("whsec_a")}`, ["whsec_a"], now)).toThrow("the signature is of 2027-01-15");
  });

  it.each([
    ["none", undefined],
    ["nothing", ""],
    ["another secret's", `t=${NOW},v1=${hex("whsec_c")}`],
    ["another time's", `t=${NOW + 1},v1=${hex("whsec_a")}`],
    ["half of one", `t=${NOW},v1=${hex("whsec_a").slice(0, 32)}`],
    ["one of an older scheme", `t=${NOW},v0=${hex("whsec_a")}`],
    ["a time that is none", `t=NaN,v1=${hex("whsec_a")}`],
    ["eleven of them, the right one last", `t=${NOW},${`v1=${"0".repeat(64)},`.repeat(11)}v1=${hex("whsec_a")}`],
  ])("that is %s is refused", (_what, header) => {
    expect(() => check(header)).toThrow("can't be trusted");
  });
});

describe("an event", () => {
  const rules = { chainId: 31_337, maxCents: 1_000_000n };
  const paid = (over: Record<string, unknown> = {}) => ({
    ...{ id: "pi_1", amount: 2_500, amount_received: 2_500, currency: "usd", status: "succeeded" },
    metadata: { wallet: WALLET, chain: "31337" },
    ...over,
  });
  const read = (object: unknown, type = "payment_intent.succeeded") =>
    readEvent(Buffer.from(JSON.stringify({ id: "evt_1", type, created: NOW, data: { object } })), rules);

  it("of a payment gives a dollar's DC for a dollar", () => {
    expect(read(paid())).toEqual({
      ...{ kind: "PAID", id: "evt_1", type: "payment_intent.succeeded", payment: "pi_1", currency: "usd" },
      ...{ amountCents: 2_500n, amountDc: 25_000_000n, wallet: WALLET.toLowerCase(), chainId: 31_337, refusal: null },
      createdAt: new Date(NOW * 1_000),
    });
  });

  it.each([
    ["another currency", { currency: "eur" }, "it is in eur, not in US dollars"],
    ["nothing", { amount: 0, amount_received: 0 }, "nothing was received"],
    ["less than nothing", { amount: -5, amount_received: -5 }, "nothing was received"],
    ["a part only", { amount_received: 100 }, "100 cents were received of 2500"],
    ["too much", { amount: 1_000_001, amount_received: 1_000_001 }, "more than the 1000000 that one payment may have"],
    ["no wallet", { metadata: { chain: "31337" } }, "no wallet"],
    ["the zero wallet", { metadata: { wallet: `0x${"0".repeat(40)}`, chain: "31337" } }, "no wallet"],
    ["a name for a wallet", { metadata: { wallet: "alice.eth", chain: "31337" } }, "no wallet"],
    ["another chain", { metadata: { wallet: WALLET, chain: "1" } }, "names chain 1, not 31337"],
    ["no chain", { metadata: { wallet: WALLET } }, "names chain none"],
    ["no metadata", { metadata: null }, "no wallet"],
    ["another state", { status: "processing" }, "its status is processing"],
  ])("of a payment with %s is kept and refused", (_what, over, why) => {
    const event = read(paid(over));
    expect(event).toMatchObject({ kind: "PAID", payment: "pi_1", amountDc: null });
    expect((event as { refusal: string }).refusal).toContain(why);
  });

  it("that tells of money going back names its payment", () => {
    expect(read({ payment_intent: "pi_1" }, "charge.refunded")).toMatchObject({
      kind: "BACK",
      payment: "pi_1",
      flag: "REFUNDED",
    });
    expect(read({ payment_intent: "pi_1" }, "charge.dispute.created")).toMatchObject({ flag: "DISPUTED" });
    expect(read({ payment_intent: null }, "charge.refunded")).toBeUndefined();
  });

  it("of another kind is none of ours", () => {
    expect(read({}, "customer.created")).toBeUndefined();
  });

  it.each([
    ["a broken body", "{"],
    ["an empty body", ""],
    ["a list", "[]"],
    [
      "an amount as text",
      JSON.stringify({
        id: "evt_1",
        type: "payment_intent.succeeded",
        created: 1,
        data: { object: paid({ amount: "25" }) },
      }),
    ],
    [
      "an amount in halves",
      JSON.stringify({
        id: "evt_1",
        type: "payment_intent.succeeded",
        created: 1,
        data: { object: paid({ amount: 0.5 }) },
      }),
    ],
    [
      "an id with SQL",
      JSON.stringify({
        id: "evt_1",
        type: "payment_intent.succeeded",
        created: 1,
        data: { object: paid({ id: "'; drop" }) },
      }),
    ],
  ])("that is %s is refused", (_what, text) => {
    expect(() => readEvent(Buffer.from(text), rules)).toThrow(expect.objectContaining({ code: "BAD_EVENT" }) as Error);
  });
});
