-- Issued credentials: one row for all copies that one request was answered with. `status`: 0 valid, 1 revoked, 2 suspended.
create table issued_credentials (
  tenant_id text not null,
  id text not null,
  subject text,
  client_id text not null,
  configuration text not null,
  status bigint not null default 0,
  event text,
  issued_at bigint not null,
  expires_at bigint not null,
  primary key (tenant_id, id)
);
create index issued_credentials_by_time on issued_credentials (tenant_id, issued_at, id);
create index issued_credentials_by_subject on issued_credentials (tenant_id, subject, issued_at, id);
create index issued_credentials_by_expiry on issued_credentials (expires_at);

-- Token Status Lists. `version` moves with each change of a status; `used` never falls, so that no index is used twice.
create table status_lists (
  tenant_id text not null,
  id bigint not null,
  used bigint not null,
  version bigint not null default 0,
  primary key (tenant_id, id)
);
-- Which index belongs to which credential. It stays when the credential is forgotten.
create table status_indexes (
  tenant_id text not null,
  list bigint not null,
  idx bigint not null,
  credential text not null,
  primary key (tenant_id, list, idx)
);
create index status_indexes_by_credential on status_indexes (tenant_id, credential);

-- Credentials that wait for an administrator. `hash`: of the transaction_id.
create table deferred_credentials (
  tenant_id text not null,
  id text not null,
  hash text not null,
  subject text not null,
  client_id text not null,
  configuration text not null,
  keys text not null,
  state text not null,
  created_at bigint not null,
  expires_at bigint not null,
  primary key (tenant_id, id)
);
create unique index deferred_credentials_by_hash on deferred_credentials (tenant_id, hash);
create index deferred_credentials_by_subject on deferred_credentials (tenant_id, subject);
create index deferred_credentials_by_expiry on deferred_credentials (expires_at);
