-- Money paid elsewhere, for which a processor mints Data Credits from its BCT. Of an event only what is needed is kept: no
-- names, no mail addresses, no bodies. Addresses and hashes are bytes; amounts in DC are base units (6 decimals).
create schema payments;

create table payments.processor (
  address bytea not null check (length(address) = 20),
  chain_id int8 not null,
  credits bytea not null check (length(credits) = 20),
  seen_at timestamptz not null default now(),
  primary key (address, chain_id, credits)
);
comment on table payments.processor is 'Who mints for payments: whose mints the payments are held against.';
comment on column payments.processor.credits is 'Address of DataCredits.';

create table payments.payment (
  seq int8 generated always as identity primary key,
  id text not null unique check (id ~ '^[A-Za-z0-9_]{1,255}$'),
  reference bytea not null unique check (length(reference) = 32),
  state text not null check (state in ('QUEUED', 'SENT', 'MINTED', 'FINAL', 'REFUSED')),
  wallet bytea check (length(wallet) = 20),
  chain_id int8,
  amount_cents int8 not null,
  currency text not null,
  amount_dc numeric check (amount_dc > 0),
  reason text,
  flag text check (flag in ('REFUNDED', 'DISPUTED')),
  paid_at timestamptz not null,
  taken_at timestamptz not null default now(),
  changed_at timestamptz not null default now(),
  mint_hash bytea check (length(mint_hash) = 32),
  mint_block int8,
  check (state = 'REFUSED' or (wallet is not null and amount_dc is not null)),
  check (state <> 'REFUSED' or reason is not null)
);
create index payment_open on payments.payment (seq) where state in ('QUEUED', 'SENT', 'MINTED');
create index payment_of_state on payments.payment (state, seq);
comment on table payments.payment is 'Payments that succeeded at the processor, each once, written down before anything is minted.';
comment on column payments.payment.seq is 'In the order in which they came.';
comment on column payments.payment.id is 'The processor''s own id of the payment.';
comment on column payments.payment.reference is 'keccak256 of id: the payment reference on the chain.';
comment on column payments.payment.state is 'QUEUED (to be minted); SENT (being minted); MINTED (in a block that may vanish); FINAL; REFUSED (never minted: money to be given back).';
comment on column payments.payment.wallet is 'Who gets the DC; null: nobody could be made out.';
comment on column payments.payment.amount_cents is 'Hundredths of its currency.';
comment on column payments.payment.amount_dc is 'DC to mint: 1 US dollar is 1 DC. Null: none.';
comment on column payments.payment.reason is 'Why it waits or was refused; null: it doesn''t and wasn''t.';
comment on column payments.payment.flag is 'The money went back, or the customer disputes it. Flagged before it is minted, it never is.';
comment on column payments.payment.paid_at is 'Of the processor''s event.';
comment on column payments.payment.mint_hash is 'Hash of the transaction that mints.';

create table payments.event (
  id text primary key check (length(id) between 1 and 255),
  type text not null,
  payment text not null,
  outcome text not null,
  created_at timestamptz not null,
  taken_at timestamptz not null default now()
);
create index event_of_payment on payments.event (payment);
comment on table payments.event is 'Events that were signed rightly and are about a payment, each once.';
comment on column payments.event.outcome is 'QUEUED, REFUSED, REPEATED (the payment was known), CONFLICT (it was known, and otherwise), REFUNDED or DISPUTED.';

create table payments.transaction (like ledger.transaction including all);
comment on table payments.transaction is 'The processor''s transactions, as in ledger.transaction: written down before they are sent.';

