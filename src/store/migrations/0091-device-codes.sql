-- Devices that wait for a person: RFC 8628. `request` is the hash of the user code, under which their request is kept as a pushed one.
create table device_codes (
  tenant_id text not null,
  hash text not null,
  request text not null,
  client_id text not null,
  address text not null,
  refused bigint not null default 0,
  every bigint not null,
  polled_at bigint,
  expires_at bigint not null,
  primary key (tenant_id, hash)
);
create unique index device_codes_by_request on device_codes (tenant_id, request);
create index device_codes_by_expiry on device_codes (expires_at);
