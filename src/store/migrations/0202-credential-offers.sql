-- Credential offers. `hash`: of the token in their address; `code`: of the pre-authorized code. `tries`: wrong transaction codes.
create table credential_offers (
  tenant_id text not null,
  id text not null,
  hash text not null,
  code text,
  subject text,
  configurations text not null,
  tx_code text,
  tries bigint not null default 0,
  used_at bigint,
  created_at bigint not null,
  expires_at bigint not null,
  primary key (tenant_id, id)
);
create unique index credential_offers_by_hash on credential_offers (tenant_id, hash);
create unique index credential_offers_by_code on credential_offers (tenant_id, code) where code is not null;
create index credential_offers_by_subject on credential_offers (tenant_id, subject);
create index credential_offers_by_expiry on credential_offers (expires_at);
