-- Clients whose metadata is a document at their identifier: draft-ietf-oauth-client-id-metadata-document. When it was last read, which is noted
-- at most once a day while it stays the same; null: any other client.
alter table clients add column document_read_at bigint;
