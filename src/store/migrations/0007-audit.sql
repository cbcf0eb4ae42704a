-- Who did what when. Rows are only ever added, and removed when they are old enough.
create table audit (
  tenant_id text not null,
  id text not null,
  at bigint not null,
  act text not null,
  outcome text not null,
  by_type text,
  by_id text,
  target text,
  detail text not null,
  request_id text,
  address text,
  expires_at bigint not null,
  primary key (tenant_id, id)
);
create index audit_by_time on audit (tenant_id, at, id);
create index audit_expire on audit (expires_at);
