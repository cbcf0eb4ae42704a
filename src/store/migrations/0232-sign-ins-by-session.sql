-- Whether a session goes on in which an application was told this sid.
create index session_clients_by_told_sid on session_clients (tenant_id, client_id, told_sid, sid);
