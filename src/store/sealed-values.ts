/** Every sealed value of the installation: where it is stored, under which key-encryption key, and how it is replaced. */
import type { SealedKind, SealedSlice, SealedStore, SealedValue } from '../crypto/types.ts'
import { configuration } from './configuration.ts'
import { type Db, type Sql, sql } from './sql.ts'

/** More different keys than these are not counted. */
const maxKeys = 100

export function sealedValues(db: Db): SealedStore {
  async function prefixesOf(kind: SealedKind): Promise<string[]> {
    const found: string[] = []
    while (found.length < maxKeys) {
      const [row] = await db.read(places[kind].nextPrefix(found.at(-1) ?? ''))
      if (typeof row?.['prefix'] !== 'string') break
      found.push(row['prefix'])
    }
    return found
  }

  return {
    async counts() {
      const all = []
      for (const kind of kinds)
        for (const prefix of await prefixesOf(kind)) {
          const [row] = await db.read(places[kind].count(prefix))
          all.push({ kind, prefix, count: row?.['n'] as number })
        }
      return all
    },
    async slice(kind, ask) {
      const rows = await db.read(places[kind].slice(ask))
      return rows.map((row) => ({ tenant: row['tenant_id'] as string, id: row['id'] as string, sealed: row['sealed'] as string }))
    },
    async replace(kind, value, sealed) {
      const { db: counted } = configuration(db, value.tenant)
      return (await counted.write(places[kind].replace(value, sealed))).length > 0
    },
  }
}

/** The statements of one kind. */
interface Place {
  /** The first prefix after this one. */
  nextPrefix(after: string): Sql
  count(prefix: string): Sql
  slice(ask: SealedSlice): Sql
  replace(value: SealedValue, sealed: string): Sql
}

