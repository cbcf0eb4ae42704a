-- Somebody's hash stands for those who have none (accounts.anyPasswordHash): found at once also where most have none.
create index accounts_with_password on accounts (tenant_id, subject) where password_hash is not null;
