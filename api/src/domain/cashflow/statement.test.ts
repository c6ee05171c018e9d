import fc from "fast-check";
import { csvOf } from "./csv.ts";
import { address, DAY, facts, ONE_BCT, reward, sale, START } from "./fixture.ts";
import type { RewardFact } from "./facts.ts";
import { statementOf, type Scope, type Statement } from "./statement.ts";

const YEAR = { fromAt: START, toAt: START + 365 * DAY };
const NOW = START + 400 * DAY;
const WALLET: Scope = { kind: "WALLET", account: address("A") };
const told = ({ lines }: Statement): unknown[] => lines.map(({ kind, amount }) => [kind, amount]);

describe("a statement", () => {
  it("of a wallet has its rewards, in dollars of their day, and what it bought", () => {
    const rewards = [reward({ epoch: 1, price: 60_000_000n }), reward(), reward({ account: address("b") })];
    const statement = statementOf(WALLET, YEAR, facts({ rewards, sales: [sale()] }), NOW);
    expect(statement.lines.map(({ kind, amount, amountUsd }) => [kind, amount, amountUsd.value])).toEqual([
      ["PURCHASE", -100_000_000n, -100_000_000n],
      ["REWARD_POOL", 10n * ONE_BCT, 5_000_000n],
      ["REWARD_POOL", 10n * ONE_BCT, 6_000_000n],
    ]);
    expect(statement).toMatchObject({ methodologyVersion: 1, asOf: NOW, rewardBct: 20n * ONE_BCT });
    expect(statement.lines[1]?.terms).toMatchObject({
      poolBps: 6_750,
      burnedDc: 59_760_000n,
      upMinutes: 1_440,
      transactions: ["0x01"],
    });
  });

  it("splits a sale among buyer, seller and who gets the royalty", () => {
    const of = (digit: string): unknown =>
      told(statementOf({ kind: "WALLET", account: address(digit) }, YEAR, facts({ sales: [sale()] }), NOW));
    expect(of("a")).toEqual([["PURCHASE", -100_000_000n]]);
    expect(of("b")).toEqual([
      ["SALE", 100_000_000n],
      ["ROYALTY", -5_000_000n],
    ]);
    expect(of("c")).toEqual([["ROYALTY", 5_000_000n]]);
  });

  it("of a GPU is that of whoever invested in it: a first sale is a cost, later ones go from hand to hand", () => {
    const resale = sale({
      saleId: "0x03",
      at: START + DAY,
      seller: address("a"),
      buyer: address("d"),
      price: 90_000_000n,
      royalty: 4_000_000n,
      isPrimary: false,
    });
    const operators = reward({ kind: "OPERATOR", gpuId: null });
    const all = facts({ rewards: [reward(), operators], sales: [resale, sale()] });
    expect(told(statementOf({ kind: "GPU", gpuId: "7" }, YEAR, all, NOW))).toEqual([
      ["PURCHASE", -100_000_000n],
      ["REWARD_POOL", 10n * ONE_BCT],
      ["PURCHASE", -90_000_000n],
      ["SALE", 90_000_000n],
      ["ROYALTY", -4_000_000n],
    ]);
    expect(told(statementOf({ kind: "POOL", poolId: "1" }, YEAR, all, NOW))).toHaveLength(5);
    expect(told(statementOf({ kind: "OPERATOR", operatorId: "1" }, YEAR, all, NOW))).toEqual([
      ["ROYALTY", 5_000_000n],
      ["REWARD_OPERATOR", 10n * ONE_BCT],
      ["ROYALTY", 4_000_000n],
    ]);
  });

  it("tells what was paid from what is due", () => {
    const rewards = [10n, 5n, 0n].map((paid, epoch) => reward({ epoch, claimedBct: paid * ONE_BCT }));
    const statement = statementOf(WALLET, YEAR, facts({ rewards }), NOW);
    expect(statement.lines.map(({ claimed: paid, unclaimed }) => [paid, unclaimed])).toEqual([
      [10n * ONE_BCT, 0n],
      [5n * ONE_BCT, 5n * ONE_BCT],
      [0n, 10n * ONE_BCT],
    ]);
    expect([statement.claimedBct, statement.unclaimedBct]).toEqual([15n * ONE_BCT, 15n * ONE_BCT]);
  });

  it("begins with its first second and ends before its last", () => {
    const sales = [START - 1, START, YEAR.toAt - 1, YEAR.toAt].map((at) => sale({ saleId: String(at), at }));
    const times = statementOf(WALLET, YEAR, facts({ sales }), NOW).lines.map(({ at }) => at);
    expect(times).toEqual([START, YEAR.toAt - 1]);
  });

  it("doesn't know dollars without a price", () => {
    const { lines } = statementOf(WALLET, YEAR, facts({ rewards: [reward({ price: null })] }), NOW);
    expect(lines[0]?.amountUsd).toEqual({ value: null, reason: "PRICE_UNKNOWN" });
  });

  it("refuses windows that end before they begin or are too long, and ids that are none", () => {
    const ask = (scope: Scope, fromAt: number, toAt: number) => () =>
      statementOf(scope, { fromAt, toAt }, facts(), NOW);
    expect(ask(WALLET, 10, 10)).toThrow("doesn't begin before it ends");
    expect(ask(WALLET, 0, 3_661 * DAY)).toThrow("too long");
    expect(ask({ kind: "WALLET", account: "0x1" }, 0, 1)).toThrow("no id of a wallet");
    expect(ask({ kind: "GPU", gpuId: "-7" }, 0, 1)).toThrow("no id of a gpu");
  });
});

