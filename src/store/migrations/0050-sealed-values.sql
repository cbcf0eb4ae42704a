-- Finds what is sealed under one key-encryption key: the first 12 characters of a sealed value name it.
create index totp_sealed on totp (substr(sealed, 1, 12), tenant_id, subject);
create index signing_keys_sealed on signing_keys (substr(sealed_key, 1, 12), tenant_id, kid);
create index clients_signing_secret on clients (substr(signing_secret, 1, 12), tenant_id, id) where signing_secret is not null;
