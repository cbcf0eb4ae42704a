/** Single-use links. The effect of a link is stored in the transaction that spends it, and only for the address it was sent to. */

import { isDeepStrictEqual } from 'node:util'
import type { Account, ConnectByLink, Link, LinkKind } from '../identity/account.ts'
import type { IdentityStore } from '../identity/store.ts'
import { accountFrom, columnsOfAccount, lockAccount, stillProven } from './account-row.ts'
import { unlessTaken, update } from './account-writes.ts'
import { endPendingChanges } from './endings.ts'
import { enqueue } from './outbox.ts'
import { type Db, type Row, sql, type Transaction } from './sql.ts'
import { storeIdentity } from './upstream-identities.ts'

type NewLink = Parameters<IdentityStore['links']['add']>[0]

export function links(db: Db, tenant: string): Pick<IdentityStore, 'links'> {
  return {
    links: {
      add: (link) => db.transact(() => add(tenant, link)),
      async find(hash, now) {
        const [row] = await db.read(sql`
          select l.kind, l.email as link_email, l.expires_at, l.doc, ${columnsOfAccount}
          from links l join accounts a on a.tenant_id = l.tenant_id and a.subject = l.subject
          where l.tenant_id = ${tenant} and l.hash = ${hash} and l.expires_at > ${now} and a.status = 'active'
          and (l.kind = 'email-change' or l.email = a.email)`)
        return row && { link: linkFrom(hash, row), account: accountFrom(row) }
      },
      confirmEmail: (hash, now) => unlessTaken('taken', () => db.transact(() => confirmEmail(tenant, hash, now))),
      setPassword: (hash, passwordHash, now) => db.transact(() => setPassword(tenant, hash, passwordHash, now)),
      connect: (hash, account, now) => db.transact(() => connect(tenant, hash, account, now)),
      async invitations({ after = '', limit, now }) {
        const rows = await db.read(sql`
          select l.hash, l.kind, l.email as link_email, l.expires_at, l.doc, ${columnsOfAccount}
          from links l join accounts a on a.tenant_id = l.tenant_id and a.subject = l.subject
          where l.tenant_id = ${tenant} and l.kind = 'invitation' and l.subject > ${after} and l.expires_at > ${now} and a.status = 'active'
          and l.email = a.email order by l.subject limit ${limit}`)
        return rows.map((row) => ({ link: linkFrom(row['hash'] as string, row), account: accountFrom(row) }))
      },
      async endInvitation(subject, now) {
        const [row] = await db.write(sql`
          delete from links where tenant_id = ${tenant} and subject = ${subject} and kind = 'invitation' and expires_at > ${now} returning hash`)
        return row !== undefined
      },
    },
  }
}

/** The account is locked and compared: a change that commits first leaves no link behind, and a later one ends this link. */
function* add(tenant: string, { hash, kind, subject, email, expiresAt, connect, account, message }: NewLink): Transaction<boolean> {
  const [row] = yield stillProven(tenant, subject, account.passwordHash)
  if (!row || row['email'] !== (account.email ?? null)) return false
  yield sql`
    insert into links (tenant_id, subject, kind, hash, email, expires_at, doc)
    values (${tenant}, ${subject}, ${kind}, ${hash}, ${email}, ${expiresAt}, ${connect === undefined ? null : JSON.stringify(connect)})
    on conflict (tenant_id, subject, kind) do update set
      hash = excluded.hash, email = excluded.email, expires_at = excluded.expires_at, doc = excluded.doc`
  yield enqueue(tenant, message)
  return true
}

function* confirmEmail(tenant: string, hash: string, now: number): Transaction<'changed' | 'unknown'> {
  const spent = yield* spend(tenant, hash, ['verification', 'email-change'], now)
  if (!spent) return 'unknown'
  const { subject, email, account } = spent
  return yield* update(tenant, subject, { email, claims: verified(account), updatedAt: now })
}

function* setPassword(tenant: string, hash: string, passwordHash: string, now: number): Transaction<boolean> {
  const spent = yield* spend(tenant, hash, ['reset', 'invitation'], now)
  if (!spent) return false
  const { subject, account } = spent
  yield* update(tenant, subject, { passwordHash, passwordIsTemporary: false, claims: verified(account), updatedAt: now })
  return true
}

function* connect(tenant: string, hash: string, account: Account, now: number): Transaction<'connected' | 'unknown' | 'taken'> {
  const spent = yield* spend(tenant, hash, ['connection'], now)
  if (!spent?.connect || !isDeepStrictEqual(accountFrom(spent.account), account)) return 'unknown'
  const { connection, upstreamSubject, label } = spent.connect
  const identity = { connection, upstreamSubject, subject: account.subject, label, createdAt: now, lastUsedAt: undefined }
  if (!(yield* storeIdentity(tenant, identity))) return 'taken'
  yield* endPendingChanges(tenant, account.subject)
  return 'connected'
}

/** The link and its locked account, for the one caller who spends it. A link of a suspended account is not spent. */
function* spend(tenant: string, hash: string, kinds: readonly LinkKind[], now: number): Transaction<(Link & { account: Row }) | undefined> {
  const [row] = yield sql`
    delete from links where tenant_id = ${tenant} and hash = ${hash} and kind in ${kinds} and expires_at > ${now}
    and exists (select 1 from accounts a where a.tenant_id = ${tenant} and a.subject = links.subject and a.status = 'active')
    returning subject, kind, email as link_email, expires_at, doc`
  const link = row && linkFrom(hash, row)
  const [account] = link ? yield lockAccount(tenant, link.subject) : []
  if (!link || !account || account['status'] !== 'active') return undefined
  const isItsAddress = link.kind === 'email-change' || link.email === account['email']
  return isItsAddress ? { ...link, account } : undefined
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
    connect: typeof row['doc'] === 'string' ? (JSON.parse(row['doc']) as ConnectByLink) : undefined,
  }
}
