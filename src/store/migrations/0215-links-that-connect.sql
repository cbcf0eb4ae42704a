-- What a link does besides what its kind says: for one that connects an account of a provider, which, and where it was asked for. JSON.
alter table links add column doc text;
