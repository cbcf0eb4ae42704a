-- Clients that registered themselves: RFC 7591. `registered_by` is the id of the initial access token, or 'anyone'; null: an operator made it.
-- The earlier registration access token works until the one that follows it is used, in case that one never arrived: RFC 7592 §5.
alter table clients add column registered_by text;
alter table clients add column registered_at bigint;
alter table clients add column registration_scope text;
alter table clients add column registration_hash text;
alter table clients add column earlier_registration_hash text;
-- Nobody has signed in to it yet.
alter table clients add column quarantined bigint not null default 0;
-- Unused until then, it is deleted.
alter table clients add column expires_at bigint;
create index clients_by_expiry on clients (expires_at) where expires_at is not null;

create table initial_access_tokens (
  tenant_id text not null,
  id text not null,
  hash text not null,
  label text not null,
  scope text,
  uses_left bigint not null,
  created_at bigint not null,
  expires_at bigint not null,
  primary key (tenant_id, id)
);
create unique index initial_access_tokens_by_hash on initial_access_tokens (tenant_id, hash);
create index initial_access_tokens_by_expiry on initial_access_tokens (expires_at);
