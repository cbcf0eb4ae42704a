-- The sign-in at another provider that a session came from, so that it ends with the session there.
alter table sessions add column connection text;
alter table sessions add column upstream_subject text;
alter table sessions add column upstream_sid text;
create index sessions_by_upstream_subject on sessions (tenant_id, connection, upstream_subject) where connection is not null;
create index sessions_by_upstream_sid on sessions (tenant_id, connection, upstream_sid) where connection is not null;
