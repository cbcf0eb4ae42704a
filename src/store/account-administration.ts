/** What administrators see and do of accounts, and what a new password ends. */
import type { AccountSearch } from '../identity/types.ts'
import { type Db, type Row, sql, type Transaction } from './sql.ts'

/** The order is data, so that the texts stay two. Whatever is searched for stands for itself: `%` and `_` too. */
export async function search(db: Db, tenant: string, ask: AccountSearch): Promise<{ rows: Row[]; total: number }> {
  const { sort, descending, offset, limit } = ask
  const part = `%${(ask.search ?? '').toLowerCase().replace(/[!%_]/g, '!$&')}%`
  const rows = await db.read(
    descending
      ? sql`
          select subject, username, email, password_hash, password_is_temporary, claims, attributes, status, role, created_at, updated_at from accounts
          where tenant_id = ${tenant}
          and (username_folded like ${part} escape '!' or lower(email) like ${part} escape '!')
          order by case ${sort} when 'email' then lower(email) when 'role' then role when 'username' then username_folded end desc,
            case ${sort} when 'created_at' then created_at end desc, subject desc
          limit ${limit} offset ${offset}`
      : sql`
          select subject, username, email, password_hash, password_is_temporary, claims, attributes, status, role, created_at, updated_at from accounts
          where tenant_id = ${tenant}
          and (username_folded like ${part} escape '!' or lower(email) like ${part} escape '!')
          order by case ${sort} when 'email' then lower(email) when 'role' then role when 'username' then username_folded end,
            case ${sort} when 'created_at' then created_at end, subject
          limit ${limit} offset ${offset}`,
  )
  const [count] = await db.read(sql`
    select count(*) as n from accounts where tenant_id = ${tenant}
    and (username_folded like ${part} escape '!' or lower(email) like ${part} escape '!')`)
  return { rows, total: count!['n'] as number }
}

interface Replacement {
  subject: string
  from: string | undefined
  to: string
  keep: string | undefined
  now: number
  until: number
}

/** A family that is used at this very moment is taken back by its record, not by the deletion of rows that may be replaced meanwhile. */
export function* replacePassword(tenant: string, { subject, from, to, keep, now, until }: Replacement): Transaction<boolean> {
  const changed = yield sql`
    update accounts set password_hash = ${to}, password_is_temporary = 0, updated_at = ${now}
    where tenant_id = ${tenant} and subject = ${subject} and coalesce(password_hash, '') = ${from ?? ''} returning subject`
  if (changed.length === 0) return false
  yield sql`delete from sessions where tenant_id = ${tenant} and subject = ${subject}`
  yield sql`delete from links where tenant_id = ${tenant} and subject = ${subject} and kind in ('reset', 'invitation')`
  yield sql`
    insert into revocations (tenant_id, id, until)
    select distinct t.tenant_id, t.family, cast(${until} as bigint) from grants g cross join refresh_tokens t
    where g.tenant_id = ${tenant} and g.subject = ${subject}
    and t.tenant_id = g.tenant_id and t.grant_id = g.id and t.family <> ${keep ?? ''}
    on conflict (tenant_id, id) do update set until = excluded.until where excluded.until > revocations.until`
  yield sql`
    delete from refresh_tokens where tenant_id = ${tenant} and family <> ${keep ?? ''}
    and grant_id in (select id from grants where tenant_id = ${tenant} and subject = ${subject})`
  return true
}
