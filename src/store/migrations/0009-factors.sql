-- An authenticator app, one for each account. A step that was accepted, and every earlier one, counts no more.
create table totp (
  tenant_id text not null,
  subject text not null,
  sealed text not null,
  last_step bigint not null,
  created_at bigint not null,
  primary key (tenant_id, subject)
);

create table recovery_codes (
  tenant_id text not null,
  subject text not null,
  hash text not null,
  primary key (tenant_id, subject, hash)
);

-- A sign-in whose password was right and whose second factor is owed.
alter table flows add column half_id text;
alter table flows add column half text;
