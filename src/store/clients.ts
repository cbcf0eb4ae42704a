/** Clients, their secrets and their origins in the database. */
import { type Client, type ClientMetadata, clientSchema } from '../protocol/client.ts'
import { originsOf } from '../protocol/origins.ts'
import type { Store } from '../protocol/ports.ts'
import type { ClientStatus, ClientStore, RegisteredClient, SecretRow } from '../protocol/registry.ts'
import { storedClient } from '../protocol/stored-client.ts'
import { type Db, type Row, type Sql, sql, type Transaction } from './sql.ts'

/** How many parsed clients are cached. */
const CACHED = 1000

export function clients(db: Db, tenant: string, now: () => number): Pick<Store, 'clients'> & ClientStore {
  const parse = cachingParser()

  async function registered(id: string): Promise<RegisteredClient | undefined> {
    const rows = await db.read(sql`
      select c.doc, c.status, c.signing_secret, c.tokens_from, s.hash from clients c
      left join client_secrets s on s.tenant_id = c.tenant_id and s.client_id = c.id and (s.expires_at is null or s.expires_at > ${now()})
      where c.tenant_id = ${tenant} and c.id = ${id}`)
    const [row] = rows
    if (!row) return undefined
    return {
      ...parse(id, row['doc'] as string),
      status: row['status'] as ClientStatus,
      secretHashes: rows.flatMap(({ hash }) => (hash === null ? [] : [hash as string])),
      sealedSigningSecret: (row['signing_secret'] as string | null) ?? undefined,
      tokensFrom: row['tokens_from'] as number,
    }
  }

  return {
    clients: {
      async find(id) {
        const { status, ...client } = (await registered(id)) ?? {}
        return status === 'active' ? (client as Client) : undefined
      },
      async hasOrigin(origin) {
        const rows = await db.read(sql`select origin from client_origins where tenant_id = ${tenant} and origin = ${origin} limit 1`)
        return rows.length > 0
      },
    },
    clientsAdmin: {
      add: (client, secrets) =>
        db.transact(function* () {
          const added = yield sql`
            insert into clients (tenant_id, id, doc, tokens_from) values (${tenant}, ${client.client_id}, ${documentOf(client)}, ${now()})
            on conflict do nothing returning id`
          if (added.length === 0) return false
          yield* storeOrigins(tenant, client)
          for (const secret of secrets) yield addSecret(tenant, client.client_id, secret)
          return true
        }),
      replace: (client) =>
        db.transact(function* () {
          const replaced = yield sql`
            update clients set doc = ${documentOf(client)} where tenant_id = ${tenant} and id = ${client.client_id} returning id`
          if (replaced.length === 0) return false
          yield* storeOrigins(tenant, client)
          return true
        }),
      remove: (id, at) => db.transact(() => removeClient(tenant, id, at)),
      async setStatus(id, status) {
        // A token of this very second is void too, so the client starts anew with the next.
        const rows = await db.write(
          status === 'active'
            ? sql`update clients set status = 'active' where tenant_id = ${tenant} and id = ${id} returning id`
            : sql`update clients set status = 'disabled', tokens_from = ${now() + 1} where tenant_id = ${tenant} and id = ${id} returning id`,
        )
        return rows.length > 0
      },
      find: registered,
      async list({ after = '', limit }) {
        const rows = await db.read(
          sql`select id, doc from clients where tenant_id = ${tenant} and id > ${after} order by id limit ${limit}`,
        )
        return rows.map((row) => parse(row['id'] as string, row['doc'] as string))
      },
      async setSigningSecret(id, sealed) {
        const rows = await db.write(sql`
          update clients set signing_secret = ${sealed ?? null} where tenant_id = ${tenant} and id = ${id} returning id`)
        return rows.length > 0
      },
      async addSecret(id, secret) {
        return (await db.write(addSecret(tenant, id, secret))).length > 0
      },
      async removeSecret(id, secretId) {
        const rows = await db.write(sql`
          delete from client_secrets where tenant_id = ${tenant} and client_id = ${id} and id = ${secretId} returning id`)
        return rows.length > 0
      },
      rotateSecret: (id, secret, until) => db.transact(() => rotateSecret(tenant, id, secret, until)),
      async listSecrets(id) {
        const rows = await db.read(sql`
          select id, hash, created_at, expires_at from client_secrets
          where tenant_id = ${tenant} and client_id = ${id} order by created_at, id`)
        return rows.map(secretFrom)
      },
    },
  }
}

