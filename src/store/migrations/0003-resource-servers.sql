-- A resource server's own credentials: the name by which it authenticates, if not by its identifier, and its secrets.
alter table resources add column resource_id text;
create unique index resources_by_resource_id on resources (tenant_id, resource_id);

create table resource_secrets (
  tenant_id text not null,
  identifier text not null,
  id text not null,
  hash text not null,
  created_at bigint not null,
  expires_at bigint,
  primary key (tenant_id, identifier, id),
  foreign key (tenant_id, identifier) references resources (tenant_id, identifier) on delete cascade
);
