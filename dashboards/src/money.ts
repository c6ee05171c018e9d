/**
 * Pieces of SQL about money that the investor's and the network's dashboards share. Amounts are multiplied by 1e-18 (BCT),
 * 1e-6 (DC) or 1e-26 (BCT at a price of 8 decimals), never divided: a product of numerics is exact. Of tables with one row
 * that row is taken by a `limit 1`: PostgreSQL takes a table that nobody has analyzed for hundreds, and plans for these.
 */

/**
 * Common table expression `ended`: epochs that are final on the chain. `start_at` and `at`, its last second, on which its
 * rewards fall; `price`, USD per BCT with 8 decimals, the last that the network had accepted by its end (null: none).
 */
export const ENDED = `ended as (
  select e.number as epoch, e.commit, e.scheduled_bct, e.re_emission_bct, e.ceiling_bct, e.budget_bct, e.burned_bct, e.burned_dc,
    e.bct_equivalent, e.minted_bct, to_timestamp(n.genesis_time + e.number * n.epoch_length) as start_at,
    to_timestamp(n.genesis_time + (e.number + 1) * n.epoch_length - 1) as at,
    (select p.price from chain.price_tick p
     where p.timestamp < to_timestamp(n.genesis_time + (e.number + 1) * n.epoch_length)
     order by p.timestamp desc, p.id desc limit 1) as price
  from chain.epoch e cross join (select * from ledger.network limit 1) n
  where e.status::text = 'FINALIZED'
)`;

/** `ended`, and `final`: those whose lines in the ledger are those that the chain pays, which the API's statements count. */
export const FINAL = `${ENDED}, final as (
  select ended.* from ended join chain.epoch_commit c on c.id = ended.commit
  join ledger.epoch l on l.epoch = ended.epoch and l.lines_root = c.lines_root
)`;

/** Dollars of BCT wei at a price of 8 decimals, toward 0 at 6 places, as the API rounds each line. */
export const usd = (wei: string, price: string): string => `trunc(${wei} * ${price} * 1e-26, 6)`;

/**
 * What a price on the exchange is worth in dollars; null for a token that isn't BCT, which has no price.
 *
 * @param wei amount in base units of the currency
 * @param at seconds since 1970
 */
export const usdOfPrice = (wei: string, currency: string, at: string): string =>
  `(select ${usd(wei, "x.price")} from ledger.token t join lateral (
      select p.price from chain.price_tick p where p.timestamp <= to_timestamp(${at})
      order by p.timestamp desc, p.id desc limit 1) x on true
    where t.address = ${currency} and t.is_bct)`;

/** An address as it is read. */
export const hex = (address: string): string => `'0x' || encode(${address}, 'hex')`;

/** An address, shortened to be read in a legend: the operator's name where it is one's. */
export const nameOf = (address: string): string =>
  `coalesce((select o.name from chain.operator o where o.owner = ${address} or o.payee = ${address} order by length(o.id), o.id limit 1),
    '0x' || left(encode(${address}, 'hex'), 4) || '…' || right(encode(${address}, 'hex'), 4))`;
