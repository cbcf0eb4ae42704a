-- Accounts at upstream providers by which people sign in to an account here. Each is one person's, for good.
create table upstream_identities (
  tenant_id text not null,
  connection text not null,
  upstream_subject text not null,
  subject text not null,
  label text,
  created_at bigint not null,
  last_used_at bigint,
  primary key (tenant_id, connection, upstream_subject)
);
create index upstream_identities_by_subject on upstream_identities (tenant_id, subject);
