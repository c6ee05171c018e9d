import { columnOf, linkTo } from "../fields.ts";
import { FINAL, nameOf, usd, usdOfPrice } from "../money.ts";
import { TOKEN_UNKNOWN } from "./scope.ts";
import { BCT, rows, series, type PanelSpec } from "../spec.ts";

/** What GPU NFTs sold for and are asked for, in the whole market: "is it worth the price asked?" */
export const TRADES: readonly PanelSpec[] = [
  {
    type: "timeseries",
    title: "GPU NFTs: sales and floor",
    description:
      "Points: what GPU NFTs were sold for on the exchange, by model, in dollars of that time (chain.sale). Lines: the lowest price that " +
      "was asked in BCT, by model, four times a day (chain.offer). The whole market; other tokens have no price in dollars.",
    unit: "currencyUSD",
    width: 12,
    height: 9,
    min: 0,
    draw: "steps",
    fill: 0,
    legend: ["lastNotNull", "min"],
    mayBeEmpty: TOKEN_UNKNOWN,
    queries: [
      ...series(`select to_timestamp(s.timestamp) as "time", 'Sold ' || g.model as "metric",
  ${usdOfPrice("s.price", "s.currency", "s.timestamp")} as "value"
from chain.sale s join chain.gpu g on g.id = s.gpu where $__unixEpochFilter(s.timestamp) order by 1`),
      ...series(`with moment as (
  select t.at, (select p.price from chain.price_tick p where p.timestamp <= t.at order by p.timestamp desc, p.id desc limit 1) as price
  from generate_series($__timeFrom()::timestamptz, least($__timeTo()::timestamptz, now()), interval '6 hours') t(at)
)
select m.at as "time", 'Floor ' || g.model as "metric", ${usd("min(o.price)", "m.price")} as "value"
from moment m join chain.offer o on o.gpu is not null and o.listed_at <= extract(epoch from m.at)
  and (o.ended_at is null or o.ended_at > extract(epoch from m.at))
  and o.currency = (select address from ledger.token where is_bct)
join chain.gpu g on g.id = o.gpu
group by m.at, m.price, g.model order by 1, 2`),
    ],
    overrides: [{ match: { regexp: "^Sold" }, draw: "points" }],
  },
  {
    type: "table",
    title: "For sale now",
    description:
      "GPU NFTs that can be bought as listed (chain.listing), with what each earned in the last 30 days of final epochs, for whomever, " +
      "and what that would yield a year on the price asked, simple. Score: of the operator, 0 to 100.",
    unit: "none",
    width: 12,
    height: 9,
    noValue: "–",
    mayBeEmpty: TOKEN_UNKNOWN,
    queries: rows(`with ${FINAL}, ask as (
  select l.gpu, l.seller, l.price, l.listed_at, l.price * n.price * 1e-26 as usd
  from chain.listing l join chain.currency c on c.id = l.currency and c.is_allowed cross join (select * from chain.network limit 1) n
  where l.is_open and l.gpu is not null and l.currency = (select address from ledger.token where is_bct)
), income as (
  select r.gpu, sum(r.usd) as usd, count(*) as epochs from (
    select l.gpu, ${usd("sum(l.amount)", "f.price")} as usd
    from ask a join ledger.line l on l.gpu = a.gpu::int8 and l.gpu > 0
    join final f on f.epoch = l.epoch and f.at > (select max(at) from final) - interval '30 days'
    group by l.gpu, f.epoch, f.price) r
  group by r.gpu
)
select a.gpu as "GPU", g.model as "Model", a.price * 1e-18 as "Ask BCT", a.usd as "Ask USD", i.usd as "30 d USD",
  365 * i.usd / (i.epochs * n.epoch_length / 86400.0) / nullif(a.usd, 0) as "Yield at ask", s.score as "Score", g.pool as "Pool",
  o.name as "Operator", ${nameOf("a.seller")} as "Seller"
from ask a cross join (select * from ledger.network limit 1) n join chain.gpu g on g.id = a.gpu
left join chain.operator o on o.id = g.operator left join income i on i.gpu = a.gpu::int8
left join reputation.score s on s.subject = g.operator and s.member is null and s.at = (select max(at) from reputation.run)
order by "Yield at ask" desc nulls last, a.gpu`),
    overrides: [
      {
        match: { name: "GPU" },
        width: 60,
        links: [linkTo("This GPU", "bc-gpu", { gpu: columnOf("GPU") })],
      },
      { match: { name: "Score" }, decimals: 1 },
      { match: { name: "Ask BCT" }, unit: BCT, decimals: 0 },
      { match: { regexp: "USD$" }, unit: "currencyUSD", decimals: 2 },
      { match: { name: "Yield at ask" }, unit: "percentunit", decimals: 1 },
    ],
  },
];
