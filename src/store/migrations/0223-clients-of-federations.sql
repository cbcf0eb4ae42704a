-- The clients that trust chains vouch for, all of which are looked at again when the anchors change.
create index clients_by_trust on clients (tenant_id, trusted_until) where trusted_until is not null;
