/** Requests for credentials that wait for an administrator — OpenID for Verifiable Credential Issuance 1.0 §9. */
import type { DeferredCredential, IssuedCredentialStore } from '../protocol/credentials.ts'
import { type Db, type Row, type Sql, sql } from './sql.ts'

export function deferredCredentials(db: Db, tenant: string): Pick<IssuedCredentialStore, 'deferredCredentials'> {
  return {
    deferredCredentials: {
      add: ({ id, hash, subject, clientId, configuration, keys, state, createdAt, expiresAt }, most) =>
        db.transact(function* () {
          // Locks the account, so that of two requests at the same time the second is counted after the first.
          yield sql`update accounts set updated_at = updated_at where tenant_id = ${tenant} and subject = ${subject} returning subject`
          const waiting = yield sql`
            select id from deferred_credentials
            where tenant_id = ${tenant} and subject = ${subject} and state <> 'denied' and expires_at > ${createdAt} limit ${most}`
          if (waiting.length >= most) return false
          yield sql`
            insert into deferred_credentials (tenant_id, id, hash, subject, client_id, configuration, keys, state, created_at, expires_at)
            values (${tenant}, ${id}, ${hash}, ${subject}, ${clientId}, ${configuration}, ${JSON.stringify(keys)}, ${state}, ${createdAt},
              ${expiresAt})`
          return true
        }),
      async find(by, now) {
        const query =
          'hash' in by
            ? sql`
                select id, hash, subject, client_id, configuration, keys, state, created_at, expires_at from deferred_credentials
                where tenant_id = ${tenant} and hash = ${by.hash} and expires_at > ${now}`
            : sql`
                select id, hash, subject, client_id, configuration, keys, state, created_at, expires_at from deferred_credentials
                where tenant_id = ${tenant} and id = ${by.id} and expires_at > ${now}`
        const [row] = await db.read(query)
        return row && deferredFrom(row)
      },
      async waiting({ after = '', limit, now }) {
        const rows = await db.read(sql`
          select id, hash, subject, client_id, configuration, keys, state, created_at, expires_at from deferred_credentials
          where tenant_id = ${tenant} and id > ${after} and state = 'waiting' and expires_at > ${now} order by id limit ${limit}`)
        return rows.map(deferredFrom)
      },
      async decide(id, state, now) {
        const decided = await db.write(sql`
          update deferred_credentials set state = ${state}
          where tenant_id = ${tenant} and id = ${id} and state = 'waiting' and expires_at > ${now} returning id`)
        return decided.length > 0
      },
    },
  }
}

/** Returns a row for the first caller, once it is approved. */
export function spendDeferredCredential(tenant: string, hash: string): Sql {
  return sql`delete from deferred_credentials where tenant_id = ${tenant} and hash = ${hash} and state = 'approved' returning id`
}

function deferredFrom(row: Row): DeferredCredential {
  return {
    id: row['id'] as string,
    hash: row['hash'] as string,
    subject: row['subject'] as string,
    clientId: row['client_id'] as string,
    configuration: row['configuration'] as string,
    keys: JSON.parse(row['keys'] as string),
    state: row['state'] as DeferredCredential['state'],
    createdAt: row['created_at'] as number,
    expiresAt: row['expires_at'] as number,
  }
}
