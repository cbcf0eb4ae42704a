-- Secrets by which the applications of one vendor on one device share a sign-in: OpenID Connect Native SSO. One ends with the session that it was
-- issued in, or with its own lifetime, which may be longer than that of the session.
create table device_secrets (
  tenant_id text not null,
  hash text not null,
  client_id text not null,
  grant_id text not null,
  family text not null,
  subject text not null,
  sid text not null,
  auth_time bigint not null,
  acr text not null,
  amr text not null,
  created_at bigint not null,
  used_at bigint not null,
  expires_at bigint not null,
  primary key (tenant_id, hash)
);
create index device_secrets_by_session on device_secrets (tenant_id, subject, sid);
create index device_secrets_by_expiry on device_secrets (expires_at);
