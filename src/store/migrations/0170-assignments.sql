-- Who may use a client whose policy demands an assignment: people (kind user, by subject) and groups (kind group, by id).
create table assignments (
  tenant_id text not null,
  client_id text not null,
  kind text not null,
  assignee text not null,
  primary key (tenant_id, client_id, kind, assignee)
);
create index assignments_of_assignee on assignments (tenant_id, kind, assignee);
