-- How many copies a person has is summed from the index alone, whatever has expired.
create index issued_credentials_by_holder on issued_credentials (tenant_id, subject, expires_at, copies);
