-- Credentials that a tenant issues: OpenID for Verifiable Credential Issuance.
create table credential_configurations (
  tenant_id text not null,
  id text not null,
  doc text not null,
  primary key (tenant_id, id)
);
