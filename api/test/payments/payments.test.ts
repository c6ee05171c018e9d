import { connect as connectSocket } from "node:net";
import { parseEther } from "viem";
import { accountOf, as } from "#devnet/market/wallets.ts";
import { waitFor } from "#kernel/time.ts";
import { referenceOf, signatureHeader, WEBHOOK_PATH, type Payments } from "../../src/jobs/payments/index.ts";
import { signedIn, walletOf } from "../access/wallet.ts";
import { backOf, DOOR, eventOf, openPaymentsFixture, SECRETS, TOKEN, type PaymentsFixture } from "./fixture.ts";

let fixture: PaymentsFixture;
let door: Payments;

beforeAll(async () => {
  fixture = await openPaymentsFixture();
  door = await fixture.open();
}, 120_000);

afterAll(async () => {
  await door.close();
  await fixture.close();
});

const wallet = (index: number) => accountOf(index).address;
const balanceOf = (index: number) => fixture.network.credits.read.balanceOf([wallet(index)]);

interface Row {
  state: string;
  reason: string | null;
  flag: string | null;
}
const paymentOf = async (id: string): Promise<Row | undefined> =>
  (await fixture.pool.query<Row>("select state, reason, flag from payments.payment where id = $1", [id])).rows[0];

/** Lets the job run until payments are as wanted. */
async function runUntil(job: Payments, isDone: () => Promise<boolean>): Promise<void> {
  const stopping = new AbortController();
  const running = job.run(stopping.signal);
  const look = async () => (await isDone()) || undefined;
  try {
    await waitFor(look, { timeoutMs: 30_000, onTimeout: () => new Error("the payments didn't come so far") });
  } finally {
    stopping.abort();
    await running;
  }
}
const isIn = (id: string, state: string) => async () => (await paymentOf(id))?.state === state;

async function ask(query: string, token?: string) {
  const response = await fetch(fixture.apiUrl, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify({ query }),
  });
  return (await response.json()) as {
    data?: { payments: { nodes: object[] }; paymentReconciliation: object[] };
    errors?: { extensions: Record<string, unknown> }[];
  };
}
async function reconciled(): Promise<object[] | undefined> {
  await fixture.index();
  const { data, errors } = await ask("{ paymentReconciliation { kind payment paidDc mintedDc } }", TOKEN);
  expect(errors).toBeUndefined();
  return data?.paymentReconciliation;
}

