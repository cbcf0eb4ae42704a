-- What a person may do at the API of their tenant; see src/identity/roles.ts.
alter table accounts add column role text not null default 'viewer';
