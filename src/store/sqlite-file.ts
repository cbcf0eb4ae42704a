/** Opens the file of a SQLite database: created for its owner only, durable, and not written to when it already exists. */
import { accessSync, chmodSync, closeSync, constants, mkdirSync, openSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout } from 'node:timers/promises'
import { type DiskReserve, diskFull } from './disk-reserve.ts'
import { DatabaseFault, DatabaseUnavailable, DatabaseUnusable, DiskFull, UniqueViolation } from './sql.ts'

/** Waiting for another process blocks this one: so a short wait in the library, then many tries between which the event loop is free. */
const BUSY_MILLISECONDS = 10
export const RETRY_MILLISECONDS = 5
export const TRIES = 400

/** "GATE", in the header of the file, by which `file` and `sqlite3` recognise it. */
const APPLICATION_ID = 0x47415445
const FULL = 2

/** Creates the file (0600, in a folder made 0700) if it is missing. Throws DatabaseUnusable, with the remedy, when it cannot. */
export function createFile(path: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    accessSync(dirname(path), constants.W_OK)
    closeSync(openSync(path, 'a', 0o600)) // SQLite gives its other files the mode of this one
    if ((statSync(path).mode & 0o777) !== 0o600) chmodSync(path, 0o600)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOSPC') throw new DiskFull(diskFull, 5, error)
    if (code === 'EROFS')
      throw new DatabaseUnusable(`the database file ${path} is on a read-only file system: mount it writable, or set database_url`)
    if (code === 'EACCES' || code === 'EPERM')
      throw new DatabaseUnusable(
        `the database file ${path} or its folder is not writable: give it to the user that runs this (chown), or set database_url`,
      )
    throw new DatabaseUnusable(`the database file ${path} cannot be created (${code}): set database_url to a file in a folder`)
  }
}

/** Waits for a process that is creating the same file, and frees the reserve when the disk is too full to open it. */
export async function openFile(path: string, reserve: DiskReserve): Promise<DatabaseSync> {
  for (let tries = 1; ; tries++) {
    try {
      return openHandle(path)
    } catch (error) {
      const again = (isBusy(error) && tries < TRIES) || (isFull(error) && reserve.release())
      if (!again) throw openingProblem(path, error)
      await setTimeout(RETRY_MILLISECONDS)
    }
  }
}

function openHandle(path: string): DatabaseSync {
  const handle = new DatabaseSync(path, { timeout: BUSY_MILLISECONDS, enableForeignKeyConstraints: true })
  const pragma = (name: string) => Object.values(handle.prepare(`pragma ${name}`).get() ?? {})[0]
  try {
    if (pragma('page_count') === 0) handle.exec('pragma auto_vacuum = incremental') // only before the first table
    handle.exec('pragma journal_mode = wal; pragma synchronous = full; pragma journal_size_limit = 67108864')
    const program = pragma('application_id')
    if (program === 0) handle.exec(`begin immediate; pragma application_id = ${APPLICATION_ID}; commit`)
    else if (program !== APPLICATION_ID)
      throw new DatabaseUnusable(`${path} is the database of another program: set database_url to another file`)
    if (pragma('synchronous') !== FULL) throw new DatabaseFault('SQLite does not keep synchronous=FULL')
    if (pragma('journal_mode') !== 'wal') throw new DatabaseFault('SQLite does not keep journal_mode=WAL')
    return handle
  } catch (error) {
    handle.close()
    throw error
  }
}

/** `Db.mark`: read once for all that is done before the next event is looked at, since what is committed meanwhile comes after it. */
export function markOf(handle: DatabaseSync): () => number {
  const version = handle.prepare('pragma data_version') // https://www.sqlite.org/pragma.html#pragma_data_version
  version.setReturnArrays(true)
  let mark: number | undefined
  const forget = () => {
    mark = undefined
  }
  return () => {
    if (mark !== undefined) return mark
    process.nextTick(forget)
    try {
      ;[mark] = version.get() as unknown as [number]
    } catch (error) {
      throw translated(error)
    }
    return mark
  }
}

function openingProblem(path: string, error: unknown): Error {
  const code = primary(error)
  if (code === 11 || code === 26)
    return new DatabaseUnusable(`${path} is not a SQLite database, or is damaged: restore it from a backup, or set database_url`)
  if (code === 8) return new DatabaseUnusable(`the database file ${path} is read-only: make it writable, or set database_url`)
  return translated(error)
}

/** https://www.sqlite.org/rescode.html: the low byte is the primary result code. */
function resultCode(error: unknown): number | undefined {
  const code = error instanceof Error && 'errcode' in error ? error.errcode : undefined
  return typeof code === 'number' ? code : undefined
}
const primary = (error: unknown) => (resultCode(error) ?? 0) & 0xff
export const isBusy = (error: unknown) => primary(error) === 5
/** SQLITE_FULL, and SQLITE_IOERR_SHMSIZE: no space for the shared memory beside the file. */
export const isFull = (error: unknown) => primary(error) === 13 || resultCode(error) === 4874

/** BUSY, LOCKED, NOMEM, READONLY, INTERRUPT, IOERR, CORRUPT, FULL, CANTOPEN, PROTOCOL, NOTADB: not the fault of a statement. */
export const isBroken = (error: unknown) => [5, 6, 7, 8, 9, 10, 11, 13, 14, 15, 26].includes(primary(error))

/** An error of `sql.ts`, with SQLite's as its cause; one that is not SQLite's is returned unchanged. */
export function translated(error: unknown): Error {
  const code = resultCode(error)
  if (code === undefined) return error as Error
  const message = `SQLite: ${(error as Error).message} (${code})`
  if (isFull(error)) return new DiskFull(diskFull, 5, error)
  if (isBroken(error)) return new DatabaseUnavailable(message, 5, error)
  return code === 1555 || code === 2067 ? new UniqueViolation(message) : new DatabaseFault(message)
}
