-- Pushed authorization requests, by the hash of their request_uri: RFC 9126.
create table pushed_requests (
  tenant_id text not null,
  hash text not null,
  client_id text not null,
  doc text not null,
  expires_at bigint not null,
  primary key (tenant_id, hash)
);
create index pushed_requests_by_expiry on pushed_requests (expires_at);

-- What may be used only once until it expires, such as the jti of an assertion. `id` is a hash.
create table used_once (
  tenant_id text not null,
  kind text not null,
  id text not null,
  expires_at bigint not null,
  primary key (tenant_id, kind, id)
);
create index used_once_by_expiry on used_once (expires_at);
