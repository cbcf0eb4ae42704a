-- Whether a session goes on that was told by this sid, to whichever application.
drop index session_clients_by_told_sid;
create index session_clients_by_told_sid on session_clients (tenant_id, told_sid, sid);
