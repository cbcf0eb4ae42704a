-- Requests that wait for a person at a device of their own: CIBA Core §7. `request` is the hash of the token in the link they are sent, under
-- which the request is kept as a pushed one; `ping` the message of the outbox that tells the client of the answer.
create table backchannel_requests (
  tenant_id text not null,
  hash text not null,
  request text not null,
  client_id text not null,
  subject text not null,
  address text not null,
  ping text,
  refused bigint not null default 0,
  every bigint not null,
  polled_at bigint,
  created_at bigint not null,
  expires_at bigint not null,
  primary key (tenant_id, hash)
);
create unique index backchannel_requests_by_request on backchannel_requests (tenant_id, request);
create index backchannel_requests_by_subject on backchannel_requests (tenant_id, subject, expires_at);
create index backchannel_requests_by_expiry on backchannel_requests (expires_at);
