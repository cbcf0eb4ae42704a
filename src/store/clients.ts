/** Clients, their secrets and their origins in the database. */

import { type Client, type ClientMetadata, clientSchema } from '../protocol/client.ts'
import { originsOf } from '../protocol/origins.ts'
import type { Store } from '../protocol/ports.ts'
import type { ClientStatus, ClientStore, RegisteredClient, SecretRow } from '../protocol/registry.ts'
import { storedClient } from '../protocol/stored-client.ts'
import { removeAssignmentsTo } from './assignments.ts'
import type { Configuration } from './configuration.ts'
import { removeStreamOf } from './event-streams.ts'
import { inForce, type StoredSecret, secretsFrom } from './secrets.ts'
import { type Db, type Row, type Sql, sql, type Transaction } from './sql.ts'

/** Remembered of a client. */
interface Known extends Pick<RegisteredClient, 'status' | 'registration'> {
  /** The same object for each request, so that what is derived from it can be kept with it. */
  client: Client
  /** With those that have expired; undefined when none of them ever does. */
  expiring: readonly StoredSecret[] | undefined
}

export function clients(
  db: Db,
  tenant: string,
  { now, remembering }: { now: () => number; remembering: Configuration['remembering'] },
): Pick<Store, 'clients'> & ClientStore {
  const known = remembering('clients', async (id): Promise<Known | undefined> => {
    const rows = await db.read(sql`
      select c.doc, c.status, c.signing_secret, c.tokens_from, c.registered_by, c.registered_at, c.registration_scope, c.quarantined,
        c.expires_at as client_expires_at, c.document_read_at, c.trusted_until, s.hash, s.expires_at from clients c
      left join client_secrets s on s.tenant_id = c.tenant_id and s.client_id = c.id
      where c.tenant_id = ${tenant} and c.id = ${id}`)
    return rows[0] && knownFrom(id, rows[0], secretsFrom(rows))
  })
  const hasOrigin = remembering('client origins', async (origin) => {
    const rows = await db.read(sql`select origin from client_origins where tenant_id = ${tenant} and origin = ${origin} limit 1`)
    return rows.length > 0
  })

  async function active(id: string): Promise<Client | undefined> {
    const found = await known(id)
    return found?.status === 'active' && isTrusted(found.client, now()) ? clientNow(found, now()) : undefined
  }

  return {
    clients: {
      find: active,
      hasOrigin: async (origin) => hasOrigin(origin),
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
      replace: (client, anew = () => client) =>
        db.transact(function* () {
          const [row] = yield lockClient(tenant, client.client_id)
          return row && (yield* changeDocument(tenant, client.client_id, anew(storedDocument(row))))
        }),
      remove: (id, at) => db.transact(() => removeClient(tenant, id, at)),
      async setStatus(id, status) {
        // A token of this second is void too; new ones are valid from the next second.
        const rows = await db.write(
          status === 'active'
            ? sql`update clients set status = 'active' where tenant_id = ${tenant} and id = ${id} returning id`
            : sql`update clients set status = 'disabled', tokens_from = ${now() + 1} where tenant_id = ${tenant} and id = ${id} returning id`,
        )
        return rows.length > 0
      },
      async find(id) {
        const found = await known(id)
        return found && registered(found, now())
      },
      async list({ after = '', limit }) {
        const rows = await db.read(
          sql`select id, doc from clients where tenant_id = ${tenant} and id > ${after} order by id limit ${limit}`,
        )
        return rows.map((row) => storedClient(row['id'] as string, JSON.parse(row['doc'] as string)))
      },
      async setSigningSecret(id, sealed) {
        const rows = await db.write(sql`
          update clients set signing_secret = ${sealed ?? null} where tenant_id = ${tenant} and id = ${id} returning id`)
        return rows.length > 0
      },
      addSecret: (id, secret) =>
        db.transact(function* () {
          return (yield lockClient(tenant, id)).length > 0 && (yield addSecret(tenant, id, secret)).length > 0
        }),
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

function knownFrom(id: string, row: Row, secrets: readonly StoredSecret[]): Known {
  const expire = secrets.some(({ expiresAt }) => expiresAt !== undefined)
  const client = {
    ...storedClient(id, JSON.parse(row['doc'] as string)),
    secretHashes: secrets.map(({ hash }) => hash),
    sealedSigningSecret: (row['signing_secret'] as string | null) ?? undefined,
    tokensFrom: row['tokens_from'] as number,
    ...trustFrom(row),
  }
  return { client, status: row['status'] as ClientStatus, ...registrationFrom(row), expiring: expire ? secrets : undefined }
}

function clientNow({ client, expiring }: Known, now: number): Client {
  return expiring ? { ...client, secretHashes: inForce(expiring, now) } : client
}

function registered(known: Known, now: number): RegisteredClient {
  const { status, registration } = known
  return { ...clientNow(known, now), status, ...(registration ? { registration } : {}) }
}

/** Of a row with its id. */
export const storedDocument = (row: Row) => storedClient(row['id'] as string, JSON.parse(row['doc'] as string))

/** In place of the document of the client, which is locked. */
export function* changeDocument(tenant: string, id: string, client: ClientMetadata): Transaction<ClientMetadata> {
  yield sql`update clients set doc = ${documentOf(client)} where tenant_id = ${tenant} and id = ${id}`
  yield* storeOrigins(tenant, client)
  return client
}

export const documentOf = (client: ClientMetadata) => JSON.stringify(clientSchema.parse(client))

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
  yield removeAssignmentsTo(tenant, id)
  yield removeStreamOf(tenant, id)
  yield sql`update grants set revoked_at = ${at} where tenant_id = ${tenant} and client_id = ${id} and revoked_at is null`
  yield sql`
    delete from refresh_tokens where tenant_id = ${tenant}
    and grant_id in (select id from grants where tenant_id = ${tenant} and client_id = ${id})`
  return removed.length > 0
}

/** A client that registered itself is not kept for ever, and one of a federation is trusted as long as its trust chain. */
function isTrusted({ expiresAt, trustedUntil }: Client, now: number): boolean {
  return [expiresAt, trustedUntil].every((time) => time === undefined || time > now)
}

/** Nothing of a client that an operator registered. */
function registrationFrom(row: Row): Pick<RegisteredClient, 'registration'> {
  const { registered_by: by, registered_at: at, registration_scope: scope } = row
  if (by === null) return {}
  const token = by === 'anyone' || by === 'document' ? undefined : (by as string)
  return { registration: { token, scope: (scope as string).split(' ').filter(Boolean), at: at as number } }
}

/** Nothing of a client that an operator registered. */
function trustFrom(row: Row): Pick<Client, 'quarantined' | 'expiresAt' | 'documentReadAt' | 'trustedUntil'> {
  if (row['registered_by'] === null) return {}
  const until = row['trusted_until'] as number | null
  return {
    quarantined: row['quarantined'] === 1,
    expiresAt: row['client_expires_at'] as number,
    ...(until === null ? {} : { trustedUntil: until }),
    documentReadAt: (row['document_read_at'] as number | null) ?? undefined,
  }
}

/** Adds nothing that is there, so that a full disk does not keep a registration from being narrowed. */
export function* storeOrigins(tenant: string, client: ClientMetadata): Transaction<void> {
  const { client_id: id } = client
  // A select would read all origins of the tenant in SQLite, from an index that has them whole.
  const rows = yield sql`update client_origins set origin = origin where tenant_id = ${tenant} and client_id = ${id} returning origin`
  const [before, after] = [rows.map((row) => row['origin'] as string), originsOf(client)]
  const gone = before.filter((origin) => !after.includes(origin))
  if (gone.length > 0) yield sql`delete from client_origins where tenant_id = ${tenant} and client_id = ${id} and origin in ${gone}`
  for (const origin of after.filter((one) => !before.includes(one)))
    yield sql`insert into client_origins (tenant_id, origin, client_id) values (${tenant}, ${origin}, ${id})`
}

/** Of two rotations at the same time, the second sees what the first did; a client that is removed at the same time gets no secret. */
function lockClient(tenant: string, id: string): Sql {
  return sql`update clients set doc = doc where tenant_id = ${tenant} and id = ${id} returning id, doc`
}

/** Returns a row when the client exists and has no secret of this ID. */
export function addSecret(tenant: string, clientId: string, secret: SecretRow): Sql {
  return sql`
    insert into client_secrets (tenant_id, client_id, id, hash, created_at, expires_at)
    select tenant_id, id, ${secret.id}, ${secret.hash}, cast(${secret.createdAt} as bigint), cast(${secret.expiresAt ?? null} as bigint)
    from clients where tenant_id = ${tenant} and id = ${clientId}
    on conflict do nothing returning id`
}

export function* rotateSecret(tenant: string, id: string, secret: SecretRow, until: number | undefined): Transaction<boolean> {
  if ((yield lockClient(tenant, id)).length === 0) return false
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
