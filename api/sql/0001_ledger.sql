-- What epochs pay, as the settlement job computed it, and the transactions that brought it onto the chain.
-- Addresses and hashes are bytes; amounts are base units (BCT 18 decimals, DC 6); times are seconds since 1970 unless their
-- type is timestamptz; ids of pools and GPUs are numbers (chain.pool.id and chain.gpu.id as text).
create schema ledger;

create table ledger.network (
  one boolean primary key default true check (one),
  chain_id int8 not null,
  rewards bytea not null check (length(rewards) = 20),
  genesis_hash bytea not null check (length(genesis_hash) = 32),
  genesis_time int8 not null,
  epoch_length int8 not null
);
comment on table ledger.network is 'The network that this ledger is of; one row. A job on another network refuses it.';
comment on column ledger.network.chain_id is 'EIP-155 id.';
comment on column ledger.network.rewards is 'Address of EpochRewards.';
comment on column ledger.network.genesis_hash is 'Hash of block 0: local chains share their id.';
comment on column ledger.network.genesis_time is 'Start of epoch 0.';
comment on column ledger.network.epoch_length is 'Seconds.';

create table ledger.epoch (
  epoch int4 primary key check (epoch >= 0),
  start_at int8 not null,
  end_at int8 not null check (end_at > start_at),
  state text not null check (state in ('RUNNING', 'ENDED', 'CLOSED', 'SETTLED', 'COMMITTED', 'FINAL', 'PAID')),
  waits_for text,
  trouble text,
  round int8,
  budget numeric check (budget >= 0),
  burned_dc numeric check (burned_dc >= 0),
  total numeric check (total >= 0),
  unallocated numeric check (unallocated >= 0),
  lines_root bytea check (length(lines_root) = 32),
  claims_root bytea check (length(claims_root) = 32),
  inputs_hash bytea check (length(inputs_hash) = 32),
  methodology_version int4,
  line_count int4,
  claim_count int4,
  as_of_block int8,
  as_of_hash bytea check (length(as_of_hash) = 32),
  sampled_through timestamptz,
  inputs text,
  settled_at timestamptz,
  window_ends_at int8,
  finalized_at timestamptz,
  paid_at timestamptz,
  changed_at timestamptz not null default now(),
  check (num_nulls(round, budget, burned_dc, total, unallocated, lines_root, claims_root, inputs_hash, methodology_version,
    line_count, claim_count, as_of_block, as_of_hash, inputs, settled_at) in (0, 15)),
  check (total + unallocated = budget)
);
comment on table ledger.epoch is 'Each epoch from the running one back, how far it has come, and its facts once they are gathered. Facts are all there or none.';
comment on column ledger.epoch.epoch is 'Number, from 0.';
comment on column ledger.epoch.start_at is 'The epoch is [start_at, end_at).';
comment on column ledger.epoch.end_at is 'The epoch is [start_at, end_at).';
comment on column ledger.epoch.state is 'RUNNING; ENDED; CLOSED (has its budget on the chain); SETTLED (has its facts here); COMMITTED (a quorum attested, the challenge window runs); FINAL (minted); PAID (every wallet above the configured least amount was paid). A veto takes COMMITTED back.';
comment on column ledger.epoch.waits_for is 'What its next step waits for, in words; null: nothing.';
comment on column ledger.epoch.trouble is 'What somebody has to look at, in words with both hashes: oracles that disagree, a commit that is not these facts; null: nothing.';
comment on column ledger.epoch.round is 'Round of attestations that the facts were gathered in.';
comment on column ledger.epoch.budget is 'BCT that it may mint.';
comment on column ledger.epoch.burned_dc is 'DC burned for use.';
comment on column ledger.epoch.total is 'BCT that its lines pay.';
comment on column ledger.epoch.unallocated is 'BCT of the budget that flooring left; not minted.';
comment on column ledger.epoch.lines_root is 'Merkle root over ledger.line; zero: no lines.';
comment on column ledger.epoch.claims_root is 'Merkle root over ledger.claim; zero: nobody ever earned.';
comment on column ledger.epoch.inputs_hash is 'keccak256 of inputs.';
comment on column ledger.epoch.methodology_version is 'Version of the formula.';
comment on column ledger.epoch.line_count is 'Rows in ledger.line.';
comment on column ledger.epoch.claim_count is 'Rows in ledger.claim.';
comment on column ledger.epoch.as_of_block is 'Number of the final block, at or after the end, that the facts stand on.';
comment on column ledger.epoch.as_of_hash is 'Its hash: if the chain has another one there, the facts are gathered anew.';
comment on column ledger.epoch.sampled_through is 'The telemetry''s watermark when they were gathered.';
comment on column ledger.epoch.inputs is 'The canonical inputs, RFC 8785 JSON. Can be large: do not select it with many rows.';
comment on column ledger.epoch.settled_at is 'When the facts were stored.';
comment on column ledger.epoch.window_ends_at is 'Up to when the guardian can veto the commit; null without one.';
comment on column ledger.epoch.finalized_at is 'When the job saw it final.';
comment on column ledger.epoch.paid_at is 'When the job saw all wallets paid.';
comment on column ledger.epoch.changed_at is 'When state, waits_for or trouble last changed.';

