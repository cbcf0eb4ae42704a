-- What a tenant keeps about its people beyond standard claims: the schema, and a value for each attribute at each account.
create table attribute_schemas (
  tenant_id text not null,
  doc text not null,
  primary key (tenant_id)
);
alter table accounts add column attributes text not null default '{}';
