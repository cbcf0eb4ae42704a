-- What a person allowed besides scopes: authorization details (RFC 9396), a JSON array of JSON texts.
alter table grants add column details text not null default '[]';
