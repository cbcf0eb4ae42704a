-- Access tokens that were issued before this time are void, though what was allowed stays: the person has a new password.
alter table grants add column tokens_from bigint not null default 0;
