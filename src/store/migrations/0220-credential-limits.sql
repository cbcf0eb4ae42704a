-- How many copies one request was answered with: a person can have only so many.
alter table issued_credentials add column copies bigint not null default 1;
update issued_credentials set copies =
  (select count(*) from status_indexes i where i.tenant_id = issued_credentials.tenant_id and i.credential = issued_credentials.id);

-- When the last credential of a list expires: after that nobody asks for it.
alter table status_lists add column ends_at bigint not null default 0;
update status_lists set ends_at = coalesce(
  (select max(c.expires_at) from status_indexes i join issued_credentials c on c.tenant_id = i.tenant_id and c.id = i.credential
   where i.tenant_id = status_lists.tenant_id and i.list = status_lists.id), 0);
create index status_lists_by_end on status_lists (ends_at);
