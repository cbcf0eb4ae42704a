/** Clients that registered themselves, and the tokens that let them — RFC 7591, RFC 7592. */
import type {
  ClientStore,
  DescribedClient,
  InitialAccessToken,
  InitialAccessTokenStore,
  NewRegistration,
  RegistrationStore,
} from '../protocol/registry.ts'
import { addSecret, changeDocument, documentOf, removeClient, rotateSecret, storedDocument, storeOrigins } from './clients.ts'
import { type Db, type Row, sql, type Transaction } from './sql.ts'

export function registrations(
  db: Db,
  tenant: string,
  { find }: Pick<ClientStore['clientsAdmin'], 'find'>,
): RegistrationStore & InitialAccessTokenStore {
  return {
    registrations: {
      async initialToken(hash, now) {
        const [row] = await db.read(sql`
          select id, label, scope, uses_left, created_at, expires_at from initial_access_tokens
          where tenant_id = ${tenant} and hash = ${hash} and uses_left > 0 and expires_at > ${now}`)
        return row && tokenFrom(row)
      },
      add: (registered) => db.transact(() => add(tenant, registered)),
      async find(clientId, hash) {
        const [row] = await db.read(sql`
          select registration_hash, earlier_registration_hash from clients where tenant_id = ${tenant} and id = ${clientId}
          and status = 'active' and (registration_hash = ${hash} or earlier_registration_hash = ${hash})`)
        if (!row) return undefined
        if (row['registration_hash'] === hash && row['earlier_registration_hash'] !== null)
          await db.write(sql`
            update clients set earlier_registration_hash = null
            where tenant_id = ${tenant} and id = ${clientId} and registration_hash = ${hash}`)
        return find(clientId)
      },
      replace: (clientId, change, { hash, next, secret }) =>
        db.transact(function* () {
          const [own] = yield sql`
            update clients set registration_hash = ${next}, earlier_registration_hash = ${hash}
            where tenant_id = ${tenant} and id = ${clientId} and (registration_hash = ${hash} or earlier_registration_hash = ${hash})
            returning id, doc`
          if (!own) return undefined
          if (secret) yield* rotateSecret(tenant, clientId, secret, undefined)
          return yield* changeDocument(tenant, clientId, change(storedDocument(own)))
        }),
      remove: (clientId, hash, now) =>
        db.transact(function* () {
          const own = yield sql`
            update clients set status = 'disabled' where tenant_id = ${tenant} and id = ${clientId}
            and (registration_hash = ${hash} or earlier_registration_hash = ${hash}) returning id`
          return own.length > 0 && (yield* removeClient(tenant, clientId, now))
        }),
      known: (clientId) => find(clientId),
      describe: (described) => db.transact(() => describe(tenant, described)),
      async used(clientId, expiresAt) {
        await db.write(sql`
          update clients set quarantined = 0, expires_at = case when expires_at > ${expiresAt} then expires_at else ${expiresAt} end
          where tenant_id = ${tenant} and id = ${clientId} and expires_at is not null`)
      },
    },
    initialAccessTokens: {
      async add({ id, hash, label, scope, usesLeft, createdAt, expiresAt }) {
        await db.write(sql`
          insert into initial_access_tokens (tenant_id, id, hash, label, scope, uses_left, created_at, expires_at)
          values (${tenant}, ${id}, ${hash}, ${label}, ${scope?.join(' ') ?? null}, ${usesLeft}, ${createdAt}, ${expiresAt})`)
      },
      async list({ after = '', limit }) {
        const rows = await db.read(sql`
          select id, label, scope, uses_left, created_at, expires_at from initial_access_tokens
          where tenant_id = ${tenant} and id > ${after} order by id limit ${limit}`)
        return rows.map(tokenFrom)
      },
      async remove(id) {
        return (await db.write(sql`delete from initial_access_tokens where tenant_id = ${tenant} and id = ${id} returning id`)).length > 0
      },
    },
  }
}

function* add(tenant: string, { client, secret, registration, hash, quarantined, expiresAt }: NewRegistration): Transaction<boolean> {
  const { token, scope, at } = registration
  if (token !== undefined) {
    const used = yield sql`
      update initial_access_tokens set uses_left = uses_left - 1
      where tenant_id = ${tenant} and id = ${token} and uses_left > 0 and expires_at > ${at} returning id`
    if (used.length === 0) return false
  }
  yield sql`
    insert into clients (tenant_id, id, doc, tokens_from, registered_by, registered_at, registration_scope, registration_hash, quarantined,
      expires_at)
    values (${tenant}, ${client.client_id}, ${documentOf(client)}, ${at}, ${token ?? 'anyone'}, ${at}, ${scope.join(' ')}, ${hash},
      ${quarantined ? 1 : 0}, ${expiresAt})`
  yield* storeOrigins(tenant, client)
  if (secret) yield addSecret(tenant, client.client_id, secret)
  return true
}

function* describe(tenant: string, described: DescribedClient): Transaction<boolean> {
  if (yield* describeKnown(tenant, described)) return true
  const { clientId, describe, at, expiresAt } = described
  const client = describe(undefined)
  const added = yield sql`
    insert into clients (tenant_id, id, doc, tokens_from, registered_by, registered_at, registration_scope, quarantined, expires_at,
      document_read_at)
    values (${tenant}, ${clientId}, ${documentOf(client)}, ${at}, 'document', ${at}, '', 1, ${expiresAt}, ${at})
    on conflict do nothing returning id`
  if (added.length === 0) return yield* describeKnown(tenant, described) // another request was the first to read it
  yield* storeOrigins(tenant, client)
  return true
}

function* describeKnown(tenant: string, { clientId, describe, at, expiresAt }: DescribedClient): Transaction<boolean> {
  const [stored] = yield sql`
    update clients set document_read_at = ${at}, expires_at = case when expires_at > ${expiresAt} then expires_at else ${expiresAt} end
    where tenant_id = ${tenant} and id = ${clientId} and document_read_at is not null returning id, doc`
  if (stored) yield* changeDocument(tenant, clientId, describe(storedDocument(stored)))
  return stored !== undefined
}

function tokenFrom(row: Row): InitialAccessToken {
  return {
    id: row['id'] as string,
    label: row['label'] as string,
    scope: (row['scope'] as string | null)?.split(' ').filter(Boolean),
    usesLeft: row['uses_left'] as number,
    createdAt: row['created_at'] as number,
    expiresAt: row['expires_at'] as number,
  }
}
