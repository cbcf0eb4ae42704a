-- OpenID Federation 1.0. The keys with which a tenant signs entity statements; one that is removed stays without its private half, for those
-- who verify what it signed: §8.7.
create table federation_keys (
  tenant_id text not null,
  kid text not null,
  alg text not null,
  generation bigint not null,
  public_jwk text not null,
  sealed_key text,
  created_at bigint not null,
  active_at bigint not null,
  remove_at bigint,
  removed_at bigint,
  revoked bigint not null default 0,
  primary key (tenant_id, kid)
);
create unique index federation_keys_by_generation on federation_keys (tenant_id, alg, generation);
create index federation_keys_sealed on federation_keys (substr(sealed_key, 1, 12), tenant_id, kid) where sealed_key is not null;

-- What other entities are to a tenant: its anchors, superiors, subordinates, and issuers of trust marks.
create table federation_entities (
  tenant_id text not null,
  role text not null,
  entity_id text not null,
  doc text not null,
  primary key (tenant_id, role, entity_id)
);

-- Trust marks that a tenant issued, one of each type for an entity.
create table trust_marks (
  tenant_id text not null,
  trust_mark_type text not null,
  subject text not null,
  id text not null,
  issued_at bigint not null,
  expires_at bigint,
  revoked_at bigint,
  primary key (tenant_id, trust_mark_type, subject)
);
create index trust_marks_of_subject on trust_marks (tenant_id, subject);

-- Until then a trust chain vouches for a client; after that it must be looked for again.
alter table clients add column trusted_until bigint;
