-- Public keys of people's passkeys. The id is made by the authenticator; the counter is the newest it has told.
create table passkeys (
  tenant_id text not null,
  id text not null,
  subject text not null,
  public_key text not null,
  counter bigint not null,
  transports text not null,
  synced bigint not null,
  backed_up bigint not null,
  name text not null,
  created_at bigint not null,
  last_used_at bigint,
  primary key (tenant_id, id)
);
create index passkeys_of_subject on passkeys (tenant_id, subject);

-- What an authenticator must sign, each once. Bound to the visit or session, and the act, for which it was made.
create table challenges (
  tenant_id text not null,
  hash text not null,
  place text not null,
  expires_at bigint not null,
  primary key (tenant_id, hash)
);
create index challenges_expire on challenges (expires_at);
