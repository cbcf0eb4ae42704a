/** Translates what PostgreSQL and its driver report into errors of `sql.ts`: an answer, a lost connection, or something for the operator. */
import pg from 'pg'
import { DatabaseFault, DatabaseUnavailable, DatabaseUnusable, UniqueViolation } from './sql.ts'

/** True when the server answered, or our own code threw: the connection is usable. Otherwise it was lost or never made. */
export const isAnswer = (error: unknown) => (error instanceof pg.DatabaseError ? !isShutdown(error) : !isLost(error))

/** 40001 serialization_failure, 40P01 deadlock_detected: the transaction was rolled back in favour of another. */
export const isConflict = (error: unknown) => error instanceof pg.DatabaseError && /^(40001|40P01)$/.test(error.code ?? '')

/** 53100 disk_full. */
export const isDiskFull = (error: unknown) => error instanceof pg.DatabaseError && error.code === '53100'

/** The connection was closed by the other side or refused at once, but did not time out. */
export function isEnded(error: unknown): boolean {
  if (error instanceof pg.DatabaseError) return isShutdown(error)
  if (!(error instanceof Error)) return false
  if ('code' in error && /^E(?!RR_)/.test(String(error.code))) return true // refused, reset, timed out, unknown host
  return /^(Connection terminated|Client (has encountered|was closed))/.test(error.message)
}

/** Class 08: connection exception. 57P01 to 57P05: the server or this connection is being shut down. */
const isShutdown = (error: pg.DatabaseError) => /^(08|57P)/.test(error.code ?? '08')

function isLost(error: unknown): boolean {
  return isEnded(error) || (error instanceof Error && /^(Query read timeout|timeout exceeded|timeout expired)/.test(error.message))
}

/**
 * SQLSTATE classes that say nothing about the statement — 08 connection, 40 conflict, 53 resources (too many connections, disk full),
 * 57 shutdown and timeout, 58 system error — and 55P03 lock not available, 25006 read-only (a standby).
 */
const UNAVAILABLE = /^(08|40|53|57|58|55P03|25006)/
/** Classes whose messages hold values: 22 data exception, 23 integrity violation. */
const WITH_VALUES = /^(22|23)/

/** What only the operator can fix, by SQLSTATE, and how. */
const remedies: Readonly<Record<string, string>> = {
  '28P01': 'PostgreSQL refuses the user or the password of database_url: correct it; special characters in it are percent-encoded',
  '28000': 'PostgreSQL rejects the user of database_url: correct it, or allow this user and address in pg_hba.conf',
  '3D000': "the PostgreSQL server has no such database: create it with encoding 'UTF8', or correct database_url",
  '3F000': 'there is no schema to create tables in: create one and set it in the search_path of the user of database_url',
  '42501': 'the user of database_url lacks a right: make it the owner of the database, or grant it usage and create on the schema',
}

/** An error of `sql.ts`; one that is not the database's is returned unchanged. */
export function translated(error: unknown): Error {
  if (error instanceof pg.DatabaseError) {
    const code = error.code ?? '08000'
    if (remedies[code]) return new DatabaseUnusable(`${remedies[code]} (${error.message}, ${code})`)
    const message = WITH_VALUES.test(code) ? `PostgreSQL: ${code}` : `PostgreSQL: ${error.message} (${code})`
    if (UNAVAILABLE.test(code)) return new DatabaseUnavailable(message)
    return code === '23505' ? new UniqueViolation(message) : new DatabaseFault(message)
  }
  if (isLost(error)) return new DatabaseUnavailable(`PostgreSQL: ${(error as Error).message}`)
  return error instanceof Error ? (connectingProblem(error) ?? error) : (error as Error)
}

/** Errors of the driver itself before the server has authenticated it. */
function connectingProblem(error: Error): DatabaseUnusable | undefined {
  if (/^SASL: .*password/.test(error.message)) return new DatabaseUnusable('PostgreSQL asks for a password: give it in database_url')
  if (/does not support SSL/.test(error.message))
    return new DatabaseUnusable('PostgreSQL does not offer TLS: turn it on there, or take sslmode out of database_url')
  if ('code' in error && /CERT|VERIFY|ERR_TLS/.test(String(error.code)))
    return new DatabaseUnusable(
      `the certificate of PostgreSQL is not trusted (${error.code}): name its issuer by sslrootcert in database_url`,
    )
  return undefined
}
