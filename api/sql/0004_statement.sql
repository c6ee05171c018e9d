-- What statements are read from, so that a year of a thousand GPUs needn't be added up line by line. Sums are written in the
-- transaction that stores an epoch's facts, and go with them.
create table ledger.line_sum (
  account bytea not null check (length(account) = 20),
  epoch int4 not null references ledger.epoch on delete cascade,
  kind int2 not null check (kind between 0 and 2),
  pool int8 not null,
  amount numeric not null check (amount > 0),
  line_count int4 not null check (line_count > 0),
  primary key (account, epoch, kind, pool)
);
create index line_sum_of_pool on ledger.line_sum (pool, epoch);
create index line_sum_of_epoch on ledger.line_sum (epoch);
comment on table ledger.line_sum is 'ledger.line summed by account, epoch, kind and pool.';
comment on column ledger.line_sum.kind is '0 OPERATOR, 1 POOL_SHARE, 2 GPU_BONUS.';
comment on column ledger.line_sum.amount is 'BCT.';
comment on column ledger.line_sum.line_count is 'Lines in it.';
insert into ledger.line_sum select account, epoch, kind, pool, sum(amount), count(*) from ledger.line group by 1, 2, 3, 4;

-- Pages of a statement's lines go on where the last one ended: by epoch, kind, pool, GPU and account.
drop index ledger.line_of_account;
create index line_of_account on ledger.line (account, epoch, kind, pool, gpu);
create index line_of_pool on ledger.line (pool, epoch, kind, gpu, account);

create table ledger.token (
  address bytea primary key check (length(address) = 20),
  symbol text not null,
  decimals int2 not null check (decimals between 0 and 77),
  is_bct boolean not null,
  seen_at timestamptz not null default now()
);
comment on table ledger.token is 'Tokens that prices are in, as their contracts name them: the subgraph asks no contract.';
comment on column ledger.token.symbol is 'What its maker calls it; not unique, and no promise.';
comment on column ledger.token.is_bct is 'Whether it is the network''s own.';

create table ledger.use_epoch (
  epoch int4 primary key references ledger.epoch on delete cascade,
  kept_at timestamptz not null default now()
);
comment on table ledger.use_epoch is 'Epochs whose use is kept in gpu_use, use_sum and payer_sum: once they are final, and never again.';

create table ledger.gpu_use (
  gpu int8 not null,
  epoch int4 not null references ledger.use_epoch on delete cascade,
  rented_seconds float8 not null,
  available_seconds float8 not null,
  up_minutes float8,
  down_minutes float8,
  busy_seconds float8 not null,
  covered_seconds float8 not null,
  burned_dc numeric not null,
  primary key (gpu, epoch)
);
comment on table ledger.gpu_use is 'How each GPU was used in an epoch in which it was an active member of a pool, or used.';
comment on column ledger.gpu_use.rented_seconds is 'A rental ran on it while it was available; a slot that nobody checked in to is none.';
comment on column ledger.gpu_use.available_seconds is 'As an active member of a pool.';
comment on column ledger.gpu_use.up_minutes is 'Covered by good samples, by hour up to whole minutes, at most what wasn''t DOWN; null: no exporter has shown it.';
comment on column ledger.gpu_use.down_minutes is 'DOWN, as telemetry.gpu_down_hour has them; null: no exporter has shown it.';
comment on column ledger.gpu_use.busy_seconds is 'Covered by samples in which DCGM reported a busy fraction of at least 0.05.';
comment on column ledger.gpu_use.covered_seconds is 'Covered by samples.';
comment on column ledger.gpu_use.burned_dc is 'DC burned for its use in the epoch, base units.';

create table ledger.use_sum (
  account bytea not null check (length(account) = 20),
  epoch int4 not null references ledger.use_epoch on delete cascade,
  pool int8 not null,
  rented_seconds float8 not null,
  available_seconds float8 not null,
  up_minutes float8 not null,
  down_minutes float8 not null,
  busy_seconds float8 not null,
  covered_seconds float8 not null,
  burned_dc numeric not null,
  primary key (account, epoch, pool)
);
create index use_sum_of_pool on ledger.use_sum (pool, epoch);
comment on table ledger.use_sum is 'ledger.gpu_use summed by who held the GPUs and by pool. In an epoch in which a GPU changed hands or pools each has the part of the time.';

create table ledger.payer_sum (
  account bytea not null check (length(account) = 20),
  epoch int4 not null references ledger.use_epoch on delete cascade,
  pool int8 not null,
  payer bytea not null check (length(payer) = 20),
  burned_dc numeric not null,
  primary key (account, epoch, pool, payer)
);
create index payer_sum_of_pool on ledger.payer_sum (pool, epoch);
comment on table ledger.payer_sum is 'DC burned for use of GPUs by who held them at the burn, by pool and by who paid, base units.';

do $$
begin
  if exists (select from pg_roles where rolname = 'bc_reader') then
    grant select on all tables in schema ledger to bc_reader;
  end if;
end
$$;
