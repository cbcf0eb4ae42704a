-- Addresses of others that are told of events of the audit log; the secret that signs the messages is sealed.
create table webhooks (
  tenant_id text not null,
  name text not null,
  doc text not null,
  sealed_secret text not null,
  primary key (tenant_id, name)
);
create index webhooks_sealed on webhooks (substr(sealed_secret, 1, 12), tenant_id, name);
