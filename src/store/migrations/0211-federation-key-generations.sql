-- A key that was removed stays, for the list of historical keys, and gives its generation to the next.
drop index federation_keys_by_generation;
create unique index federation_keys_by_generation on federation_keys (tenant_id, alg, generation) where removed_at is null;
