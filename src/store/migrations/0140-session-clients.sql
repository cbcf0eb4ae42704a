-- Applications that people are signed in to during a session: those that are told when it ends. told_sid is the `sid` of their ID tokens,
-- that of an earlier session where the person has signed in again since.
create table session_clients (
  tenant_id text not null,
  sid text not null,
  client_id text not null,
  told_sid text not null,
  subject text not null,
  expires_at bigint not null,
  primary key (tenant_id, sid, client_id, told_sid)
);
create index session_clients_by_expiry on session_clients (expires_at);
-- What a message says that holds nothing secret: it is not sealed.
alter table outbox add column content text;
