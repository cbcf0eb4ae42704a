-- Messages that wait for delivery, sealed. Whoever delivers one holds its lease until next_at; then anyone may try again.
create table outbox (
  tenant_id text not null,
  id text not null,
  kind text not null,
  sealed text not null,
  attempts bigint not null,
  lease text not null,
  next_at bigint not null,
  expires_at bigint not null,
  primary key (tenant_id, id)
);
create index outbox_due on outbox (next_at);
