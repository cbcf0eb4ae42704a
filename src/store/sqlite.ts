/** SQLite: one handle, durable at each answer, one commit shared by all who wait for one. */
import { chmodSync, closeSync, mkdirSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { diskReserve } from './disk-reserve.ts'
import {
  DatabaseFault,
  DatabaseUnavailable,
  type Db,
  isStorable,
  type Row,
  type Sql,
  type Transaction,
  textOf,
  UniqueViolation,
} from './sql.ts'

/** Waiting for another process blocks this one: so a short wait in the library, then many tries with the event loop free between them. */
const BUSY_MILLISECONDS = 10
const RETRY_MILLISECONDS = 5
const TRIES = 400
/** At most so many writes share a commit, so that no batch holds up the event loop. */
const BATCH = 1000

/** A write that waits for the next commit. `run` returns what to tell the caller once it is made; it throws when the whole batch is lost. */
interface Job {
  run(): () => void
  fail(error: Error): void
}

/** Opens or creates the database file (0600, in a folder made 0700). Throws when full durability cannot be had. */
export function openSqlite(path: string, onProblem: (problem: string) => void): Db {
  const handle = openHandle(path)
  const reserve = diskReserve(`${path}-reserve`, onProblem)
  const statements = new Map<readonly string[], StatementSync>()
  const queue: Job[] = []
  let scheduled = false
  let tries = 0

  function run(statement: Sql): Row[] {
    if (!isStorable(statement)) return []
    if (!reserve.held && isGrowth(statement)) throw new DatabaseUnavailable('SQLite: the disk is full')
    let prepared = statements.get(statement.parts)
    if (!prepared) {
      prepared = handle.prepare(textOf(statement.parts, () => '?'))
      statements.set(statement.parts, prepared)
    }
    return prepared.all(...statement.values) as Row[]
  }

  /** Drives a transaction to its end, within the open one. */
  function drive<T>(work: () => Transaction<T>): T {
    handle.exec('savepoint job')
    try {
      const steps = work()
      let step = steps.next()
      while (!step.done) step = steps.next(run(step.value))
      handle.exec('release job')
      return step.value
    } catch (error) {
      if (handle.isTransaction) handle.exec('rollback to job; release job')
      throw error
    }
  }

  function commit(batch: readonly Job[]): (() => void)[] {
    handle.exec('begin immediate')
    try {
      const settle = batch.map((job) => job.run())
      handle.exec('commit')
      return settle
    } catch (error) {
      if (handle.isTransaction) handle.exec('rollback')
      throw error
    }
  }

  function flush(): void {
    const batch = queue.splice(0, BATCH)
    if (tries === 0) reserve.restore()
    try {
      for (const settle of commit(batch)) settle()
    } catch (error) {
      if (tries < TRIES && (isBusy(error) || (isFull(error) && reserve.release()))) {
        tries++
        queue.unshift(...batch)
        setTimeout(flush, RETRY_MILLISECONDS)
        return
      }
      for (const job of batch) job.fail(translated(error))
    }
    tries = 0
    scheduled = queue.length > 0
    if (scheduled) setImmediate(flush)
  }

  function enqueue<T>(work: () => T): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>()
    queue.push({
      run() {
        try {
          const result = work()
          return () => resolve(result)
        } catch (error) {
          if (isBroken(error) || !handle.isTransaction) throw error
          return () => reject(translated(error))
        }
      },
      fail: reject,
    })
    if (!scheduled) setImmediate(flush)
    scheduled = true
    return promise
  }

  return {
    engine: 'sqlite',
    async read(query) {
      try {
        return run(query)
      } catch (error) {
        throw translated(error)
      }
    },
    write: (statement) => enqueue(() => run(statement)),
    transact: (work) => enqueue(() => drive(work)),
    async close() {
      if (scheduled) await enqueue(() => undefined).catch(() => undefined)
      handle.close()
    },
  }
}

function openHandle(path: string): DatabaseSync {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  closeSync(openSync(path, 'a', 0o600)) // SQLite gives its other files the mode of this one
  chmodSync(path, 0o600)
  const handle = new DatabaseSync(path, { timeout: 5000, enableForeignKeyConstraints: true })
  try {
    handle.exec(`pragma journal_mode = wal; pragma synchronous = full; pragma journal_size_limit = 67108864`)
    handle.exec(`begin immediate; pragma application_id = ${APPLICATION_ID}; commit`)
    // Only after the first write is it certain: some builds fall back to NORMAL in WAL mode.
    if (handle.prepare('pragma synchronous').get()?.['synchronous'] !== FULL)
      throw new DatabaseFault('SQLite does not keep synchronous=FULL')
    if (handle.prepare('pragma journal_mode').get()?.['journal_mode'] !== 'wal')
      throw new DatabaseFault('SQLite does not keep journal_mode=WAL')
    handle.exec(`pragma busy_timeout = ${BUSY_MILLISECONDS}`)
    return handle
  } catch (error) {
    handle.close()
    throw translated(error)
  }
}
const FULL = 2
/** "GATE", in the header of the file: what `file` and `sqlite3` tell it by. */
const APPLICATION_ID = 0x47415445

/** Does a statement only add? What takes something back may add to one table. */
const isGrowth = (statement: Sql) => /^\s*insert into (?!revocations\b)/i.test(statement.parts[0]!)

/** https://www.sqlite.org/rescode.html: the low byte is the primary result code. */
function resultCode(error: unknown): number | undefined {
  const code = error instanceof Error && 'errcode' in error ? error.errcode : undefined
  return typeof code === 'number' ? code : undefined
}
const primary = (error: unknown) => (resultCode(error) ?? 0) & 0xff
const isBusy = (error: unknown) => primary(error) === 5
const isFull = (error: unknown) => primary(error) === 13

/** BUSY, LOCKED, NOMEM, READONLY, INTERRUPT, IOERR, CORRUPT, FULL, CANTOPEN, PROTOCOL, NOTADB: not the fault of a statement. */
const isBroken = (error: unknown) => [5, 6, 7, 8, 9, 10, 11, 13, 14, 15, 26].includes(primary(error))

/** An error in the words of `sql.ts`; one that is not SQLite's stays as it is. */
function translated(error: unknown): Error {
  const code = resultCode(error)
  if (code === undefined) return error as Error
  const message = `SQLite: ${(error as Error).message} (${code})`
  if (isBroken(error)) return new DatabaseUnavailable(message)
  return code === 1555 || code === 2067 ? new UniqueViolation(message) : new DatabaseFault(message)
}
