/** Writing accounts. User names and email addresses share one space of logins, in which each belongs to one account. */
import { isDeepStrictEqual } from 'node:util'
import { type Account, foldLogin } from '../identity/account.ts'
import type { IdentityStore, ProfileChange } from '../identity/store.ts'
import { accountFrom, lockAccount } from './account-row.ts'
import { removeAssignmentsOf } from './assignments.ts'
import { checkAttributes } from './attributes.ts'
import { endAccess, endAfterChange, endOfPassword } from './endings.ts'
import { removeFactors } from './factors.ts'
import { moveCredentialsOf, revokeCredentialsOf } from './issued-credentials.ts'
import { sql, type Transaction } from './sql.ts'
import { removeEntriesOf } from './vault.ts'

type Imported = Parameters<IdentityStore['accounts']['import']>[0]

/** Thrown inside a transaction to undo it. */
const taken = Symbol('taken')

/** What `work` resolves to; `answer` when it was rolled back because another account has the login. */
export async function unlessTaken<T>(answer: T, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error === taken) return answer
    throw error
  }
}

/** Within a transaction that `unlessTaken` surrounds: adds an account. */
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

/** Within a transaction that `unlessTaken` surrounds: adds an account that another server had. */
export function* insertImported(tenant: string, { account, groups, totp }: Imported): Transaction<void> {
  yield* insert(tenant, account)
  if (totp)
    yield sql`
      insert into totp (tenant_id, subject, sealed, last_step, created_at)
      values (${tenant}, ${totp.subject}, ${totp.sealed}, ${totp.lastStep}, ${totp.createdAt})`
  if (groups.length > 0)
    yield sql`
      insert into memberships (tenant_id, group_id, subject)
      select g.tenant_id, g.id, cast(${account.subject} as text) from groups g where g.tenant_id = ${tenant} and g.id in ${groups}`
}

function* takeLogins(tenant: string, account: Account): Transaction<void> {
  for (const login of loginsOf(account)) {
    const got = yield sql`
      insert into logins (tenant_id, login, subject) values (${tenant}, ${login}, ${account.subject})
      on conflict do nothing returning login`
    if (got.length === 0) throw taken
  }
}

/** In one order for all accounts, so that two that take the same logins cannot deadlock. */
function loginsOf({ username, email }: Account): string[] {
  const logins = email === undefined ? [username] : [username, email]
  return [...new Set(logins.map(foldLogin))].sort()
}

/** Within a transaction that `unlessTaken` surrounds: changes the given members, and ends the access that the change invalidates. */
export function* update(tenant: string, subject: string, change: Partial<Account>): Transaction<'changed' | 'unknown'> {
  const [row] = yield lockAccount(tenant, subject)
  if (!row) return 'unknown'
  const before = accountFrom(row)
  const after: Account = { ...before, ...change, subject }
  yield* moveLogins(tenant, before, after)
  yield sql`
    update accounts set username = ${after.username}, username_folded = ${foldLogin(after.username)}, email = ${after.email ?? null},
      password_hash = ${after.passwordHash ?? null}, password_is_temporary = ${after.passwordIsTemporary ? 1 : 0},
      claims = ${JSON.stringify(after.claims)}, attributes = ${JSON.stringify(after.attributes)}, status = ${after.status},
      role = ${after.role}, updated_at = ${after.updatedAt}
    where tenant_id = ${tenant} and subject = ${subject}`
  if (!isDeepStrictEqual(before.attributes, after.attributes)) yield* checkAttributes(tenant, after.attributes)
  if (before.status !== after.status) yield* moveCredentialsOf(tenant, subject)
  yield* endAfterChange(tenant, before, after)
  return 'changed'
}

/** A sign-up that waits for a login which the account gives up ends: its link must not work again. */
function* moveLogins(tenant: string, before: Account, after: Account): Transaction<void> {
  const [from, to] = [loginsOf(before), loginsOf(after)]
  if (from.join('\n') === to.join('\n')) return
  yield sql`delete from logins where tenant_id = ${tenant} and subject = ${after.subject}`
  yield* takeLogins(tenant, after)
  yield sql`delete from sign_ups where tenant_id = ${tenant} and login in ${from.filter((login) => !to.includes(login))}`
}

/** Within a transaction: changes claims and attributes by name. */
export function* changeProfile(tenant: string, subject: string, { claims, attributes }: ProfileChange, now: number): Transaction<boolean> {
  // Locks the row: another change of the same account waits for this one.
  const [row] = yield sql`
    update accounts set updated_at = ${now} where tenant_id = ${tenant} and subject = ${subject} returning claims, attributes`
  if (!row) return false
  const before = JSON.parse(row['attributes'] as string)
  const after = Object.fromEntries(Object.entries({ ...before, ...attributes }).filter(([, value]) => value !== undefined))
  const allClaims = { ...JSON.parse(row['claims'] as string), ...claims }
  yield sql`
    update accounts set claims = ${JSON.stringify(allClaims)}, attributes = ${JSON.stringify(after)} where tenant_id = ${tenant} and subject = ${subject}`
  if (!isDeepStrictEqual(before, after)) yield* checkAttributes(tenant, after)
  return true
}

/** Within a transaction: removes the account with all that belongs to it. */
export function* remove(tenant: string, subject: string, now: number): Transaction<boolean> {
  const removed = yield sql`delete from accounts where tenant_id = ${tenant} and subject = ${subject} returning subject`
  yield sql`delete from logins where tenant_id = ${tenant} and subject = ${subject}`
  yield sql`delete from api_keys where tenant_id = ${tenant} and owner = 'person' and subject = ${subject}`
  yield* revokeCredentialsOf(tenant, subject)
  yield* removeEntriesOf(tenant, { owner: { type: 'account', id: subject } })
  yield sql`delete from upstream_identities where tenant_id = ${tenant} and subject = ${subject}`
  yield sql`delete from memberships where tenant_id = ${tenant} and subject = ${subject}`
  yield removeAssignmentsOf(tenant, { kind: 'user', id: subject })
  yield* removeFactors(tenant, subject)
  yield* endOfPassword(tenant, subject)
  yield* endAccess(tenant, subject, now)
  return removed.length > 0
}
