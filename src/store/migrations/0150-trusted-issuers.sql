-- Issuers whose assertions about people are accepted as authorization grants: RFC 7523 §2.1.
create table trusted_issuers (
  tenant_id text not null,
  issuer text not null,
  doc text not null,
  primary key (tenant_id, issuer)
);
