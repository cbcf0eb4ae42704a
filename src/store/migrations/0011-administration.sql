-- Sessions and grants of a whole tenant, newest first, and one session by its public id.
create index sessions_by_start on sessions (tenant_id, created_at, sid);
create index sessions_by_sid on sessions (tenant_id, sid);
create index grants_by_start on grants (tenant_id, created_at, id);
