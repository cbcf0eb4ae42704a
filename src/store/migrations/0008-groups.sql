-- Groups of people within a tenant, told to applications.
create table groups (
  tenant_id text not null,
  id text not null,
  name text not null,
  name_folded text not null,
  description text,
  created_at bigint not null,
  updated_at bigint not null,
  primary key (tenant_id, id)
);
create unique index groups_by_name on groups (tenant_id, name_folded);

create table memberships (
  tenant_id text not null,
  group_id text not null,
  subject text not null,
  primary key (tenant_id, group_id, subject)
);
create index memberships_of_subject on memberships (tenant_id, subject);
