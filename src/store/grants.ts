/** Grants in the database: what a subject has allowed a client. A revoked one stays, so that every token issued under it is refused. */
import { withDetails } from '../protocol/granted-details.ts'
import type { Store } from '../protocol/ports.ts'
import type { GrantStore, ListedGrant } from '../protocol/registry.ts'
import type { Grant } from '../protocol/types.ts'
import { type Db, type Row, type Sql, sql, type Transaction } from './sql.ts'

export function grants(db: Db, tenant: string): Pick<Store, 'grants'> & GrantStore {
  return {
    grants: {
      async find(clientId, subject) {
        const [row] = await db.read(newest(tenant, clientId, subject))
        return row && { id: row['id'] as string, clientId, subject, ...allowedOf(row), createdAt: row['created_at'] as number }
      },
      async byId(id) {
        const [row] = await db.read(sql`
          select id, client_id, subject, scope, details from grants where tenant_id = ${tenant} and id = ${id} and revoked_at is null`)
        return row && { id, clientId: row['client_id'] as string, subject: row['subject'] as string, ...allowedOf(row) }
      },
      widen: ({ clientId, subject, newId, now, ...added }) =>
        db.transact(function* () {
          // Locks the account, so that two who widen the same grant run one after the other.
          yield sql`update accounts set updated_at = updated_at where tenant_id = ${tenant} and subject = ${subject} returning subject`
          const [row] = yield newest(tenant, clientId, subject)
          const grant = { id: row ? (row['id'] as string) : newId, clientId, subject, ...joined(row ? allowedOf(row) : nothing, added) }
          if (row) yield update(tenant, grant)
          else
            yield sql`
              insert into grants (tenant_id, id, client_id, subject, scope, details, created_at)
              values (${tenant}, ${newId}, ${clientId}, ${subject}, ${grant.scope.join(' ')}, ${JSON.stringify(grant.details)}, ${now})`
          return grant
        }),
      manage: (ask) => db.transact(() => manage(tenant, ask)),
      revoke: (id, now) =>
        db.transact(function* () {
          const revoked = yield sql`
            update grants set revoked_at = ${now} where tenant_id = ${tenant} and id = ${id} and revoked_at is null returning id`
          yield sql`delete from refresh_tokens where tenant_id = ${tenant} and grant_id = ${id}`
          return revoked.length > 0
        }),
    },
    grantsAdmin: {
      async list({ subject = '', clientId = '', after, limit }) {
        const [at, id] = [after?.createdAt ?? Number.MAX_SAFE_INTEGER, after?.id ?? '']
        const ofOne =
          subject === '' ? ofClient(tenant, clientId, { at, id, limit }) : ofSubject(tenant, subject, clientId, { at, id, limit })
        return (await db.read(subject + clientId === '' ? ofAll(tenant, { at, id, limit }) : ofOne)).map(listed)
      },
      async find(id) {
        const [row] = await db.read(sql`
          select id, client_id, subject, scope, details, created_at from grants
          where tenant_id = ${tenant} and id = ${id} and revoked_at is null`)
        return row && listed(row)
      },
    },
  }
}

interface PageOfGrants {
  at: number
  id: string
  limit: number
}

function ofAll(tenant: string, { at, id, limit }: PageOfGrants): Sql {
  return sql`
    select id, client_id, subject, scope, details, created_at from grants
    where tenant_id = ${tenant} and revoked_at is null and (created_at, id) < (${at}, ${id})
    order by created_at desc, id desc limit ${limit}`
}

function ofClient(tenant: string, clientId: string, { at, id, limit }: PageOfGrants): Sql {
  return sql`
    select id, client_id, subject, scope, details, created_at from grants
    where tenant_id = ${tenant} and client_id = ${clientId} and revoked_at is null and (created_at, id) < (${at}, ${id})
    order by created_at desc, id desc limit ${limit}`
}

/** For one client, or for every client where that is empty. */
function ofSubject(tenant: string, subject: string, clientId: string, { at, id, limit }: PageOfGrants): Sql {
  return sql`
    select id, client_id, subject, scope, details, created_at from grants
    where tenant_id = ${tenant} and subject = ${subject} and (${clientId} = '' or client_id = ${clientId})
    and revoked_at is null and (created_at, id) < (${at}, ${id})
    order by created_at desc, id desc limit ${limit}`
}

type Management = Parameters<Store['grants']['manage']>[0]

function* manage(tenant: string, ask: Management): Transaction<Grant | undefined> {
  const { id, action, clientId, subject, now } = ask
  if (action === 'create')
    yield sql`
      insert into grants (tenant_id, id, client_id, subject, scope, created_at, managed)
      values (${tenant}, ${id}, ${clientId}, ${subject}, '', ${now}, 1) on conflict do nothing`
  const [row] = yield sql`
    update grants set scope = scope where tenant_id = ${tenant} and id = ${id} and client_id = ${clientId} and subject = ${subject}
    and revoked_at is null returning scope, details`
  if (!row) return undefined
  const grant: Grant = { id, clientId, subject, ...joined(action === 'replace' ? nothing : allowedOf(row), ask) }
  yield update(tenant, grant)
  if (action === 'replace') {
    yield sql`update grants set tokens_from = ${now} where tenant_id = ${tenant} and id = ${id}`
    yield sql`delete from refresh_tokens where tenant_id = ${tenant} and grant_id = ${id}`
    yield sql`delete from codes where tenant_id = ${tenant} and subject = ${subject} and grant_id = ${id} and used_at is null`
  }
  return grant
}

type Allowed = Pick<Grant, 'scope' | 'details'>

const nothing: Allowed = { scope: [], details: [] }

function joined(held: Allowed, added: Allowed): Allowed {
  return { scope: [...new Set([...held.scope, ...added.scope])], details: withDetails(held.details, added.details) }
}

function update(tenant: string, { id, scope, details }: Grant): Sql {
  return sql`
    update grants set scope = ${scope.join(' ')}, details = ${JSON.stringify(details)} where tenant_id = ${tenant} and id = ${id}`
}

/** The newest in force: a person may have several grants for one client. */
function newest(tenant: string, clientId: string, subject: string): Sql {
  return sql`
    select id, scope, details, created_at from grants
    where tenant_id = ${tenant} and client_id = ${clientId} and subject = ${subject} and revoked_at is null and managed = 0
    order by created_at desc, id desc limit 1`
}

function listed(row: Row): ListedGrant {
  return {
    id: row['id'] as string,
    clientId: row['client_id'] as string,
    subject: row['subject'] as string,
    ...allowedOf(row),
    createdAt: row['created_at'] as number,
  }
}

/** What a row of `grants` allows. */
export function allowedOf(row: Row): Allowed {
  return { scope: (row['scope'] as string).split(' ').filter(Boolean), details: JSON.parse(row['details'] as string) }
}
