-- Opaque access tokens hold their claims sealed. Those that were issued before this version end.
drop table access_tokens;
