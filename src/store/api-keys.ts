/** API keys in the database: only the hash of each, and its owner. */
import type { Store } from '../protocol/ports.ts'
import type { ApiKey, StoredApiKey } from '../protocol/registry.ts'
import { type Db, type Row, type Sql, sql, type Transaction } from './sql.ts'
import type { ApiKeyStore } from './types.ts'

export function apiKeys(db: Db, tenant: string): Pick<Store, 'apiKeys'> & ApiKeyStore {
  return {
    apiKeys: {
      async find(hash, now) {
        const [row] = await db.read(sql`
          select k.id, k.owner, k.subject, k.label, k.scope, k.resource, k.created_at, k.expires_at, k.last_used_at,
            coalesce(a.username, s.name) as username
          from api_keys k
          left join accounts a on a.tenant_id = k.tenant_id and a.subject = k.subject and k.owner = 'person' and a.status = 'active'
          left join services s on s.tenant_id = k.tenant_id and s.id = k.subject and k.owner = 'service' and s.status = 'active'
          where k.tenant_id = ${tenant} and k.hash = ${hash} and (k.expires_at is null or k.expires_at > ${now})
          and (a.subject is not null or s.id is not null)`)
        return row && { ...keyFrom(row), username: row['username'] as string }
      },
      async used(id, now, atMostEvery) {
        await db.write(sql`
          update api_keys set last_used_at = ${now}
          where tenant_id = ${tenant} and id = ${id} and (last_used_at is null or last_used_at <= ${now - atMostEvery})`)
      },
    },
    apiKeysAdmin: {
      add: (key) =>
        db.transact(function* () {
          if ((yield lockOwner(tenant, key)).length === 0) return false
          yield insert(tenant, key)
          return true
        }),
      rotate: (id, ask) => db.transact(() => rotate(tenant, id, ask)),
      async find(id) {
        const [row] = await db.read(sql`
          select id, hash, owner, subject, label, scope, resource, chain, created_at, lifetime, expires_at, last_used_at
          from api_keys where tenant_id = ${tenant} and id = ${id}`)
        return row && rowFrom(row)
      },
      async remove(id) {
        return (await db.write(sql`delete from api_keys where tenant_id = ${tenant} and id = ${id} returning id`)).length > 0
      },
      async list({ after = '', limit }) {
        const rows = await db.read(sql`
          select k.id, k.owner, k.subject, k.label, k.scope, k.resource, k.created_at, k.expires_at, k.last_used_at,
            coalesce(a.username, s.name, k.subject) as username
          from api_keys k
          left join accounts a on a.tenant_id = k.tenant_id and a.subject = k.subject and k.owner = 'person'
          left join services s on s.tenant_id = k.tenant_id and s.id = k.subject and k.owner = 'service'
          where k.tenant_id = ${tenant} and k.id > ${after} order by k.id limit ${limit}`)
        return rows.map((row) => ({ ...keyFrom(row), username: row['username'] as string }))
      },
    },
  }
}

/** Of a chain, two keys stay: the rotated one until the overlap ends, and its successor. */
function* rotate(
  tenant: string,
  id: string,
  ask: Parameters<ApiKeyStore['apiKeysAdmin']['rotate']>[1],
): Transaction<StoredApiKey | undefined> {
  const { next, now, overlap } = ask
  const [found] = yield sql`
    select id, hash, owner, subject, label, scope, resource, chain, created_at, lifetime, expires_at, last_used_at
    from api_keys where tenant_id = ${tenant} and id = ${id}`
  if (!found || (yield lockOwner(tenant, rowFrom(found))).length === 0) return undefined
  const until = now + overlap
  const [old] = yield sql`
    update api_keys set expires_at = case when expires_at < ${until} then expires_at else ${until} end
    where tenant_id = ${tenant} and id = ${id} and (expires_at is null or expires_at > ${now})
    returning id, hash, owner, subject, label, scope, resource, chain, created_at, lifetime, expires_at, last_used_at`
  if (!old) return undefined
  const before = rowFrom(old)
  yield sql`delete from api_keys where tenant_id = ${tenant} and chain = ${before.chain} and id <> ${id}`
  const lifetime = before.lifetime
  const after = {
    ...before,
    ...next,
    createdAt: now,
    expiresAt: lifetime === undefined ? undefined : now + lifetime,
    lastUsedAt: undefined,
  }
  yield insert(tenant, after)
  return after
}

/** Locks the owner: a removal of the owner waits until the key is stored, and then removes the key too. */
function lockOwner(tenant: string, { owner, subject }: StoredApiKey): Sql {
  return owner === 'person'
    ? sql`update accounts set updated_at = updated_at where tenant_id = ${tenant} and subject = ${subject} returning subject`
    : sql`update services set created_at = created_at where tenant_id = ${tenant} and id = ${subject} returning id`
}

function insert(tenant: string, key: StoredApiKey): Sql {
  return sql`
    insert into api_keys (tenant_id, id, hash, owner, subject, label, scope, resource, chain, created_at, lifetime, expires_at, last_used_at)
    values (${tenant}, ${key.id}, ${key.hash}, ${key.owner}, ${key.subject}, ${key.label}, ${key.scope.join(' ')}, ${key.resource.join(' ')},
      ${key.chain}, ${key.createdAt}, ${key.lifetime ?? null}, ${key.expiresAt ?? null}, ${key.lastUsedAt ?? null})`
}

function rowFrom(row: Row): StoredApiKey {
  const lifetime = (row['lifetime'] as number | null) ?? undefined
  return { ...keyFrom(row), hash: row['hash'] as string, chain: row['chain'] as string, lifetime }
}

/** The API key of a row whose columns are named as in the table. */
export function keyFrom(row: Row): ApiKey {
  return {
    id: row['id'] as string,
    owner: row['owner'] as ApiKey['owner'],
    subject: row['subject'] as string,
    label: row['label'] as string,
    scope: (row['scope'] as string).split(' ').filter(Boolean),
    resource: (row['resource'] as string).split(' ').filter(Boolean),
    createdAt: row['created_at'] as number,
    expiresAt: (row['expires_at'] as number | null) ?? undefined,
    lastUsedAt: (row['last_used_at'] as number | null) ?? undefined,
  }
}