create table ledger.pool_amount (
  epoch int4 not null references ledger.epoch on delete cascade,
  pool int8 not null,
  operator int8 not null,
  payee bytea not null check (length(payee) = 20),
  operator_bps int4 not null,
  pool_bps int4 not null,
  gpu_bps int4 not null,
  burned_dc numeric not null,
  amount numeric not null,
  operator_amount numeric not null,
  bonus_amount numeric not null,
  share_amount numeric not null,
  weight numeric not null,
  has_telemetry boolean not null,
  primary key (epoch, pool)
);
comment on table ledger.pool_amount is 'What each pool gets of an epoch, and how it is parted.';
comment on column ledger.pool_amount.payee is 'Who was paid for the operator at the epoch''s end.';
comment on column ledger.pool_amount.operator_bps is 'The share rule in force, basis points; the three sum to 10,000.';
comment on column ledger.pool_amount.burned_dc is 'd: DC burned for use of its GPUs.';
comment on column ledger.pool_amount.amount is 'A: BCT of the budget.';
comment on column ledger.pool_amount.operator_amount is 'O: the operator''s.';
comment on column ledger.pool_amount.bonus_amount is 'U: for the GPUs used.';
comment on column ledger.pool_amount.share_amount is 'P: for all GPUs.';
comment on column ledger.pool_amount.weight is 'Sum of the GPUs'' weights.';
comment on column ledger.pool_amount.has_telemetry is 'False: no GPU had an eligible minute, so each member weighs the same (NO_TELEMETRY).';

create table ledger.gpu_amount (
  epoch int4 not null references ledger.epoch on delete cascade,
  pool int8 not null,
  gpu int8 not null,
  burned_dc numeric not null,
  member_seconds int4 not null,
  eligible_seconds int4 not null,
  weight numeric not null,
  share_amount numeric not null,
  bonus_amount numeric not null,
  primary key (epoch, pool, gpu)
);
create index gpu_amount_of_gpu on ledger.gpu_amount (gpu, epoch);
comment on table ledger.gpu_amount is 'What each GPU gets of an epoch in each pool that it was in, before its owners part it.';
comment on column ledger.gpu_amount.burned_dc is 'DC burned for its use in this pool.';
comment on column ledger.gpu_amount.member_seconds is 'As an active member of this pool.';
comment on column ledger.gpu_amount.eligible_seconds is '60 for each minute as a member in which it was up, or nobody knows.';
comment on column ledger.gpu_amount.weight is 'Its weight among the pool''s GPUs: eligible_seconds, or 1 where the pool has no telemetry.';
comment on column ledger.gpu_amount.share_amount is 'S: BCT of the pool''s share_amount.';
comment on column ledger.gpu_amount.bonus_amount is 'V: BCT of the pool''s bonus_amount.';

