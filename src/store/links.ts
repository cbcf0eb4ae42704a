/** Single-use links as kept. What a link stands for becomes true in the transaction that spends it. */
import type { IdentityStore, Link, LinkKind } from '../identity/types.ts'
import { accountFrom, endAccess, unlessTaken, update } from './accounts.ts'
import { type Db, type Row, type Sql, sql, type Transaction } from './sql.ts'

export function links(db: Db, tenant: string): Pick<IdentityStore, 'links'> {
  return {
    links: {
      async add({ hash, kind, subject, email, expiresAt }) {
        await db.write(sql`
          insert into links (tenant_id, subject, kind, hash, email, expires_at)
          values (${tenant}, ${subject}, ${kind}, ${hash}, ${email}, ${expiresAt})
          on conflict (tenant_id, subject, kind) do update set
            hash = excluded.hash, email = excluded.email, expires_at = excluded.expires_at`)
      },
      async find(hash, now) {
        const [row] = await db.read(sql`
          select l.kind, l.email as link_email, l.expires_at,
            a.subject, a.username, a.email, a.password_hash, a.password_is_temporary, a.claims, a.attributes, a.status, a.role, a.created_at, a.updated_at
          from links l join accounts a on a.tenant_id = l.tenant_id and a.subject = l.subject
          where l.tenant_id = ${tenant} and l.hash = ${hash} and l.expires_at > ${now} and a.status = 'active'`)
        return row && { link: linkFrom(hash, row), account: accountFrom(row) }
      },
      confirmEmail: (hash, now) =>
        unlessTaken('taken', () =>
          db.transact(function* () {
            const link = yield* spend(tenant, hash, now)
            if (!link) return 'unknown'
            const [account] = yield lock(tenant, link.subject)
            if (!account || (link.kind === 'verification' && account['email'] !== link.email)) return 'unknown'
            return yield* update(tenant, link.subject, { email: link.email, claims: verified(account), updatedAt: now })
          }),
        ),
      setPassword: (hash, passwordHash, now) =>
        db.transact(function* () {
          const link = yield* spend(tenant, hash, now)
          if (!link) return false
          const { subject } = link
          const [account] = yield lock(tenant, subject)
          if (!account) return false
          const proven = account['email'] === link.email ? { claims: verified(account) } : {}
          yield* update(tenant, subject, { passwordHash, passwordIsTemporary: false, updatedAt: now, ...proven })
          yield* endAccess(tenant, subject, now)
          yield sql`delete from links where tenant_id = ${tenant} and subject = ${subject}`
          yield sql`delete from devices where tenant_id = ${tenant} and subject = ${subject}`
          return true
        }),
    },
  }
}

/** The link, for the one who spends it. A link of somebody suspended is not spent. */
function* spend(tenant: string, hash: string, now: number): Transaction<Link | undefined> {
  const [row] = yield sql`
    delete from links where tenant_id = ${tenant} and hash = ${hash} and expires_at > ${now}
    and exists (select 1 from accounts a where a.tenant_id = ${tenant} and a.subject = links.subject and a.status = 'active')
    returning subject, kind, email as link_email, expires_at`
  return row && linkFrom(hash, row)
}

/** Whoever changes the same account now waits. */
function lock(tenant: string, subject: string): Sql {
  return sql`
    update accounts set updated_at = updated_at where tenant_id = ${tenant} and subject = ${subject} returning claims, email`
}

function verified(account: Row): Record<string, unknown> {
  return { ...JSON.parse(account['claims'] as string), email_verified: true }
}

function linkFrom(hash: string, row: Row): Link {
  return {
    hash,
    kind: row['kind'] as LinkKind,
    subject: row['subject'] as string,
    email: row['link_email'] as string,
    expiresAt: row['expires_at'] as number,
  }
}
