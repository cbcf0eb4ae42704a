-- A person may have several grants for one client. Each index finds what one person or one client holds, whatever the tenant holds.
drop index grants_in_force;
drop index grants_of_subject;
create index grants_of_subject on grants (tenant_id, subject, client_id, created_at, id);
create index grants_of_client on grants (tenant_id, client_id, created_at, id);

-- The last superadmin of a tenant cannot leave: they are counted without reading every account.
create index accounts_superadmin on accounts (tenant_id, subject) where role = 'superadmin';

-- Holds all that is asked for, or SQLite prefers the primary key and reads every membership of the tenant.
drop index memberships_of_subject;
create index memberships_of_subject on memberships (tenant_id, subject, group_id);

create index signing_keys_expire on signing_keys (remove_at) where remove_at is not null;
