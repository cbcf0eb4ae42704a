/** Accounts as kept. User names and e-mail addresses share one space of logins, in which each is one account's. */
import { isDeepStrictEqual } from 'node:util'
import { type Account, type Administration, foldLogin, type IdentityStore, type ProfileChange } from '../identity/types.ts'
import { replacePassword, search } from './account-administration.ts'
import { checkAttributes } from './attributes.ts'
import { removeFactors } from './factors.ts'
import { kept } from './personal-data.ts'
import { type Db, type Row, type Sql, sql, type Transaction } from './sql.ts'

/** Thrown inside a transaction to undo it. */
const taken = Symbol('taken')

export function accounts(db: Db, tenant: string): Pick<IdentityStore, 'accounts'> {
  return {
    accounts: {
      add: (account) =>
        unlessTaken(false, async () => {
          await db.transact(() => insert(tenant, account))
          return true
        }),
      async bySubject(subject) {
        const [row] = await db.read(sql`
          select subject, username, email, password_hash, password_is_temporary, claims, attributes, status, role, created_at, updated_at
          from accounts where tenant_id = ${tenant} and subject = ${subject}`)
        return row && accountFrom(row)
      },
      async byLogin(folded) {
        const [row] = await db.read(sql`
          select a.subject, a.username, a.email, a.password_hash, a.password_is_temporary, a.claims, a.attributes, a.status, a.role, a.created_at, a.updated_at
          from logins l join accounts a on a.tenant_id = l.tenant_id and a.subject = l.subject
          where l.tenant_id = ${tenant} and l.login = ${folded}`)
        return row && accountFrom(row)
      },
      async anyPasswordHash(text) {
        const [row] = await db.read(sql`
          select password_hash from (
            select * from (select password_hash, 1 as turn from accounts
              where tenant_id = ${tenant} and subject >= ${text} and password_hash is not null order by subject limit 1) as following
            union all
            select * from (select password_hash, 2 as turn from accounts
              where tenant_id = ${tenant} and password_hash is not null order by subject limit 1) as first_of_all
          ) as candidates order by turn limit 1`)
        return row?.['password_hash'] as string | undefined
      },
      change: (subject, change) => unlessTaken('taken', () => db.transact(() => update(tenant, subject, change))),
      changeProfile: (subject, change, now) => db.transact(() => changeProfile(tenant, subject, change, now)),
      async rehash(subject, from, to) {
        const rows = await db.write(sql`
          update accounts set password_hash = ${to}
          where tenant_id = ${tenant} and subject = ${subject} and password_hash = ${from} returning subject`)
        return rows.length > 0
      },
      kept: (subject) => kept(db, tenant, subject),
      leave: (subject, now) => db.transact(() => leave(tenant, subject, now)),
      remove: (subject, now) => db.transact(() => remove(tenant, subject, now)),
      async list({ after = '', limit }) {
        const rows = await db.read(sql`
          select subject, username, email, password_hash, password_is_temporary, claims, attributes, status, role, created_at, updated_at
          from accounts where tenant_id = ${tenant} and username_folded > ${after} order by username_folded limit ${limit}`)
        return rows.map(accountFrom)
      },
      async count() {
        const [row] = await db.read(sql`select count(*) as n from accounts where tenant_id = ${tenant}`)
        return row!['n'] as number
      },
      async search(ask) {
        const { rows, total } = await search(db, tenant, ask)
        return { accounts: rows.map(accountFrom), total }
      },
      administer: (act) => unlessTaken('taken', () => db.transact(() => administer(tenant, act))),
      replacePassword: (act) => db.transact(() => replacePassword(tenant, act)),
    },
  }
}

/** What `work` resolves to; `answer` when it was undone because a login is another's. */
export async function unlessTaken<T>(answer: T, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error === taken) return answer
    throw error
  }
}

