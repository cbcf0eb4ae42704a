-- Identifiers of resources in the form in which they are compared (RFC 3986 §6.2). Those that are older are compared as they are.
alter table resources add column normal_identifier text;
update resources set normal_identifier = identifier;
create unique index resources_by_normal_identifier on resources (tenant_id, normal_identifier);
