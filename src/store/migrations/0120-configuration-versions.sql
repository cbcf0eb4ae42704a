-- Another number after each change of what a tenant has configured: see src/store/configuration.ts. '' is the directory of tenants.
create table configuration_versions (
  tenant_id text not null,
  version bigint not null,
  primary key (tenant_id)
);
