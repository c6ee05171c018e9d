import { hex, type Script } from "./script.ts";

/** That DC burned are the same sum however they are counted, over a past in which everything happened. */
export function describeBurns(script: () => Script): void {
  const rows = (sql: string) => script().rows(sql);
  describe("DC burned", () => {
    it("DC burned are the same sum by GPU, pool, operator, payer, keeper, epoch, source, settlement and point", async () => {
      const sum = (column: string, table: string) => `(select sum(${column}) from chain.${table})`;
      const parts = [
        ...["gpu", "pool", "operator", "account", "keeper"].map((table) => sum("burned_dc", table)),
        ...["usage_settlement", "usage_point"].map((table) => sum("amount_dc", table)),
        `${sum("burned_dc", "rental")} + ${sum("burned_dc", "slot")}`,
        "(select sum(burned_dc) from (select sum(amount_dc) as burned_dc from chain.usage_settlement group by epoch) e)",
      ];
      const [found] = await rows(
        `select n.burned_dc as network, array[${parts.join(", ")}] as parts from chain.network n`,
      );
      expect(found?.["parts"]).toEqual(parts.map(() => found?.["network"]));
      expect(BigInt(found?.["network"] as string)).toBeGreaterThan(0n);
      expect(
        await rows(`select e.id from chain.epoch e where e.burned_dc <> (select coalesce(sum(amount_dc), 0)
          from chain.usage_settlement s where s.epoch = e.number)`),
      ).toEqual([]);
    });

    it("a bucket of use has the same sums by GPU, pool, operator, payer and in all, and those of its settlements", async () => {
      const kinds = ["gpu", "pool", "operator", "payer", "network"];
      for (const interval of ["hour", "day"]) {
        const sums = kinds.map(
          (kind) => `select '${kind}' as kind, timestamp, sum(burned_dc) as dc, sum(bct_equivalent) as bct,
            sum(paid_seconds) as seconds, sum(settlement_count) as count from chain.${kind}_usage_${interval} group by 2`,
        );
        const settled = `select 'settlement', date_bin('1 ${interval}', to_timestamp(timestamp), 'epoch'),
          sum(amount_dc), sum(bct_equivalent), null, count(*) from chain.usage_settlement group by 2
          having max(timestamp) < (select extract(epoch from max(timestamp) + interval '1 ${interval}')
            from chain.network_usage_${interval})`;
        const found =
          await rows(`select timestamp, count(*)::int as kinds, count(distinct (dc, bct, count))::int as sums
          from (${[...sums, settled].join(" union all ")}) s group by 1`);
        expect(found.length).toBeGreaterThan(2);
        expect(found.filter((row) => row["kinds"] !== kinds.length + 1 || row["sums"] !== 1)).toEqual([]);
      }
    });
  });
}

/** That what lies in escrow and in wallets is what went in less what came out. */
export function describeHoldings(script: () => Script): void {
  const rows = (sql: string) => script().rows(sql);
  describe("what is held", () => {
    it("escrow is what went in less what came out and what was burned, in each keeper as its contract says", async () => {
      const keepers =
        await rows(`select ${hex("id")}, escrow_dc::text, (deposited_dc - returned_dc - burned_dc)::text as rest,
        (select sum(case direction when 'IN' then amount_dc else -amount_dc end) - k.burned_dc from chain.escrow_move m
          where m.keeper = k.id)::text as moved from chain.keeper k`);
      expect(keepers.length).toBe(2);
      for (const { id, escrow_dc, rest, moved } of keepers) {
        const told = String(await script().network.credits.read.escrowOf([id as `0x${string}`]));
        expect([escrow_dc, rest, moved]).toEqual([told, told, told]);
      }
      expect(
        await rows(
          "select (select sum(escrow_dc) from chain.account) - (select sum(escrow_dc) from chain.keeper) as gap",
        ),
      ).toEqual([{ gap: "0" }]);
    });

    it("BCT are what was minted less what was burned, and lie in wallets as their contract says", async () => {
      const { token } = script().network;
      const supply = String(await token.read.totalSupply());
      expect(
        await rows(`select supply_bct, (minted_bct - destroyed_bct) as rest, (select sum(balance_bct) from chain.account) as held
          from chain.network`),
      ).toEqual([{ supply_bct: supply, rest: supply, held: supply }]);
      expect(await rows("select destroyed_bct = burned_bct as only_to_mint from chain.network")).toEqual([
        { only_to_mint: true },
      ]);
      for (const { id, balance_bct } of await rows(`select ${hex("id")}, balance_bct from chain.account`)) {
        expect(String(await token.read.balanceOf([id as `0x${string}`]))).toBe(balance_bct);
      }
    });
  });
}

/** That what is owed to holders of slots and to operators is paid or still there. */
export function describeDues(script: () => Script): void {
  const rows = (sql: string) => script().rows(sql);
  describe("what is owed", () => {
    it("DC paid for slots are burned, refunded or in escrow, in each family of slots; so are its hours", async () => {
      const families = await rows(`select root, sum(paid_dc) as paid,
        sum(burned_dc + refunded_dc + case when is_gone then 0 else hourly_dc * (end_hour - settled_hour) end) as found,
        (array_agg(hour_count * hourly_dc) filter (where id = root))[1] as hours from chain.slot group by root`);
      expect(families.length).toBeGreaterThan(3);
      for (const { paid, found, hours } of families) expect([found, hours]).toEqual([paid, paid]);
      expect(
        await rows(`select id from chain.slot s where (parent is null) <> (root = id) or (merged_into is not null
          and not is_gone) or (parent is not null and root <> (select root from chain.slot p where p.id = s.parent))`),
      ).toEqual([]);
    });

    it("royalties are what sales credited, less what was taken, as the exchange says", async () => {
      const balances =
        await rows(`select ${hex("receiver")}, ${hex("currency")}, balance, (credited - withdrawn) as rest,
        credited, (select sum(royalty) from chain.sale s where s.royalty_receiver = b.receiver and s.currency = b.currency)
        as sold from chain.royalty_balance b`);
      expect(balances.length).toBeGreaterThan(0);
      for (const { receiver, currency, balance, rest, credited, sold } of balances) {
        const pair = [receiver as `0x${string}`, currency as `0x${string}`] as const;
        const told = String(await script().network.exchange.read.royaltiesOf(pair));
        expect([balance, rest, credited]).toEqual([told, told, sold]);
      }
    });
  });
}
