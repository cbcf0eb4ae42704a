-- What a session was started with, in words ("Firefox on Linux"), and the network address it was last used from.
alter table sessions add column device text;
alter table sessions add column address text;