const documentOf = (client: ClientMetadata) => JSON.stringify(clientSchema.parse(client))

/** Adds the client or replaces it. A secret replaces all others. */
export function* putClient(tenant: string, client: ClientMetadata, secret: SecretRow | undefined, now: number): Transaction<void> {
  yield sql`
    insert into clients (tenant_id, id, doc, tokens_from) values (${tenant}, ${client.client_id}, ${documentOf(client)}, ${now})
    on conflict (tenant_id, id) do update set doc = excluded.doc`
  yield* storeOrigins(tenant, client)
  if (secret) yield* rotateSecret(tenant, client.client_id, secret, undefined)
}

export function* removeClient(tenant: string, id: string, at: number): Transaction<boolean> {
  const removed = yield sql`delete from clients where tenant_id = ${tenant} and id = ${id} returning id`
  yield sql`update grants set revoked_at = ${at} where tenant_id = ${tenant} and client_id = ${id} and revoked_at is null`
  yield sql`
    delete from refresh_tokens where tenant_id = ${tenant}
    and grant_id in (select id from grants where tenant_id = ${tenant} and client_id = ${id})`
  return removed.length > 0
}

function* storeOrigins(tenant: string, client: ClientMetadata): Transaction<void> {
  yield sql`delete from client_origins where tenant_id = ${tenant} and client_id = ${client.client_id}`
  for (const origin of originsOf(client))
    yield sql`insert into client_origins (tenant_id, origin, client_id) values (${tenant}, ${origin}, ${client.client_id})`
}

/** Returns a row when the client exists and has no secret of this ID. */
function addSecret(tenant: string, clientId: string, secret: SecretRow): Sql {
  return sql`
    insert into client_secrets (tenant_id, client_id, id, hash, created_at, expires_at)
    select tenant_id, id, ${secret.id}, ${secret.hash}, cast(${secret.createdAt} as bigint), cast(${secret.expiresAt ?? null} as bigint)
    from clients where tenant_id = ${tenant} and id = ${clientId}
    on conflict do nothing returning id`
}

function* rotateSecret(tenant: string, id: string, secret: SecretRow, until: number | undefined): Transaction<boolean> {
  // Locks the client: of two rotations at the same time, the second sees what the first did.
  if ((yield sql`update clients set doc = doc where tenant_id = ${tenant} and id = ${id} returning id`).length === 0) return false
  const [newest] = yield sql`
    select id from client_secrets where tenant_id = ${tenant} and client_id = ${id}
    and (expires_at is null or expires_at > ${secret.createdAt}) order by created_at desc, id desc limit 1`
  const stays = (until !== undefined && newest?.['id']) || ''
  yield sql`delete from client_secrets where tenant_id = ${tenant} and client_id = ${id} and id <> ${stays}`
  if (until !== undefined)
    yield sql`
      update client_secrets set expires_at = case when expires_at < ${until} then expires_at else ${until} end
      where tenant_id = ${tenant} and client_id = ${id}`
  yield addSecret(tenant, id, secret)
  return true
}

function secretFrom(row: Row): SecretRow {
  const secret = { id: row['id'] as string, hash: row['hash'] as string, createdAt: row['created_at'] as number }
  return row['expires_at'] === null ? secret : { ...secret, expiresAt: row['expires_at'] as number }
}

/** Reads a client's document, once for each text. */
function cachingParser(): (id: string, doc: string) => ClientMetadata {
  const known = new Map<string, { doc: string; client: ClientMetadata }>()
  return (id, doc) => {
    const found = known.get(id)
    if (found?.doc === doc) return found.client
    const client = storedClient(id, JSON.parse(doc))
    known.delete(id)
    known.set(id, { doc, client })
    if (known.size > CACHED) known.delete(known.keys().next().value!) // the oldest
    return client
  }
}