describe("the fiat door", () => {
  it("writes a payment down that the float can't pay for, and says what it waits for", async () => {
    const { status, answer } = await fixture.post(door, eventOf({ payment: "pi_1", cents: 2_550, wallet: wallet(10) }));
    expect([status, answer]).toEqual([200, { outcome: "QUEUED", payment: "pi_1" }]);
    await runUntil(door, async () => (await paymentOf("pi_1"))?.reason?.includes("the float is short") ?? false);
    expect(await paymentOf("pi_1")).toMatchObject({ state: "QUEUED" });
    const health = await fetch(`http://127.0.0.1:${door.port}/health`);
    expect(health.status).toBe(503);
    expect(await health.text()).toContain("the float is short");
  });

  it("mints it for the customer once the float is filled, a DC for a dollar, under its reference", async () => {
    await fixture.fund(parseEther("100"));
    await runUntil(door, isIn("pi_1", "FINAL"));
    expect(await balanceOf(10)).toBe(25_500_000n);
    const logs = await fixture.network.credits.getEvents.CreditsMinted(
      { paymentReference: referenceOf("pi_1") },
      { fromBlock: 0n },
    );
    expect(logs.map(({ args }) => args.payer)).toEqual([wallet(DOOR)]);
    expect(await reconciled()).toEqual([]);
  });

  it("takes a payment once, however often and by whichever event it comes", async () => {
    const event = eventOf({ payment: "pi_1", cents: 2_550, wallet: wallet(10) });
    expect((await fixture.post(door, event)).answer).toEqual({ outcome: "REPEATED", payment: "pi_1" });
    const again = { ...event, id: "evt_another" };
    expect((await fixture.post(door, again)).answer).toEqual({ outcome: "REPEATED", payment: "pi_1" });
    const other = eventOf({ payment: "pi_1", cents: 99_999, wallet: wallet(11) }, "evt_third");
    expect(await fixture.post(door, other)).toMatchObject({ status: 409, answer: { code: "PAYMENT_CONFLICT" } });
    const flood = Array.from({ length: 8 }, () =>
      fixture.post(door, eventOf({ payment: "pi_flood", cents: 100, wallet: wallet(10) })),
    );
    const outcomes = (await Promise.all(flood)).map(({ answer }) => answer["outcome"]);
    expect(outcomes.filter((outcome) => outcome === "QUEUED")).toHaveLength(1);
    await runUntil(door, isIn("pi_flood", "FINAL"));
    expect(await balanceOf(10)).toBe(26_500_000n);
  });

  it("takes the older secret too, and nothing that isn't signed, old, or changed", async () => {
    const body = JSON.stringify(eventOf({ payment: "pi_2", cents: 100, wallet: wallet(11) }));
    const now = Date.now() / 1_000;
    const header = (secret: string, at = now, text = body) => signatureHeader(Buffer.from(text), secret, at);
    expect(await fixture.post(door, body, header("whsec_guess"))).toMatchObject({
      status: 400,
      answer: { code: "BAD_SIGNATURE" },
    });
    const changed = body.replace('"amount":100', '"amount":900');
    expect((await fixture.post(door, changed, header(SECRETS[0]))).answer).toMatchObject({ code: "BAD_SIGNATURE" });
    expect((await fixture.post(door, body, header(SECRETS[0], now - 301))).answer).toMatchObject({
      code: "STALE_SIGNATURE",
    });
    expect(await paymentOf("pi_2")).toBeUndefined();
    expect(await fixture.post(door, body, header(SECRETS[1]))).toMatchObject({ status: 200 });
    await runUntil(door, isIn("pi_2", "FINAL"));
    const metrics = await (await fetch(`http://127.0.0.1:${door.port}/metrics`)).text();
    expect(metrics).toMatch(/bc_payments_events_total\{outcome="BAD_SIGNATURE",room="test"\} 2/);
  });

  it("keeps what can't be minted, with the reason, and mints nothing for it", async () => {
    const euros = eventOf({ payment: "pi_3", cents: 100, wallet: wallet(11), currency: "eur" });
    expect((await fixture.post(door, euros)).answer).toEqual({
      ...{ outcome: "REFUSED", payment: "pi_3", reason: "it is in eur, not in US dollars" },
    });
    const lost = eventOf({ payment: "pi_4", cents: 100, wallet: "nobody" });
    expect((await fixture.post(door, lost)).answer).toMatchObject({ outcome: "REFUSED" });
    expect(await paymentOf("pi_4")).toMatchObject({ state: "REFUSED" });
    expect((await fixture.post(door, { ...euros, type: "customer.created" })).answer).toEqual({ outcome: "IGNORED" });
  });

  it("refuses garbage, other ways and bodies without end, and goes on", async () => {
    expect(await fixture.post(door, "{")).toMatchObject({ status: 400, answer: { code: "BAD_EVENT" } });
    expect((await fixture.post(door, "x".repeat(300_000))).status).toBe(413);
    const base = `http://127.0.0.1:${door.port}`;
    expect((await fetch(`${base}${WEBHOOK_PATH}`)).status).toBe(405);
    expect((await fetch(`${base}/elsewhere`, { method: "POST", body: "{}" })).status).toBe(404);
    const socket = connectSocket(door.port, "127.0.0.1");
    socket.end(`POST ${WEBHOOK_PATH} HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\nhalf`);
    expect((await fixture.post(door, backOf("pi_none"))).status).toBe(200);
  });
});

describe("money that goes back", () => {
  it("is never minted for: before the payment's event, and after it", async () => {
    await fixture.post(door, backOf("pi_5"));
    const early = await fixture.post(door, eventOf({ payment: "pi_5", cents: 100, wallet: wallet(11) }));
    expect(early.answer).toMatchObject({ outcome: "REFUSED", reason: "it was refunded before it was minted" });
    await fixture.post(door, eventOf({ payment: "pi_6", cents: 100, wallet: wallet(11) }));
    await fixture.post(door, backOf("pi_6", "charge.dispute.created"));
    expect(await paymentOf("pi_6")).toEqual({
      ...{ state: "REFUSED", flag: "DISPUTED", reason: "it was disputed before it was minted" },
    });
    expect(await reconciled()).toEqual([]);
  });

  it("after the mint is shown until somebody has looked", async () => {
    await fixture.post(door, backOf("pi_2"));
    expect(await paymentOf("pi_2")).toMatchObject({ state: "FINAL", flag: "REFUNDED" });
    expect(await reconciled()).toEqual([{ kind: "MONEY_BACK", payment: "pi_2", paidDc: "1", mintedDc: "1" }]);
    await fixture.pool.query("update payments.payment set flag = null where id = 'pi_2'");
  });
});

