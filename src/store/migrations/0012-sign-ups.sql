-- Accounts that wait for their address to be proven. They are no accounts yet: many may wait for one address, and the first to prove it has it.
create table sign_ups (
  tenant_id text not null,
  hash text not null,
  login text not null,
  doc text not null,
  expires_at bigint not null,
  primary key (tenant_id, hash)
);
create index sign_ups_by_login on sign_ups (tenant_id, login);
create index sign_ups_expire on sign_ups (expires_at);