/** Within a transaction that `unlessTaken` surrounds: keeps a new account. */
export function* insert(tenant: string, account: Account): Transaction<void> {
  const added = yield sql`
    insert into accounts (tenant_id, subject, username, username_folded, email, password_hash, password_is_temporary, claims, attributes, status,
      role, created_at, updated_at)
    values (${tenant}, ${account.subject}, ${account.username}, ${foldLogin(account.username)}, ${account.email ?? null},
      ${account.passwordHash ?? null}, ${account.passwordIsTemporary ? 1 : 0}, ${JSON.stringify(account.claims)}, ${JSON.stringify(account.attributes)}, ${account.status},
      ${account.role}, ${account.createdAt}, ${account.updatedAt})
    on conflict do nothing returning subject`
  if (added.length === 0) throw taken
  yield* takeLogins(tenant, account)
  yield* checkAttributes(tenant, account.attributes)
}

function* takeLogins(tenant: string, account: Account): Transaction<void> {
  for (const login of loginsOf(account)) {
    const got = yield sql`
      insert into logins (tenant_id, login, subject) values (${tenant}, ${login}, ${account.subject})
      on conflict do nothing returning login`
    if (got.length === 0) throw taken
  }
}

/** In one order for all, so that two who take the same ones wait for each other only one way round. */
function loginsOf({ username, email }: Account): string[] {
  const logins = email === undefined ? [username] : [username, email]
  return [...new Set(logins.map(foldLogin))].sort()
}

/** Within a transaction that `unlessTaken` surrounds: changes what is given. */
export function* update(tenant: string, subject: string, change: Partial<Account>): Transaction<'changed' | 'unknown'> {
  // Locks the row: whoever changes the same account now waits for this one.
  const [row] = yield sql`
    update accounts set updated_at = updated_at where tenant_id = ${tenant} and subject = ${subject}
    returning subject, username, email, password_hash, password_is_temporary, claims, attributes, status, role, created_at, updated_at`
  if (!row) return 'unknown'
  const before = accountFrom(row)
  const after: Account = { ...before, ...change, subject }
  if (loginsOf(before).join('\n') !== loginsOf(after).join('\n')) {
    yield sql`delete from logins where tenant_id = ${tenant} and subject = ${subject}`
    yield* takeLogins(tenant, after)
  }
  yield sql`
    update accounts set username = ${after.username}, username_folded = ${foldLogin(after.username)}, email = ${after.email ?? null},
      password_hash = ${after.passwordHash ?? null}, password_is_temporary = ${after.passwordIsTemporary ? 1 : 0}, claims = ${JSON.stringify(after.claims)},
      attributes = ${JSON.stringify(after.attributes)}, status = ${after.status},
      role = ${after.role}, updated_at = ${after.updatedAt}
    where tenant_id = ${tenant} and subject = ${subject}`
  if (!isDeepStrictEqual(before.attributes, after.attributes)) yield* checkAttributes(tenant, after.attributes)
  if (before.status !== after.status || before.passwordHash !== after.passwordHash)
    yield sql`delete from sessions where tenant_id = ${tenant} and subject = ${subject}`
  return 'changed'
}

/** A row, which stays as it is until the end of the transaction, if the account is active and has the password that was checked. */
export function stillProven(tenant: string, subject: string, passwordHash: string | undefined): Sql {
  return sql`
    update accounts set updated_at = updated_at
    where tenant_id = ${tenant} and subject = ${subject} and status = 'active' and coalesce(password_hash, '') = ${passwordHash ?? ''}
    returning subject`
}

function* changeProfile(tenant: string, subject: string, { claims, attributes }: ProfileChange, now: number): Transaction<boolean> {
  // Locks the row: whoever changes the same account now waits for this one.
  const [row] = yield sql`
    update accounts set updated_at = ${now} where tenant_id = ${tenant} and subject = ${subject} returning claims, attributes`
  if (!row) return false
  const before = JSON.parse(row['attributes'] as string)
  const after = Object.fromEntries(Object.entries({ ...before, ...attributes }).filter(([, value]) => value !== undefined))
  const told = { ...JSON.parse(row['claims'] as string), ...claims }
  yield sql`
    update accounts set claims = ${JSON.stringify(told)}, attributes = ${JSON.stringify(after)} where tenant_id = ${tenant} and subject = ${subject}`
  if (!isDeepStrictEqual(before, after)) yield* checkAttributes(tenant, after)
  return true
}

