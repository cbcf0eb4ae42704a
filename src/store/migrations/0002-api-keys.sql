-- Machines with an identity of their own; the id is the subject.
create table services (
  tenant_id text not null,
  id text not null,
  name text not null,
  description text,
  status text not null,
  created_at bigint not null,
  primary key (tenant_id, id)
);
create unique index services_by_name on services (tenant_id, name);

-- Keys that came of one another by rotation share a chain. The subject is that of an account or of a service, as `owner` says.
create table api_keys (
  tenant_id text not null,
  id text not null,
  hash text not null,
  owner text not null,
  subject text not null,
  label text not null,
  scope text not null,
  resource text not null,
  chain text not null,
  created_at bigint not null,
  lifetime bigint,
  expires_at bigint,
  last_used_at bigint,
  primary key (tenant_id, id)
);
create unique index api_keys_by_hash on api_keys (tenant_id, hash);
create index api_keys_of_subject on api_keys (tenant_id, subject);
create index api_keys_of_chain on api_keys (tenant_id, chain);
create index api_keys_expire on api_keys (expires_at) where expires_at is not null;
