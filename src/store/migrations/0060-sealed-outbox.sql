-- Finds the messages that are sealed under one key-encryption key.
create index outbox_sealed on outbox (substr(sealed, 1, 12), tenant_id, id);
