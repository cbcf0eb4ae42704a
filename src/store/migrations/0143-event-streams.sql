-- Streams of security events that clients made for themselves; the header that authorizes pushes is sealed.
create table event_streams (
  tenant_id text not null,
  id text not null,
  client_id text not null,
  doc text not null,
  status text not null,
  sealed_authorization text,
  verified_at bigint not null,
  primary key (tenant_id, id)
);
create unique index event_streams_client on event_streams (tenant_id, client_id);
create index event_streams_sealed on event_streams (substr(sealed_authorization, 1, 12), tenant_id, id) where sealed_authorization is not null;
-- The stream that a message belongs to, and the id of its token.
alter table outbox add column stream_id text;
create index outbox_stream on outbox (tenant_id, stream_id, expires_at, id) where stream_id is not null;