/** Whoever leaves at the same moment waits for this one, and sees what is left. */
function* leave(tenant: string, subject: string, now: number): Transaction<'removed' | 'unknown' | 'last'> {
  const superadmins = yield sql`
    update accounts set updated_at = updated_at where tenant_id = ${tenant} and role = 'superadmin' and status = 'active' returning subject`
  if (superadmins.length === 1 && superadmins[0]?.['subject'] === subject) return 'last'
  return (yield* remove(tenant, subject, now)) ? 'removed' : 'unknown'
}

/**
 * Both accounts are locked first, in one order for all: whoever acts is still an administrator when the act is done, so two who demote each
 * other leave one. The administrator is looked at in the same statement: one who was suspended or demoted a moment ago changes nothing.
 */
function* administer(tenant: string, { by, subject, within, change, now }: Administration): Transaction<'changed' | 'refused'> {
  for (const locked of by ? [by.subject, subject].sort() : [])
    yield sql`update accounts set updated_at = updated_at where tenant_id = ${tenant} and subject = ${locked} returning subject`
  const [row] = yield sql`
    update accounts set updated_at = ${now}
    where tenant_id = ${tenant} and subject = ${subject} and subject <> ${by?.subject ?? ''} and role in ${within}
    and (${by ? 1 : 0} = 0 or exists (select 1 from accounts a
      where a.tenant_id = ${tenant} and a.subject = ${by?.subject ?? ''} and a.role = ${by?.role ?? ''} and a.status = 'active'))
    returning subject, username, email, password_hash, password_is_temporary, claims, attributes, status, role, created_at, updated_at`
  if (!row) return 'refused'
  if (change === 'removal') {
    yield* remove(tenant, subject, now)
    return 'changed'
  }
  const before = accountFrom(row)
  const changes = change(before)
  yield* update(tenant, subject, { ...changes, updatedAt: now })
  if ('role' in changes || 'status' in changes || 'passwordHash' in changes) yield* endAccess(tenant, subject, now)
  if ('passwordHash' in changes || before.email !== { ...before, ...changes }.email)
    yield sql`delete from links where tenant_id = ${tenant} and subject = ${subject}`
  if ('passwordHash' in changes) yield sql`delete from devices where tenant_id = ${tenant} and subject = ${subject}`
  return 'changed'
}

function* remove(tenant: string, subject: string, now: number): Transaction<boolean> {
  const removed = yield sql`delete from accounts where tenant_id = ${tenant} and subject = ${subject} returning subject`
  yield sql`delete from logins where tenant_id = ${tenant} and subject = ${subject}`
  yield sql`delete from api_keys where tenant_id = ${tenant} and owner = 'person' and subject = ${subject}`
  yield sql`delete from links where tenant_id = ${tenant} and subject = ${subject}`
  yield sql`delete from devices where tenant_id = ${tenant} and subject = ${subject}`
  yield sql`delete from memberships where tenant_id = ${tenant} and subject = ${subject}`
  yield* removeFactors(tenant, subject)
  yield* endAccess(tenant, subject, now)
  return removed.length > 0
}

/** Signed in nowhere, and nothing that was granted is in force. */
export function* endAccess(tenant: string, subject: string, now: number): Transaction<void> {
  yield sql`delete from sessions where tenant_id = ${tenant} and subject = ${subject}`
  yield sql`update grants set revoked_at = ${now} where tenant_id = ${tenant} and subject = ${subject} and revoked_at is null`
  yield sql`
    delete from refresh_tokens where tenant_id = ${tenant}
    and grant_id in (select id from grants where tenant_id = ${tenant} and subject = ${subject})`
}

/** An account of a row with its columns, named as in the table. */
export function accountFrom(row: Row): Account {
  return {
    subject: row['subject'] as string,
    username: row['username'] as string,
    email: (row['email'] as string | null) ?? undefined,
    passwordHash: (row['password_hash'] as string | null) ?? undefined,
    passwordIsTemporary: row['password_is_temporary'] === 1,
    claims: JSON.parse(row['claims'] as string),
    attributes: JSON.parse(row['attributes'] as string),
    status: row['status'] as Account['status'],
    role: row['role'] as Account['role'],
    createdAt: row['created_at'] as number,
    updatedAt: row['updated_at'] as number,
  }
}
