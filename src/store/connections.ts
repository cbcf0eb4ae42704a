/** Connections to upstream providers in the database. */
import {
  type Connection,
  type ConnectionMetadata,
  connectionSchema,
  identityOfProvider,
  storedConnection,
} from '../connections/connection.ts'
import { type ConnectionStore, OtherProvider } from '../connections/store.ts'
import type { Configuration } from './configuration.ts'
import { endSessions } from './endings.ts'
import { type Db, type Row, type Sql, sql, type Transaction } from './sql.ts'
import { removeEntriesOf } from './vault.ts'

export function connections(
  db: Db,
  tenant: string,
  { now, remembering }: Pick<Configuration, 'remembering'> & { now: () => number },
): ConnectionStore {
  const stored = remembering('connections', async (name) => {
    const [row] = await db.read(sql`select name, doc, sealed_secret from connections where tenant_id = ${tenant} and name = ${name}`)
    return row && connectionFrom(row)
  })

  const listed = remembering('connection names', async () => {
    const rows = await db.read(sql`select name, doc, sealed_secret from connections where tenant_id = ${tenant} order by name limit 200`)
    return rows.map(connectionFrom)
  })

  return {
    connections: {
      find: async (name) => stored(name),
      all: async () => listed(''),
      async list({ after = '', limit }) {
        const rows = await db.read(sql`
          select name, doc, sealed_secret from connections where tenant_id = ${tenant} and name > ${after} order by name limit ${limit}`)
        return rows.map(connectionFrom)
      },
      async add(connection, sealedSecret) {
        const rows = await db.write(sql`
          insert into connections (tenant_id, name, doc, sealed_secret)
          values (${tenant}, ${connection.name}, ${documentOf(connection)}, ${sealedSecret ?? null})
          on conflict do nothing returning name`)
        return rows.length > 0
      },
      replace: (connection) => db.transact(() => replace(tenant, connection)),
      async setSecret(name, sealed) {
        return (await db.write(setConnectionSecret(tenant, name, sealed))).length > 0
      },
      remove: (name) => db.transact(() => removeConnection(tenant, name, now())),
    },
  }
}

/** Adds the connection or replaces it. Undefined leaves its secret alone. Throws `OtherProvider`. */
export function* putConnection(tenant: string, connection: ConnectionMetadata, sealedSecret: string | undefined): Transaction<void> {
  const outcome = yield* replace(tenant, connection)
  if (outcome === 'other provider') throw new OtherProvider(connection.name)
  if (outcome === 'unknown')
    yield sql`insert into connections (tenant_id, name, doc) values (${tenant}, ${connection.name}, ${documentOf(connection)})`
  if (sealedSecret !== undefined) yield setConnectionSecret(tenant, connection.name, sealedSecret)
}

/** What was asked with the connection as it was is not answered to it as it is. */
function* replace(tenant: string, connection: ConnectionMetadata): Transaction<'replaced' | 'unknown' | 'other provider'> {
  const { name } = connection
  const [row] = yield sql`
    update connections set doc = doc where tenant_id = ${tenant} and name = ${name} returning name, doc, sealed_secret`
  if (!row) return 'unknown'
  if (identityOfProvider(connectionFrom(row)) !== identityOfProvider(connection) && (yield* isInUse(tenant, name))) return 'other provider'
  yield sql`delete from upstream_requests where tenant_id = ${tenant} and connection = ${name}`
  yield sql`update connections set doc = ${documentOf(connection)} where tenant_id = ${tenant} and name = ${name}`
  if (!connection.enabled || !connection.sign_in.enabled) yield endSignInsThrough(tenant, name)
  return 'replaced'
}

/** A second factor does not complete what began through the connection. */
function endSignInsThrough(tenant: string, name: string): Sql {
  return sql`
    update flows set half_id = null, half = null, half_subject = null where tenant_id = ${tenant}
    and half_subject in (select subject from upstream_identities where tenant_id = ${tenant} and connection = ${name})`
}

function* isInUse(tenant: string, name: string): Transaction<boolean> {
  const identities = yield sql`select subject from upstream_identities where tenant_id = ${tenant} and connection = ${name} limit 1`
  const entries = yield sql`select id from vault_entries where tenant_id = ${tenant} and connection = ${name} limit 1`
  return identities.length + entries.length > 0
}

/** Also ends the sessions that came through it: nobody could tell of a sign-out at the provider any more. */
export function* removeConnection(tenant: string, name: string, now: number): Transaction<boolean> {
  yield* removeEntriesOf(tenant, { connection: name })
  yield endSignInsThrough(tenant, name)
  yield sql`delete from upstream_identities where tenant_id = ${tenant} and connection = ${name}`
  yield sql`delete from upstream_requests where tenant_id = ${tenant} and connection = ${name}`
  const removed = yield sql`delete from connections where tenant_id = ${tenant} and name = ${name} returning name`
  yield* endSessions(tenant, { connection: name, everyone: true }, now)
  return removed.length > 0
}

function setConnectionSecret(tenant: string, name: string, sealed: string | undefined): Sql {
  return sql`update connections set sealed_secret = ${sealed ?? null} where tenant_id = ${tenant} and name = ${name} returning name`
}

function documentOf(connection: ConnectionMetadata): string {
  const { name: _, ...members } = connectionSchema.parse(
    Object.fromEntries(Object.entries(connection).filter(([member]) => member in connectionSchema.shape)),
  )
  return JSON.stringify(members)
}

function connectionFrom(row: Row): Connection {
  const name = row['name'] as string
  return { ...storedConnection(name, JSON.parse(row['doc'] as string)), sealedSecret: (row['sealed_secret'] as string | null) ?? undefined }
}
