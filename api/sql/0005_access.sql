-- Who may ask what, and how much: sessions of wallets and API keys. API processes keep nothing of it, so that any number of
-- them can serve. Of a token only its sha256 is kept. Addresses are 20 bytes.
create schema access;

create table access.secret (
  one boolean primary key default true check (one),
  secret bytea not null check (length(secret) = 32),
  created_at timestamptz not null
);
comment on table access.secret is 'What nonces and tokens are signed with; one row, made by the first process that needs it. Without it a forged token costs a look-up; delete the row to end every session, key and nonce.';

create table access.used_nonce (
  nonce_hash bytea primary key check (length(nonce_hash) = 32),
  expires_at timestamptz not null
);
create index used_nonce_expires_at on access.used_nonce (expires_at);
comment on table access.used_nonce is 'Nonces that a sign-in has used, until they would be too old anyway. Unused ones are kept nowhere: they are signed.';

create table access.session (
  token_hash bytea primary key check (length(token_hash) = 32),
  account bytea not null check (length(account) = 20),
  chain_id int8 not null,
  created_at timestamptz not null,
  expires_at timestamptz not null
);
create index session_account on access.session (account, created_at);
create index session_expires_at on access.session (expires_at);
comment on table access.session is 'Wallets that are signed in.';
comment on column access.session.chain_id is 'Chain that the wallet signed in on: for a contract, the chain on which it vouched for its signature.';

create table access.api_key (
  id int8 generated always as identity primary key,
  token_hash bytea not null unique check (length(token_hash) = 32),
  account bytea not null check (length(account) = 20),
  name text not null check (length(name) between 1 and 64),
  prefix text not null,
  scopes text[] not null check (scopes <@ array['LIVE_TELEMETRY', 'FLEET']),
  cost_per_minute int4 not null check (cost_per_minute > 0),
  is_granted boolean not null default false,
  created_at timestamptz not null,
  expires_at timestamptz,
  revoked_at timestamptz,
  last_used_at timestamptz
);
create index api_key_account on access.api_key (account, id);
comment on table access.api_key is 'Keys of wallets for programs.';
comment on column access.api_key.prefix is 'The key''s first characters, by which its owner knows it again.';
comment on column access.api_key.cost_per_minute is 'Its budget, in points of query cost.';
comment on column access.api_key.is_granted is 'Given by who runs the server: its budget is its own, beyond what its wallet and its address have.';
comment on column access.api_key.last_used_at is 'To the minute.';
