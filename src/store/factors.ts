/** Second factors. Changes to those of one account wait for each other. */
import type { FactorAddition, TotpRow } from '../identity/factor-store.ts'
import type { IdentityStore } from '../identity/store.ts'
import { endPendingChanges, endSessions } from './endings.ts'
import { type Db, type Row, sql, type Transaction } from './sql.ts'

export function factors(db: Db, tenant: string, now: () => number): Pick<IdentityStore, 'factors'> {
  return {
    factors: {
      async of(subject) {
        const [totp] = await db.read(sql`
          select subject, sealed, last_step, created_at from totp where tenant_id = ${tenant} and subject = ${subject}`)
        const [codes] = await db.read(sql`
          select count(*) as n from recovery_codes where tenant_id = ${tenant} and subject = ${subject}`)
        const [keys] = await db.read(sql`select count(*) as n from passkeys where tenant_id = ${tenant} and subject = ${subject}`)
        return { totp: totp && totpFrom(totp), passkeys: keys!['n'] as number, recoveryCodes: codes!['n'] as number }
      },
      addTotp: (totp, how) => db.transact(() => addTotp(tenant, totp, how)),
      async useStep(subject, { from, sealed, step }) {
        const rows = await db.write(sql`
          update totp set last_step = ${step}, sealed = ${sealed}
          where tenant_id = ${tenant} and subject = ${subject} and sealed = ${from} and last_step < ${step} returning subject`)
        return rows.length > 0
      },
      removeTotp: (subject) =>
        db.transact(function* () {
          yield* lock(tenant, subject)
          const removed = yield sql`delete from totp where tenant_id = ${tenant} and subject = ${subject} returning subject`
          yield* endWithoutFactor(tenant, subject)
          yield* endPendingChanges(tenant, subject)
          return removed.length > 0
        }),
      replaceRecoveryCodes: (subject, hashes) =>
        db.transact(function* () {
          yield* lock(tenant, subject)
          if ((yield* count(tenant, subject)) === 0) return false
          yield* keepRecoveryCodes(tenant, subject, hashes)
          yield* endPendingChanges(tenant, subject)
          return true
        }),
      spendRecoveryCode: (subject, hash) =>
        db.transact(function* () {
          const spent = yield sql`
            delete from recovery_codes where tenant_id = ${tenant} and subject = ${subject} and hash = ${hash} returning hash`
          if (spent.length === 0) return undefined
          const [left] = yield sql`select count(*) as n from recovery_codes where tenant_id = ${tenant} and subject = ${subject}`
          return left!['n'] as number
        }),
      clear: (subject) =>
        db.transact(function* () {
          yield* lock(tenant, subject)
          const had = (yield* count(tenant, subject)) > 0
          yield* removeFactors(tenant, subject)
          yield* endPendingChanges(tenant, subject)
          yield* endSessions(tenant, { subject }, now())
          return had
        }),
    },
  }
}

function* addTotp(tenant: string, totp: TotpRow, how: FactorAddition): Transaction<'first' | 'added' | 'refused'> {
  const { subject, sealed, lastStep, createdAt } = totp
  return yield* addition(tenant, subject, how, function* () {
    yield sql`
      insert into totp (tenant_id, subject, sealed, last_step, created_at)
      values (${tenant}, ${subject}, ${sealed}, ${lastStep}, ${createdAt})
      on conflict (tenant_id, subject) do update set
        sealed = excluded.sealed, last_step = excluded.last_step, created_at = excluded.created_at`
    return true
  })
}

/** Within a transaction: adds a factor by `insert`, with recovery codes when it is the first. */
export function* addition(
  tenant: string,
  subject: string,
  { recoveryCodes, onlyFirst }: FactorAddition,
  insert: () => Transaction<boolean>,
): Transaction<'first' | 'added' | 'refused'> {
  if (!(yield* lock(tenant, subject))) return 'refused'
  const first = (yield* count(tenant, subject)) === 0
  if (onlyFirst && !first) return 'refused'
  if (!(yield* insert())) return 'refused'
  if (first) yield* keepRecoveryCodes(tenant, subject, recoveryCodes)
  yield* endPendingChanges(tenant, subject)
  return first ? 'first' : 'added'
}

/** Within a transaction: removes the recovery codes when no factor is left. */
export function* endWithoutFactor(tenant: string, subject: string): Transaction<void> {
  if ((yield* count(tenant, subject)) === 0) yield* removeFactors(tenant, subject)
}

/** Locks the account against other changes of its factors. False when it does not exist or is not active. */
export function* lock(tenant: string, subject: string): Transaction<boolean> {
  const rows = yield sql`
    update accounts set updated_at = updated_at where tenant_id = ${tenant} and subject = ${subject} and status = 'active' returning subject`
  return rows.length > 0
}

/** The number of factors, not counting recovery codes. */
function* count(tenant: string, subject: string): Transaction<number> {
  const [apps] = yield sql`select count(*) as n from totp where tenant_id = ${tenant} and subject = ${subject}`
  const [keys] = yield sql`select count(*) as n from passkeys where tenant_id = ${tenant} and subject = ${subject}`
  return (apps!['n'] as number) + (keys!['n'] as number)
}

function* keepRecoveryCodes(tenant: string, subject: string, hashes: readonly string[]): Transaction<void> {
  yield sql`delete from recovery_codes where tenant_id = ${tenant} and subject = ${subject}`
  for (const hash of hashes) yield sql`insert into recovery_codes (tenant_id, subject, hash) values (${tenant}, ${subject}, ${hash})`
}

/** Within a transaction: removes all factors. */
export function* removeFactors(tenant: string, subject: string): Transaction<void> {
  yield sql`delete from totp where tenant_id = ${tenant} and subject = ${subject}`
  yield sql`delete from passkeys where tenant_id = ${tenant} and subject = ${subject}`
  yield sql`delete from recovery_codes where tenant_id = ${tenant} and subject = ${subject}`
}

function totpFrom(row: Row): TotpRow {
  return {
    subject: row['subject'] as string,
    sealed: row['sealed'] as string,
    lastStep: row['last_step'] as number,
    createdAt: row['created_at'] as number,
  }
}