describe("over all wallets", () => {
  const line = fc.record({
    digit: fc.constantFrom("a", "b", "c"),
    amount: fc.bigInt(1n, 10n ** 24n),
    gpu: fc.integer({ min: 1, max: 4 }),
  });
  const market = fc.record({
    epochs: fc.array(fc.array(line, { maxLength: 6 }), { maxLength: 20 }),
    claimedEpochs: fc.integer({ min: 0, max: 20 }),
    trades: fc.array(
      fc.record({
        price: fc.bigInt(0n, 10n ** 12n),
        seller: fc.constantFrom("a", "b"),
        buyer: fc.constantFrom("b", "c"),
        bps: fc.bigInt(0n, 1_000n),
      }),
      { maxLength: 8 },
    ),
  });

  it("rewards are what was settled, claims what was paid, and trades come to nothing", () => {
    fc.assert(
      fc.property(market, ({ epochs, claimedEpochs, trades }) => {
        const earned = new Map<string, bigint>();
        const paid = new Map<string, bigint>();
        const rewards: RewardFact[] = [];
        epochs.forEach((lines, epoch) => {
          for (const { digit, amount, gpu } of [...lines].sort((x, y) => x.gpu - y.gpu)) {
            const before = earned.get(digit) ?? 0n;
            const claimedBct = epoch < claimedEpochs ? amount : 0n;
            rewards.push(reward({ epoch, account: address(digit), amountBct: amount, gpuId: String(gpu), claimedBct }));
            earned.set(digit, before + amount);
          }
          if (epoch < claimedEpochs) for (const [digit, amount] of earned) paid.set(digit, amount);
        });
        const sales = trades.map(({ price, seller, buyer, bps }, i) =>
          sale({
            saleId: String(i),
            price,
            seller: address(seller),
            buyer: address(buyer),
            royalty: (price * bps) / 10_000n,
            isPrimary: i === 0,
          }),
        );
        const statements = ["a", "b", "c"].map((digit) =>
          statementOf({ kind: "WALLET", account: address(digit) }, YEAR, facts({ rewards, sales }), NOW),
        );
        for (const [at, digit] of ["a", "b", "c"].entries()) {
          expect(statements[at]?.rewardBct).toBe(earned.get(digit) ?? 0n);
          expect(statements[at]?.claimedBct).toBe(paid.get(digit) ?? 0n);
          expect(statements[at]?.unclaimedBct).toBe((earned.get(digit) ?? 0n) - (paid.get(digit) ?? 0n));
        }
        const traded = statements.flatMap(({ lines }) => lines).filter(({ terms }) => terms === null);
        expect(traded.reduce((sum, { amount }) => sum + amount, 0n)).toBe(0n);
      }),
    );
  });
});

describe("rewards summed by epoch, kind and pool", () => {
  it("come to the same totals, claims and days as line by line", () => {
    const amount = fc.bigInt(1n, 10n ** 24n);
    const given = fc.record({ epoch: fc.integer({ min: 0, max: 5 }), amount, part: fc.bigInt(0n, 4n) });
    fc.assert(
      fc.property(fc.array(given, { maxLength: 40 }), (lines) => {
        const single: RewardFact[] = [];
        const summed = new Map<number, RewardFact>();
        for (const { epoch, amount: amountBct, part } of lines) {
          const claimedBct = (amountBct * part) / 4n;
          const fact = reward({ epoch, amountBct, claimedBct, gpuId: String(single.length) });
          single.push(fact);
          const sum = summed.get(epoch) ?? { ...fact, gpuId: null, amountBct: 0n, claimedBct: 0n };
          const sums = { amountBct: sum.amountBct + amountBct, claimedBct: sum.claimedBct + claimedBct };
          summed.set(epoch, { ...sum, ...sums });
        }
        const of = (rewards: readonly RewardFact[]): Statement => statementOf(WALLET, YEAR, facts({ rewards }), NOW);
        const [all, few] = [of(single), of([...summed.values()])];
        expect([few.rewardBct, few.claimedBct, few.unclaimedBct]).toEqual([
          all.rewardBct,
          all.claimedBct,
          all.unclaimedBct,
        ]);
        expect(few.lines).toHaveLength(new Set(lines.map(({ epoch }) => epoch)).size);
      }),
    );
  });
});

describe("as CSV", () => {
  it("a statement is a row a line, exact, with what isn't known left empty", () => {
    const rewards = [
      reward({ amountBct: 1_234_500_000_000_000_001n, price: null, terms: { ...reward().terms, upMinutes: null } }),
    ];
    expect(csvOf(statementOf(WALLET, YEAR, facts({ rewards, sales: [sale()] }), NOW)).split("\r\n")).toEqual([
      "date,kind,epoch,gpu,slot,pool,operator,account,token,token_address,amount,claimed,unclaimed,usd,usd_unknown_because,operator_bps,pool_bps,gpu_bps,burned_dc,up_minutes,id,transactions",
      `2026-01-01T00:00:00.000Z,PURCHASE,,7,,1,1,${address("a")},USDC,${address("5")},-100,,,-100,,,,,,,sale 0x02,`,
      `2026-01-01T23:59:59.000Z,REWARD_POOL,0,7,,1,1,${address("a")},BCT,,1.234500000000000001,0,1.234500000000000001,,PRICE_UNKNOWN,2000,6750,1250,59.76,,epoch 0000000000 pool 1,0x01`,
      "",
    ]);
  });

  it("quotes what needs it and lets no symbol become a formula", () => {
    const token = { address: address("5"), symbol: '=HYPERLINK("x"),1', decimals: 6 };
    const csv = csvOf(statementOf(WALLET, YEAR, facts({ sales: [sale({ token })] }), NOW));
    expect(csv).toContain(`,"'=HYPERLINK(""x""),1",${address("5")},-100,`);
  });
});