const places: Readonly<Record<SealedKind, Place>> = {
  installation: {
    nextPrefix: (after) =>
      sql`select min(substr(sealed_secret, 1, 12)) as prefix from installation where substr(sealed_secret, 1, 12) > ${after}`,
    count: (prefix) => sql`select count(*) as n from installation where substr(sealed_secret, 1, 12) = ${prefix}`,
    slice: ({ prefix, after, limit }) => sql`
      select '' as tenant_id, id, sealed_secret as sealed from installation
      where substr(sealed_secret, 1, 12) = ${prefix} and id > ${after.id} order by id limit ${limit}`,
    replace: ({ id, sealed: from }, to) =>
      sql`update installation set sealed_secret = ${to} where id = ${id} and sealed_secret = ${from} returning id`,
  },
  'signing-key': {
    nextPrefix: (after) =>
      sql`select min(substr(sealed_key, 1, 12)) as prefix from signing_keys where substr(sealed_key, 1, 12) > ${after}`,
    count: (prefix) => sql`select count(*) as n from signing_keys where substr(sealed_key, 1, 12) = ${prefix}`,
    slice: ({ prefix, after, limit }) => sql`
      select tenant_id, alg || ':' || kid as id, sealed_key as sealed from signing_keys
      where substr(sealed_key, 1, 12) = ${prefix} and (tenant_id, kid) > (${after.tenant}, ${kidOf(after.id)})
      order by tenant_id, kid limit ${limit}`,
    replace: ({ tenant, id, sealed: from }, to) => sql`
      update signing_keys set sealed_key = ${to}
      where tenant_id = ${tenant} and kid = ${kidOf(id)} and sealed_key = ${from} returning kid`,
  },
  'federation-key': {
    nextPrefix: (after) => sql`
      select min(substr(sealed_key, 1, 12)) as prefix from federation_keys
      where sealed_key is not null and substr(sealed_key, 1, 12) > ${after}`,
    count: (prefix) =>
      sql`select count(*) as n from federation_keys where sealed_key is not null and substr(sealed_key, 1, 12) = ${prefix}`,
    slice: ({ prefix, after, limit }) => sql`
      select tenant_id, alg || ':' || kid as id, sealed_key as sealed from federation_keys
      where sealed_key is not null and substr(sealed_key, 1, 12) = ${prefix}
      and (tenant_id, kid) > (${after.tenant}, ${kidOf(after.id)}) order by tenant_id, kid limit ${limit}`,
    replace: ({ tenant, id, sealed: from }, to) => sql`
      update federation_keys set sealed_key = ${to}
      where tenant_id = ${tenant} and kid = ${kidOf(id)} and sealed_key = ${from} returning kid`,
  },
  'client-signing-secret': {
    nextPrefix: (after) => sql`
      select min(substr(signing_secret, 1, 12)) as prefix from clients
      where signing_secret is not null and substr(signing_secret, 1, 12) > ${after}`,
    count: (prefix) =>
      sql`select count(*) as n from clients where signing_secret is not null and substr(signing_secret, 1, 12) = ${prefix}`,
    slice: ({ prefix, after, limit }) => sql`
      select tenant_id, id, signing_secret as sealed from clients
      where signing_secret is not null and substr(signing_secret, 1, 12) = ${prefix}
      and (tenant_id, id) > (${after.tenant}, ${after.id}) order by tenant_id, id limit ${limit}`,
    replace: ({ tenant, id, sealed: from }, to) => sql`
      update clients set signing_secret = ${to} where tenant_id = ${tenant} and id = ${id} and signing_secret = ${from} returning id`,
  },
  totp: {
    nextPrefix: (after) => sql`select min(substr(sealed, 1, 12)) as prefix from totp where substr(sealed, 1, 12) > ${after}`,
    count: (prefix) => sql`select count(*) as n from totp where substr(sealed, 1, 12) = ${prefix}`,
    slice: ({ prefix, after, limit }) => sql`
      select tenant_id, subject as id, sealed from totp
      where substr(sealed, 1, 12) = ${prefix} and (tenant_id, subject) > (${after.tenant}, ${after.id})
      order by tenant_id, subject limit ${limit}`,
    replace: ({ tenant, id, sealed: from }, to) => sql`
      update totp set sealed = ${to} where tenant_id = ${tenant} and subject = ${id} and sealed = ${from} returning subject`,
  },
  outbox: {
    nextPrefix: (after) => sql`select min(substr(sealed, 1, 12)) as prefix from outbox where substr(sealed, 1, 12) > ${after}`,
    count: (prefix) => sql`select count(*) as n from outbox where substr(sealed, 1, 12) = ${prefix}`,
    slice: ({ prefix, after, limit }) => sql`
      select tenant_id, id, sealed from outbox
      where substr(sealed, 1, 12) = ${prefix} and (tenant_id, id) > (${after.tenant}, ${after.id})
      order by tenant_id, id limit ${limit}`,
    replace: ({ tenant, id, sealed: from }, to) => sql`
      update outbox set sealed = ${to} where tenant_id = ${tenant} and id = ${id} and sealed = ${from} returning id`,
  },
  'connection-secret': {
    nextPrefix: (after) => sql`
      select min(substr(sealed_secret, 1, 12)) as prefix from connections
      where sealed_secret is not null and substr(sealed_secret, 1, 12) > ${after}`,
    count: (prefix) =>
      sql`select count(*) as n from connections where sealed_secret is not null and substr(sealed_secret, 1, 12) = ${prefix}`,
    slice: ({ prefix, after, limit }) => sql`
      select tenant_id, name as id, sealed_secret as sealed from connections
      where sealed_secret is not null and substr(sealed_secret, 1, 12) = ${prefix}
      and (tenant_id, name) > (${after.tenant}, ${after.id}) order by tenant_id, name limit ${limit}`,
    replace: ({ tenant, id, sealed: from }, to) => sql`
      update connections set sealed_secret = ${to} where tenant_id = ${tenant} and name = ${id} and sealed_secret = ${from} returning name`,
  },
  'webhook-secret': {
    nextPrefix: (after) =>
      sql`select min(substr(sealed_secret, 1, 12)) as prefix from webhooks where substr(sealed_secret, 1, 12) > ${after}`,
    count: (prefix) => sql`select count(*) as n from webhooks where substr(sealed_secret, 1, 12) = ${prefix}`,
    slice: ({ prefix, after, limit }) => sql`
      select tenant_id, name as id, sealed_secret as sealed from webhooks
      where substr(sealed_secret, 1, 12) = ${prefix} and (tenant_id, name) > (${after.tenant}, ${after.id})
      order by tenant_id, name limit ${limit}`,
    replace: ({ tenant, id, sealed: from }, to) => sql`
      update webhooks set sealed_secret = ${to} where tenant_id = ${tenant} and name = ${id} and sealed_secret = ${from} returning name`,
  },
  'stream-authorization': {
    nextPrefix: (after) => sql`
      select min(substr(sealed_authorization, 1, 12)) as prefix from event_streams
      where sealed_authorization is not null and substr(sealed_authorization, 1, 12) > ${after}`,
    count: (prefix) => sql`
      select count(*) as n from event_streams where sealed_authorization is not null and substr(sealed_authorization, 1, 12) = ${prefix}`,
    slice: ({ prefix, after, limit }) => sql`
      select tenant_id, id, sealed_authorization as sealed from event_streams
      where sealed_authorization is not null and substr(sealed_authorization, 1, 12) = ${prefix}
      and (tenant_id, id) > (${after.tenant}, ${after.id}) order by tenant_id, id limit ${limit}`,
    replace: ({ tenant, id, sealed: from }, to) => sql`
      update event_streams set sealed_authorization = ${to}
      where tenant_id = ${tenant} and id = ${id} and sealed_authorization = ${from} returning id`,
  },
  vault: {
    nextPrefix: (after) => sql`select min(substr(sealed, 1, 12)) as prefix from vault_entries where substr(sealed, 1, 12) > ${after}`,
    count: (prefix) => sql`select count(*) as n from vault_entries where substr(sealed, 1, 12) = ${prefix}`,
    slice: ({ prefix, after, limit }) => sql`
      select tenant_id, id || ':' || connection || ':' || owner_type || ':' || owner || ':' || cast(version as text) as id, sealed
      from vault_entries where substr(sealed, 1, 12) = ${prefix} and (tenant_id, id) > (${after.tenant}, ${entryOf(after.id)})
      order by tenant_id, id limit ${limit}`,
    replace: ({ tenant, id, sealed: from }, to) => sql`
      update vault_entries set sealed = ${to} where tenant_id = ${tenant} and id = ${entryOf(id)} and sealed = ${from} returning id`,
  },
}

const kinds = Object.keys(places) as SealedKind[]

/** Vault entries are sealed under their id and what else they are bound to, separated by colons. */
function entryOf(id: string): string {
  return id.split(':', 1)[0] as string
}

/** Signing keys are sealed under their algorithm and their kid, separated by a colon. */
function kidOf(id: string): string {
  return id.slice(id.indexOf(':') + 1)
}
