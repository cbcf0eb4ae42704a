/** Finding accounts, what administrators do to them, and a password that its owner replaces. */
import { foldAddressPart, foldLogin } from '../identity/account.ts'
import type { AccountSearch, Administration, IdentityStore } from '../identity/store.ts'
import { accountColumns, accountFrom } from './account-row.ts'
import { remove, update } from './account-writes.ts'
import { endAccess, endOfPassword, endSessions } from './endings.ts'
import { revocation } from './revocations.ts'
import { type Db, type Row, sql, type Transaction } from './sql.ts'

/** The order is a value, so that two statements are enough. `%` and `_` in the search match only themselves. */
export async function search(db: Db, tenant: string, ask: AccountSearch): Promise<{ rows: Row[]; total: number }> {
  const { sort, descending, offset, limit, status = '', role = '' } = ask
  const part = containing(foldLogin(ask.search ?? ''))
  const address = containing(foldAddressPart(ask.search ?? ''))
  const rows = await db.read(
    descending
      ? sql`
          select ${accountColumns} from accounts
          where tenant_id = ${tenant}
          and (username_folded like ${part} escape '!' or lower(email) like ${address} escape '!')
          and (${status} = '' or status = ${status}) and (${role} = '' or role = ${role})
          order by case ${sort} when 'email' then lower(email) when 'role' then role when 'username' then username_folded end desc,
            case ${sort} when 'created_at' then created_at end desc, subject desc
          limit ${limit} offset ${offset}`
      : sql`
          select ${accountColumns} from accounts
          where tenant_id = ${tenant}
          and (username_folded like ${part} escape '!' or lower(email) like ${address} escape '!')
          and (${status} = '' or status = ${status}) and (${role} = '' or role = ${role})
          order by case ${sort} when 'email' then lower(email) when 'role' then role when 'username' then username_folded end,
            case ${sort} when 'created_at' then created_at end, subject
          limit ${limit} offset ${offset}`,
  )
  const [count] = await db.read(sql`
    select count(*) as n from accounts where tenant_id = ${tenant}
    and (username_folded like ${part} escape '!' or lower(email) like ${address} escape '!')
    and (${status} = '' or status = ${status}) and (${role} = '' or role = ${role})`)
  return { rows, total: count!['n'] as number }
}

function containing(text: string): string {
  return `%${text.replace(/[!%_]/g, '!$&')}%`
}

/** Locks every superadmin, so that two who leave at once cannot both find another one left. */
export function* leave(tenant: string, subject: string, now: number): Transaction<'removed' | 'unknown' | 'last'> {
  const superadmins = yield sql`
    update accounts set updated_at = updated_at where tenant_id = ${tenant} and role = 'superadmin' and status = 'active' returning subject`
  if (superadmins.length === 1 && superadmins[0]?.['subject'] === subject) return 'last'
  return (yield* remove(tenant, subject, now)) ? 'removed' : 'unknown'
}

/**
 * Administrator and account are locked before they are checked: an administrator who was just suspended or demoted changes nothing, and
 * of two who demote each other one remains.
 */
export function* administer(tenant: string, { by, subject, within, change, now }: Administration): Transaction<'changed' | 'refused'> {
  for (const locked of by ? [by.subject, subject].sort() : [])
    yield sql`update accounts set updated_at = updated_at where tenant_id = ${tenant} and subject = ${locked} returning subject`
  const [row] = yield sql`
    update accounts set updated_at = ${now}
    where tenant_id = ${tenant} and subject = ${subject} and subject <> ${by?.subject ?? ''} and role in ${within}
    and (${by ? 1 : 0} = 0 or exists (select 1 from accounts a
      where a.tenant_id = ${tenant} and a.subject = ${by?.subject ?? ''} and a.role = ${by?.role ?? ''} and a.status = 'active'))
    returning ${accountColumns}`
  if (!row) return 'refused'
  if (change === 'removal') {
    yield* remove(tenant, subject, now)
    return 'changed'
  }
  const changes = change(accountFrom(row))
  yield* update(tenant, subject, { ...changes, updatedAt: now })
  if ('role' in changes) yield* endAccess(tenant, subject, now) // tokens may say the old one
  return 'changed'
}

type Replacement = Parameters<IdentityStore['accounts']['replacePassword']>[0]

/**
 * A family in use at this moment is revoked by record: deleting its rows could miss one that is being replaced. Access tokens without a refresh
 * token end with their session, or by their time where that has ended before.
 */
export function* replacePassword(tenant: string, { subject, from, to, keep = '', now, until }: Replacement): Transaction<boolean> {
  const changed = yield sql`
    update accounts set password_hash = ${to}, password_is_temporary = 0, updated_at = ${now}
    where tenant_id = ${tenant} and subject = ${subject} and coalesce(password_hash, '') = ${from ?? ''} returning subject`
  if (changed.length === 0) return false
  // Before the refresh tokens: a code that is being redeemed is waited for, and its refresh token found.
  for (const { sid } of yield* endSessions(tenant, { subject }, now)) yield revocation(tenant, sid, until)
  yield* endOfPassword(tenant, subject)
  yield sql`
    update grants set tokens_from = ${now} where tenant_id = ${tenant} and subject = ${subject} and revoked_at is null
    and id not in (select grant_id from refresh_tokens where tenant_id = ${tenant} and family = ${keep})`
  yield sql`
    insert into revocations (tenant_id, id, until)
    select distinct t.tenant_id, t.family, cast(${until} as bigint) from grants g cross join refresh_tokens t
    where g.tenant_id = ${tenant} and g.subject = ${subject}
    and t.tenant_id = g.tenant_id and t.grant_id = g.id and t.family <> ${keep}
    on conflict (tenant_id, id) do update set until = excluded.until where excluded.until > revocations.until`
  yield sql`
    delete from refresh_tokens where tenant_id = ${tenant} and family <> ${keep}
    and grant_id in (select id from grants where tenant_id = ${tenant} and subject = ${subject})`
  return true
}
