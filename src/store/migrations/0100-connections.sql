-- Upstream providers that a tenant knows; the client secret is sealed.
create table connections (
  tenant_id text not null,
  name text not null,
  doc text not null,
  sealed_secret text,
  primary key (tenant_id, name)
);
create index connections_sealed on connections (substr(sealed_secret, 1, 12), tenant_id, name) where sealed_secret is not null;
