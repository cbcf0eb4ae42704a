/** Grants: the permission a subject has given a client. A revoked one stays, and says of all that hangs off it that it is dead. */
import type { Store } from '../protocol/ports.ts'
import type { GrantStore, ListedGrant } from '../protocol/registry.ts'
import type { Grant } from '../protocol/types.ts'
import { type Db, type Row, sql } from './sql.ts'

export function grants(db: Db, tenant: string): Pick<Store, 'grants'> & GrantStore {
  return {
    grants: {
      async find(clientId, subject) {
        const [row] = await db.read(sql`
          select id, scope from grants
          where tenant_id = ${tenant} and client_id = ${clientId} and subject = ${subject} and revoked_at is null`)
        return row && { id: row['id'] as string, clientId, subject, scope: scopeOf(row) }
      },
      widen: ({ clientId, subject, scope, newId, now }) =>
        db.transact(function* () {
          // Inserts or locks: whoever widens the same grant now waits for this one.
          const [row] = yield sql`
            insert into grants (tenant_id, id, client_id, subject, scope, created_at)
            values (${tenant}, ${newId}, ${clientId}, ${subject}, '', ${now})
            on conflict (tenant_id, client_id, subject) where revoked_at is null do update set scope = grants.scope
            returning id, scope`
          const grant: Grant = { id: row!['id'] as string, clientId, subject, scope: [...new Set([...scopeOf(row!), ...scope])] }
          yield sql`update grants set scope = ${grant.scope.join(' ')} where tenant_id = ${tenant} and id = ${grant.id}`
          return grant
        }),
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
        const rows = await db.read(sql`
          select id, client_id, subject, scope, created_at from grants
          where tenant_id = ${tenant} and revoked_at is null
          and (${subject} = '' or subject = ${subject}) and (${clientId} = '' or client_id = ${clientId})
          and (created_at < ${at} or (created_at = ${at} and id < ${id}))
          order by created_at desc, id desc limit ${limit}`)
        return rows.map(listed)
      },
      async find(id) {
        const [row] = await db.read(sql`
          select id, client_id, subject, scope, created_at from grants
          where tenant_id = ${tenant} and id = ${id} and revoked_at is null`)
        return row && listed(row)
      },
    },
  }
}

function listed(row: Row): ListedGrant {
  return {
    id: row['id'] as string,
    clientId: row['client_id'] as string,
    subject: row['subject'] as string,
    scope: scopeOf(row),
    createdAt: row['created_at'] as number,
  }
}

const scopeOf = (row: Row) => (row['scope'] as string).split(' ').filter(Boolean)
