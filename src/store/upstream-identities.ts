/** Upstream identities in the database. Each belongs to one account; the last way to sign in stays. */
import { foldLogin } from '../identity/account.ts'
import type { UpstreamIdentity, UpstreamIdentityStore } from '../identity/upstream-identities.ts'
import { lockAccount } from './account-row.ts'
import { insert, unlessTaken, update } from './account-writes.ts'
import { endLinks, endPendingChanges, endPendingSignIns } from './endings.ts'
import { type Db, type Row, sql, type Transaction } from './sql.ts'

type Removal = 'removed' | 'unknown' | 'last'

export function upstreamIdentities(db: Db, tenant: string): UpstreamIdentityStore {
  return {
    upstreamIdentities: {
      async find(connection, upstreamSubject) {
        const [row] = await db.read(sql`
          select connection, upstream_subject, subject, label, created_at, last_used_at from upstream_identities
          where tenant_id = ${tenant} and connection = ${connection} and upstream_subject = ${upstreamSubject}`)
        return row && identityFrom(row)
      },
      async of(subject) {
        const rows = await db.read(sql`
          select connection, upstream_subject, subject, label, created_at, last_used_at from upstream_identities
          where tenant_id = ${tenant} and subject = ${subject} order by created_at, connection, upstream_subject`)
        return rows.map(identityFrom)
      },
      link: (identity) =>
        db.transact(function* () {
          const [account] = yield lockAccount(tenant, identity.subject)
          if (!account || !(yield* storeIdentity(tenant, identity))) return false
          yield* endPendingChanges(tenant, identity.subject)
          return true
        }),
      create: (account, identity) =>
        unlessTaken(false, () =>
          db.transact(function* () {
            if (!(yield* storeIdentity(tenant, identity))) return false
            yield* insert(tenant, account)
            return true
          }),
        ),
      accept: (identity, email) => db.transact(() => accept(tenant, identity, email)),
      async used(connection, upstreamSubject, now) {
        await db.write(sql`
          update upstream_identities set last_used_at = ${now}
          where tenant_id = ${tenant} and connection = ${connection} and upstream_subject = ${upstreamSubject} returning subject`)
      },
      unlink: (identity) => db.transact(() => unlink(tenant, identity)),
    },
  }
}

/** Within a transaction that holds the account. False when another account has it. */
export function* storeIdentity(tenant: string, identity: UpstreamIdentity): Transaction<boolean> {
  const { connection, upstreamSubject, subject, label, createdAt, lastUsedAt } = identity
  const [row] = yield sql`
    insert into upstream_identities (tenant_id, connection, upstream_subject, subject, label, created_at, last_used_at)
    values (${tenant}, ${connection}, ${upstreamSubject}, ${subject}, ${label ?? null}, ${createdAt}, ${lastUsedAt ?? null})
    on conflict (tenant_id, connection, upstream_subject) do update set label = excluded.label
    where upstream_identities.subject = excluded.subject returning subject`
  return row !== undefined
}

/**
 * Of a person who follows the link and one who comes by a provider, one is first. The invitation is locked before the account, as where a link is
 * spent.
 */
function* accept(tenant: string, identity: UpstreamIdentity, email: string): Transaction<boolean> {
  const { subject, createdAt: now } = identity
  const [invitation] = yield sql`
    update links set hash = hash where tenant_id = ${tenant} and subject = ${subject} and kind = 'invitation' and expires_at > ${now}
    returning email`
  const [account] = invitation ? yield lockAccount(tenant, subject) : []
  if (account?.['status'] !== 'active' || account['password_hash'] !== null || account['email'] !== invitation?.['email']) return false
  if (foldLogin(account['email'] as string) !== foldLogin(email)) return false
  const identities = yield sql`select connection from upstream_identities where tenant_id = ${tenant} and subject = ${subject} limit 1`
  const passkeys = yield sql`select id from passkeys where tenant_id = ${tenant} and subject = ${subject} limit 1`
  if (identities.length > 0 || passkeys.length > 0 || !(yield* storeIdentity(tenant, identity))) return false
  const claims = { ...JSON.parse(account['claims'] as string), email_verified: true }
  yield* update(tenant, subject, { claims, updatedAt: now })
  yield* endLinks(tenant, subject)
  return true
}

/** The account is locked: of two removals at once, the second sees what the first has left. */
function* unlink(
  tenant: string,
  { subject, connection, upstreamSubject }: Pick<UpstreamIdentity, 'subject' | 'connection' | 'upstreamSubject'>,
): Transaction<Removal> {
  const [account] = yield lockAccount(tenant, subject)
  const all = yield sql`select connection, upstream_subject from upstream_identities where tenant_id = ${tenant} and subject = ${subject}`
  if (!account || !all.some((row) => row['connection'] === connection && row['upstream_subject'] === upstreamSubject)) return 'unknown'
  const passkeys = yield sql`select id from passkeys where tenant_id = ${tenant} and subject = ${subject} limit 1`
  if (account['password_hash'] === null && passkeys.length === 0 && all.length === 1) return 'last'
  yield sql`
    delete from upstream_identities where tenant_id = ${tenant} and connection = ${connection} and upstream_subject = ${upstreamSubject}
    and subject = ${subject}`
  yield* endPendingChanges(tenant, subject)
  yield endPendingSignIns(tenant, subject)
  return 'removed'
}

function identityFrom(row: Row): UpstreamIdentity {
  return {
    connection: row['connection'] as string,
    upstreamSubject: row['upstream_subject'] as string,
    subject: row['subject'] as string,
    label: (row['label'] as string | null) ?? undefined,
    createdAt: row['created_at'] as number,
    lastUsedAt: (row['last_used_at'] as number | null) ?? undefined,
  }
}
