-- A grant that its client manages by its id is widened by nothing else: Grant Management for OAuth 2.0.
alter table grants add column managed bigint not null default 0;