create table ledger.line (
  epoch int4 not null references ledger.epoch on delete cascade,
  place int4 not null,
  kind int2 not null check (kind between 0 and 2),
  pool int8 not null,
  gpu int8 not null,
  account bytea not null check (length(account) = 20),
  amount numeric not null check (amount > 0),
  whole numeric not null,
  part int8 not null,
  parts int8 not null,
  primary key (epoch, place)
);
create index line_of_account on ledger.line (account, epoch);
create index line_of_gpu on ledger.line (gpu, epoch) where gpu > 0;
comment on table ledger.line is 'Each payment of an epoch, with the terms that gave it: amount = div(whole * part, parts).';
comment on column ledger.line.place is 'Its place, from 0: by pool, GPU, kind and account. Leaf of the lines'' tree.';
comment on column ledger.line.kind is '0 OPERATOR, 1 POOL_SHARE, 2 GPU_BONUS.';
comment on column ledger.line.gpu is '0 for the operator''s.';
comment on column ledger.line.account is 'Who is paid.';
comment on column ledger.line.amount is 'BCT.';
comment on column ledger.line.whole is 'BCT that it is a part of: the pool''s amount, the GPU''s share_amount or its bonus_amount.';
comment on column ledger.line.part is 'The operator''s basis points, or the seconds for which the account held the GPU.';
comment on column ledger.line.parts is '10,000, or the seconds for which anybody held it.';

create table ledger.claim (
  epoch int4 not null references ledger.epoch on delete cascade,
  place int4 not null,
  account bytea not null check (length(account) = 20),
  cumulative numeric not null check (cumulative > 0),
  earned numeric not null check (earned >= 0),
  primary key (epoch, place),
  unique (account, epoch)
);
comment on table ledger.claim is 'What every wallet that ever earned has earned by an epoch''s end.';
comment on column ledger.claim.place is 'Its place, from 0, by account. Leaf of the claims'' tree.';
comment on column ledger.claim.cumulative is 'BCT of all epochs to this one: what its leaf says.';
comment on column ledger.claim.earned is 'BCT of this epoch.';

create table ledger.transaction (
  id int8 generated always as identity primary key,
  signer bytea not null check (length(signer) = 20),
  nonce int8 not null check (nonce >= 0),
  purpose text not null,
  epoch int4,
  recipient bytea not null check (length(recipient) = 20),
  data bytea not null,
  gas_limit int8 not null,
  max_fee_per_gas numeric not null,
  max_priority_fee_per_gas numeric not null,
  raw bytea not null,
  hash bytea not null unique check (length(hash) = 32),
  state text not null default 'SIGNED' check (state in ('SIGNED', 'MINED', 'REVERTED', 'REPLACED', 'FINAL')),
  is_superseded boolean not null default false,
  block_number int8,
  block_hash bytea,
  gas_used int8,
  error text,
  signed_at timestamptz not null default now(),
  sent_at timestamptz,
  resolved_at timestamptz
);
create unique index transaction_open_purpose on ledger.transaction (signer, purpose) where state = 'SIGNED' and not is_superseded;
create unique index transaction_open_nonce on ledger.transaction (signer, nonce) where state = 'SIGNED' and not is_superseded;
create index transaction_of_nonce on ledger.transaction (signer, nonce);
create index transaction_of_purpose on ledger.transaction (signer, purpose);
create index transaction_unsettled on ledger.transaction (signer, nonce) where state in ('SIGNED', 'MINED');
comment on table ledger.transaction is 'Every transaction of the job''s signers, written before it is sent: a restart sends the same bytes again, or finds out what became of them.';
comment on column ledger.transaction.signer is 'Whose nonce it is.';
comment on column ledger.transaction.purpose is 'What it is for; of one purpose at most one is open.';
comment on column ledger.transaction.epoch is 'The epoch that it is about; null: none.';
comment on column ledger.transaction.recipient is 'The contract called.';
comment on column ledger.transaction.max_fee_per_gas is 'Wei.';
comment on column ledger.transaction.raw is 'As signed.';
comment on column ledger.transaction.state is 'SIGNED (perhaps sent); MINED (in a block that may vanish); FINAL; REVERTED (final or not); REPLACED (another with this nonce was mined).';
comment on column ledger.transaction.is_superseded is 'Whether the same was signed again with higher fees; either can be mined.';
comment on column ledger.transaction.block_number is 'Where it was mined.';
comment on column ledger.transaction.error is 'Why it reverted or was not taken, as far as it is known.';
comment on column ledger.transaction.sent_at is 'When a node last took it.';
comment on column ledger.transaction.resolved_at is 'When its state was found.';

do $$
begin
  if exists (select from pg_roles where rolname = 'bc_reader') then
    grant usage on schema ledger to bc_reader;
    grant select on all tables in schema ledger to bc_reader;
  end if;
end
$$;
