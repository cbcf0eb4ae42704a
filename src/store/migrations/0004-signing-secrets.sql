-- The secret that the APIs of a client share with the server for HS256, sealed.
alter table clients add column signing_secret text;
