-- A disabled client is no client to any rule. What was issued before `tokens_from` is void: before it was registered anew or disabled.
alter table clients add column status text not null default 'active';
alter table clients add column tokens_from bigint not null default 0;
alter table resources add column tokens_from bigint not null default 0;
