-- One text for SQLite and PostgreSQL: columns are text and bigint; times are seconds since the epoch; documents are JSON.

create table installation (
  singleton bigint primary key not null check (singleton = 1),
  id text not null,
  sealed_secret text not null
);

create table tenants (
  id text primary key not null,
  slug text not null unique,
  name text not null,
  host text unique,
  settings text not null,
  status text not null,
  created_at bigint not null
);

create table clients (
  tenant_id text not null,
  id text not null,
  doc text not null,
  primary key (tenant_id, id)
);

create table client_secrets (
  tenant_id text not null,
  client_id text not null,
  id text not null,
  hash text not null,
  created_at bigint not null,
  expires_at bigint,
  primary key (tenant_id, client_id, id),
  foreign key (tenant_id, client_id) references clients (tenant_id, id) on delete cascade
);

create table client_origins (
  tenant_id text not null,
  origin text not null,
  client_id text not null,
  primary key (tenant_id, origin, client_id),
  foreign key (tenant_id, client_id) references clients (tenant_id, id) on delete cascade
);
create index client_origins_of_client on client_origins (tenant_id, client_id);

create table resources (
  tenant_id text not null,
  identifier text not null,
  doc text not null,
  primary key (tenant_id, identifier)
);

-- A revoked grant stays: what hangs off it is dead because it says so.
create table grants (
  tenant_id text not null,
  id text not null,
  client_id text not null,
  subject text not null,
  scope text not null,
  created_at bigint not null,
  revoked_at bigint,
  primary key (tenant_id, id)
);
create unique index grants_in_force on grants (tenant_id, client_id, subject) where revoked_at is null;
create index grants_of_subject on grants (tenant_id, subject);
create index grants_revoked on grants (revoked_at) where revoked_at is not null;

create table revocations (
  tenant_id text not null,
  id text not null,
  until bigint not null,
  primary key (tenant_id, id)
);
create index revocations_until on revocations (until);

create table flows (
  tenant_id text not null,
  id text not null,
  browser text not null,
  asked text not null,
  answered text not null,
  expires_at bigint not null,
  primary key (tenant_id, id)
);
create index flows_expire on flows (expires_at);

create table codes (
  tenant_id text not null,
  hash text not null,
  grant_id text not null,
  family text not null,
  doc text not null,
  expires_at bigint not null,
  used_at bigint,
  primary key (tenant_id, hash)
);
create index codes_expire on codes (expires_at);

create table refresh_tokens (
  tenant_id text not null,
  hash text not null,
  grant_id text not null,
  family text not null,
  doc text not null,
  expires_at bigint not null,
  used_at bigint,
  primary key (tenant_id, hash)
);
create index refresh_tokens_of_grant on refresh_tokens (tenant_id, grant_id);
create index refresh_tokens_of_family on refresh_tokens (tenant_id, family);
create index refresh_tokens_expire on refresh_tokens (expires_at);

-- Opaque ones only.
create table access_tokens (
  tenant_id text not null,
  hash text not null,
  jti text not null,
  grant_id text,
  family text,
  doc text not null,
  expires_at bigint not null,
  primary key (tenant_id, hash)
);
create index access_tokens_expire on access_tokens (expires_at);

create table accounts (
  tenant_id text not null,
  subject text not null,
  username text not null,
  username_folded text not null,
  email text,
  password_hash text,
  password_is_temporary bigint not null,
  claims text not null,
  status text not null,
  created_at bigint not null,
  updated_at bigint not null,
  primary key (tenant_id, subject)
);
create unique index accounts_by_username on accounts (tenant_id, username_folded);

-- User names and e-mail addresses, folded, in one space: nobody can take another's address for a user name.
create table logins (
  tenant_id text not null,
  login text not null,
  subject text not null,
  primary key (tenant_id, login)
);
create index logins_of_subject on logins (tenant_id, subject);

create table sessions (
  tenant_id text not null,
  hash text not null,
  sid text not null,
  subject text not null,
  auth_time bigint not null,
  acr text not null,
  amr text not null,
  created_at bigint not null,
  last_seen_at bigint not null,
  expires_at bigint not null,
  primary key (tenant_id, hash)
);
create index sessions_of_subject on sessions (tenant_id, subject);
create index sessions_expire on sessions (expires_at);

create table signing_keys (
  tenant_id text not null,
  kid text not null,
  alg text not null,
  generation bigint not null,
  public_jwk text not null,
  sealed_key text not null,
  created_at bigint not null,
  active_at bigint not null,
  remove_at bigint,
  primary key (tenant_id, kid)
);
create unique index signing_keys_by_generation on signing_keys (tenant_id, alg, generation);