describe("a payment is minted once", () => {
  const POINTS = ["mint: taken", "mint: signed", "mint: written", "mint: sent", "mined", "mint: recorded"];

  it.each(POINTS)("though its job falls at “%s”", async (point) => {
    const payment = `pi_fall_${POINTS.indexOf(point)}`;
    const before = await balanceOf(12);
    const stopping = new AbortController();
    const falling = await fixture.open({ fallAt: point, onFall: () => stopping.abort() });
    await fixture.post(falling, eventOf({ payment, cents: 300, wallet: wallet(12) }));
    await falling.run(stopping.signal); // ends by its fall alone
    await falling.close();
    await runUntil(door, isIn(payment, "FINAL"));
    expect((await balanceOf(12)) - before).toBe(3_000_000n);
  });

  it("though its transaction is dropped by the node", async () => {
    await fixture.rpc("evm_setAutomine", [false]);
    await fixture.post(door, eventOf({ payment: "pi_drop", cents: 300, wallet: wallet(13) }));
    await runUntil(door, isIn("pi_drop", "SENT"));
    const { rows } = await fixture.pool.query<{ hash: string }>(
      "select '0x' || encode(hash, 'hex') as hash from payments.transaction where purpose = 'mint pi_drop'",
    );
    await fixture.rpc("anvil_dropTransaction", [rows[0]?.hash]);
    await fixture.rpc("evm_mine");
    expect(await balanceOf(13)).toBe(0n);
    await fixture.rpc("evm_setAutomine", [true]);
    await runUntil(door, isIn("pi_drop", "FINAL"));
    expect(await balanceOf(13)).toBe(3_000_000n);
  });

  it("though its block vanishes", async () => {
    const snapshot = await fixture.rpc<string>("evm_snapshot");
    await fixture.post(door, eventOf({ payment: "pi_reorg", cents: 300, wallet: wallet(14) }));
    await runUntil(door, isIn("pi_reorg", "FINAL"));
    await fixture.rpc("evm_revert", [snapshot]);
    expect(await balanceOf(14)).toBe(0n);
    await fixture.rpc("evm_mine");
    await runUntil(door, async () => (await balanceOf(14)) > 0n);
    expect(await balanceOf(14)).toBe(3_000_000n);
  });

  it("though all that was known of it is lost: the contract refuses its reference, and the mint is found", async () => {
    await fixture.pool.query("delete from payments.transaction where purpose = 'mint pi_drop'");
    await fixture.pool.query("update payments.payment set state = 'QUEUED', mint_hash = null where id = 'pi_drop'");
    await runUntil(door, isIn("pi_drop", "FINAL"));
    expect(await balanceOf(13)).toBe(3_000_000n);
  });
});

describe("what holds all of them back", () => {
  it("is told, and they go on when it is over: a pause, a used-up limit", async () => {
    const { credits } = fixture.network;
    await fixture.network.mined(credits.write.setPaused([true], as(19, fixture.network)));
    await fixture.post(door, eventOf({ payment: "pi_pause", cents: 100, wallet: wallet(15) }));
    await runUntil(door, async () => (await paymentOf("pi_pause"))?.reason?.includes("paused") ?? false);
    await fixture.network.mined(credits.write.setPaused([false], as(19, fixture.network)));
    await runUntil(door, isIn("pi_pause", "FINAL"));
    await fixture.network.mined(credits.write.setMintLimit([1n, 86_400], as(0, fixture.network)));
    await fixture.post(door, eventOf({ payment: "pi_limit", cents: 100, wallet: wallet(15) }));
    await runUntil(door, async () => (await paymentOf("pi_limit"))?.reason?.includes("can be minted now") ?? false);
    await fixture.network.mined(credits.write.setMintLimit([10n ** 12n, 1], as(0, fixture.network)));
    await fixture.rpc("evm_increaseTime", [10]);
    await fixture.rpc("evm_mine");
    await runUntil(door, isIn("pi_limit", "FINAL"));
    expect(await balanceOf(15)).toBe(2_000_000n);
  });
});

describe("the admin's queries", () => {
  it("list payments by state, and find what doesn't agree", async () => {
    const { data } = await ask(
      `{ payments(first: 2, where: { state: REFUSED }) { nodes { id payment state reason amountCents amountDc } } }`,
      TOKEN,
    );
    expect(data?.payments.nodes).toMatchObject([
      { payment: "pi_3", state: "REFUSED", amountCents: "100", amountDc: null },
      { payment: "pi_4", state: "REFUSED" },
    ]);
    expect(await reconciled()).toEqual([]);
    const args = [wallet(16), 7n, parseEther("1"), referenceOf("pi_unheard")] as const;
    await fixture.network.mined(fixture.network.credits.write.mintExactFor(args, as(DOOR, fixture.network)));
    await fixture.pool.query("update payments.payment set amount_dc = 5 where id = 'pi_pause'");
    await fixture.pool.query("update payments.payment set reference = sha256('x') where id = 'pi_limit'");
    expect(await reconciled()).toEqual([
      { kind: "OTHER_MINT", payment: "pi_pause", paidDc: "0.000005", mintedDc: "1" },
      { kind: "NOT_MINTED", payment: "pi_limit", paidDc: "1", mintedDc: null },
      { kind: "UNKNOWN_MINT", payment: null, paidDc: null, mintedDc: expect.any(String) },
      { kind: "UNKNOWN_MINT", payment: null, paidDc: null, mintedDc: expect.any(String) },
    ]);
  });

  it("are for nobody else", async () => {
    const query = "{ payments { nodes { id } } paymentReconciliation { kind } }";
    const codes = async (token?: string) =>
      (await ask(query, token)).errors?.map(({ extensions }) => extensions["code"]);
    // each of the two fields by itself; a token that is nobody's is refused before them
    expect(await codes()).toEqual(["UNAUTHENTICATED", "UNAUTHENTICATED"]);
    expect(await codes("guess")).toEqual(["UNAUTHENTICATED"]);
    const session = await signedIn(fixture.apiUrl, walletOf(7));
    expect(await codes(session["authorization"]?.replace("Bearer ", ""))).toEqual(["FORBIDDEN", "FORBIDDEN"]);
  });
});
