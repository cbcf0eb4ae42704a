-- Tokens of upstream providers that people let this server keep. `sealed` holds the tokens, and is bound to the version of the row.
create table vault_entries (
  tenant_id text not null,
  id text not null,
  connection text not null,
  owner_type text not null,
  owner text not null,
  kind text not null,
  upstream_subject text,
  upstream_session text,
  label text,
  scope text not null,
  state text not null,
  sealed text not null,
  version bigint not null,
  access_expires_at bigint,
  refresh_at bigint,
  lease bigint not null,
  lease_until bigint not null,
  created_at bigint not null,
  updated_at bigint not null,
  last_used_at bigint,
  last_used_by text,
  primary key (tenant_id, id)
);
create index vault_entries_by_owner on vault_entries (tenant_id, owner_type, owner, connection);
create unique index vault_entries_refresh on vault_entries (tenant_id, owner_type, owner, connection) where kind = 'refresh';
create index vault_entries_by_connection on vault_entries (tenant_id, connection, upstream_subject);
create index vault_entries_due on vault_entries (refresh_at) where refresh_at is not null;
create index vault_entries_sealed on vault_entries (substr(sealed, 1, 12), tenant_id, id);

-- The ids under which programs know an entry. An entry without any is removed with the last one.
create table vault_token_ids (
  tenant_id text not null,
  id text not null,
  entry text not null,
  session text not null,
  created_at bigint not null,
  primary key (tenant_id, id)
);
create index vault_token_ids_by_entry on vault_token_ids (tenant_id, entry);

-- Requests at upstream providers that wait for an answer, by the hash of their state.
create table upstream_requests (
  tenant_id text not null,
  hash text not null,
  connection text not null,
  doc text not null,
  expires_at bigint not null,
  primary key (tenant_id, hash)
);
create index upstream_requests_by_expiry on upstream_requests (expires_at);
create index upstream_requests_by_connection on upstream_requests (tenant_id, connection);
