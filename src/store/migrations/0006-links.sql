-- Single-use links sent by e-mail, one of a kind for each account. The kind is inside the hash.
create table links (
  tenant_id text not null,
  subject text not null,
  kind text not null,
  hash text not null,
  email text not null,
  expires_at bigint not null,
  primary key (tenant_id, subject, kind)
);
create unique index links_by_hash on links (tenant_id, hash);
create index links_expire on links (expires_at);

-- Tries at passwords and requests for mail, counted in windows. The bucket names no person: what was typed is in it as a keyed hash.
create table attempts (
  tenant_id text not null,
  bucket text not null,
  used bigint not null,
  ends_at bigint not null,
  primary key (tenant_id, bucket)
);
create index attempts_end on attempts (ends_at);

-- Browsers in which an account has signed in before: a stranger's guesses elsewhere do not keep its owner out here.
create table devices (
  tenant_id text not null,
  subject text not null,
  hash text not null,
  expires_at bigint not null,
  primary key (tenant_id, subject, hash)
);
create index devices_expire on devices (expires_at);
