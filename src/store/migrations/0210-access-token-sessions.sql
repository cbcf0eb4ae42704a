-- The session that an opaque access token was issued in: a new password ends it.
alter table access_tokens add column sid text;
