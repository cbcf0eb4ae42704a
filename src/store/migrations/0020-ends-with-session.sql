-- Whose sign-in an authorization code came from, so that it ends when that session or account does.
alter table codes add column subject text;
alter table codes add column sid text;
create index codes_of_subject on codes (tenant_id, subject);

-- Whose pending sign-in a flow holds, so that it ends with the account's sessions.
alter table flows add column half_subject text;
create index flows_of_pending on flows (tenant_id, half_subject) where half_subject is not null;

-- The account whose password was guessed at, so that a new password ends the count. Null where there is no such account.
alter table attempts add column subject text;
create index attempts_of_subject on attempts (tenant_id, subject) where subject is not null;
