import { hex, type Script } from "./script.ts";

/** A table of periods: whose they are, and what of the row that they belong to they say at the head. */
interface Periods {
  table: string;
  of: string;
  what: string;
  reference: string;
}

const TILED: readonly Periods[] = [
  { table: "gpu_ownership", of: "gpu", what: "owner", reference: "ownership" },
  { table: "gpu_status_period", of: "gpu", what: "status", reference: "status_period" },
  { table: "operator_ownership", of: "operator", what: "owner", reference: "ownership" },
  { table: "operator_payee", of: "operator", what: "payee", reference: "payee_period" },
];

/** That periods tell of each moment what held then, over a past in which everything happened. */
export function describePeriods(script: () => Script): void {
  const rows = (sql: string) => script().rows(sql);
  describe("periods", () => {
    it.each(TILED)("of $table tile the life of their $of, and the last is what holds now", async (periods) => {
      const { table, of, what, reference } = periods;
      expect(
        await rows(`select o.id from chain.${of} o left join (select *, lag(to_at) over w as previous,
            lag(to_block) over w as previous_block from chain.${table} window w as (partition by ${of} order by from_block, to_block)) p
          on p.${of} = o.id group by o.id, o.created_at, o.created_at_block, o.${what}, o.${reference}
          having min(p.from_at) <> o.created_at or min(p.from_block) <> o.created_at_block
            or count(*) filter (where p.to_at is null) <> 1 or count(p.previous) <> count(*) - 1
            or bool_or(p.previous <> p.from_at) or bool_or(p.previous_block <> p.from_block)
            or (array_agg(p.${what}) filter (where p.to_at is null))[1] <> o.${what}
            or (array_agg(p.id) filter (where p.to_at is null))[1] <> o.${reference}`),
      ).toEqual([]);
    });

    it("of owners give, in each epoch, the seconds that the GPU existed in it", async () => {
      const genesis = script().network.genesisTime;
      const epochs = await rows(`select number from chain.epoch order by number`);
      expect(epochs.length).toBeGreaterThanOrEqual(3);
      for (const { number } of epochs) {
        const [start, end] = [0, 1].map((later) => genesis + (Number(number) + later) * 86_400);
        expect(
          await rows(`select g.id from chain.gpu g left join chain.gpu_ownership o on o.gpu = g.id group by g.id, g.created_at
            having sum(greatest(0, least(coalesce(o.to_at, ${end}), ${end}) - greatest(o.from_at, ${start})))
              <> greatest(0, ${end} - greatest(g.created_at, ${start}))`),
        ).toEqual([]);
      }
    });

    it("of pools never overlap, and end where a GPU is in no pool", async () => {
      expect(
        await rows(`select a.gpu from chain.gpu_membership a join chain.gpu_membership b on a.gpu = b.gpu and a.id <> b.id
          and a.from_block < coalesce(b.to_block, 2000000000) and b.from_block < coalesce(a.to_block, 2000000000)`),
      ).toEqual([]);
      expect(
        await rows(`select g.id from chain.gpu g left join chain.gpu_membership m on m.gpu = g.id and m.to_at is null
          where g.pool is distinct from m.pool or g.operator is distinct from m.operator or g.membership is distinct from m.id`),
      ).toEqual([]);
    });

    it("of owners begin and end with the transfers that the token's contract told", async () => {
      const transfers = await script().network.gpus.getEvents.Transfer({}, { fromBlock: 0n });
      const told = transfers.map(({ args, blockNumber }, place) => {
        const next = transfers.slice(place + 1).find((later) => later.args.tokenId === args.tokenId);
        return [
          String(args.tokenId),
          args.to?.toLowerCase(),
          String(blockNumber),
          next ? String(next.blockNumber) : null,
        ];
      });
      const found = await rows(`select gpu, ${hex("owner")}, from_block, to_block from chain.gpu_ownership
        order by from_block, gpu::int`);
      expect(found.filter((row) => row["to_block"] !== null).length).toBeGreaterThan(1);
      expect(found.map(({ gpu, owner, from_block, to_block }) => [gpu, owner, from_block, to_block])).toEqual(told);
    });
  });
}
