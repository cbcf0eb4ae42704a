/** SQLite: one handle, every acknowledged write durable, one commit shared by all writes that wait. */
import type { StatementSync } from 'node:sqlite'
import { diskFull, diskReserve } from './disk-reserve.ts'
import { withReminder } from './reminder.ts'
import { canMatch, DatabaseUnavailable, type Db, DiskFull, insertIf, type Row, Sql, type Transaction, textOf } from './sql.ts'
import { createFile, isBroken, isBusy, isFull, markOf, openFile, RETRY_MILLISECONDS, TRIES, translated } from './sqlite-file.ts'

/** At most this many writes share a commit, so that no batch blocks the event loop. */
const BATCH = 1000
/** Pages that are left unused for new rows, and how many others are given back at a time. A page has 4 KiB. */
const SPARE_PAGES = 1000
const SLICE_PAGES = 250

/** A write that waits for the next commit. `run` returns the function that resolves the caller after the commit; it throws when the whole batch is lost. */
interface Job {
  run(): () => void
  fail(error: Error): void
}

/** Opens or creates the database file. Throws DatabaseUnusable when the operator must act, or DatabaseUnavailable. */
export async function openSqlite(path: string, onProblem: (problem: string) => void): Promise<Db> {
  createFile(path)
  const reserve = diskReserve(`${path}-reserve`, onProblem)
  const handle = await openFile(path, reserve)
  const statements = new Map<readonly string[], StatementSync>()
  const queue: Job[] = []
  let scheduled = false
  let tries = 0

  function run(statement: Sql): Row[] {
    if (!canMatch(statement)) return []
    if (!reserve.held && isGrowth(statement) && !(isNeededToRevoke(statement) && reserve.hasRest)) {
      if (statement.dispensable) return []
      throw new DiskFull(diskFull)
    }
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

  function commit(batch: readonly Job[]): void {
    handle.exec('begin immediate')
    let settle: (() => void)[]
    try {
      settle = batch.map((job) => job.run())
      handle.exec('commit')
    } catch (error) {
      if (handle.isTransaction) handle.exec('rollback')
      throw error
    }
    for (const tell of settle) tell()
  }

  function flush(): void {
    const batch = queue.splice(0, BATCH)
    if (tries === 0) reserve.restore()
    try {
      commit(batch)
    } catch (error) {
      if (tries < TRIES && (isBusy(error) || (isFull(error) && reserve.release()))) {
        tries++
        queue.unshift(...batch)
        setTimeout(flush, RETRY_MILLISECONDS)
        return
      }
      if (isFull(error)) commitOneByOne(batch)
      else for (const job of batch) job.fail(translated(error))
    }
    tries = 0
    scheduled = queue.length > 0
    if (scheduled) setImmediate(flush)
  }

  /** On a full disk, a write that does not fit must not fail the ones that do. */
  function commitOneByOne(batch: readonly Job[]): void {
    for (const job of batch) {
      try {
        commit([job])
      } catch (error) {
        job.fail(translated(error))
      }
    }
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

  async function read(query: Sql): Promise<Row[]> {
    try {
      return run(query)
    } catch (error) {
      throw translated(error)
    }
  }

  return {
    engine: 'sqlite',
    get limitation() {
      reserve.restore()
      return reserve.held ? undefined : diskFull
    },
    mark: markOf(handle),
    read,
    write: (statement) => enqueue(() => run(statement)),
    insertIf: (condition, inserts) => enqueue(() => drive(() => insertIf(condition, inserts))),
    transact: (work) => enqueue(() => drive(work)),
    changeSchema: (work, onWait) =>
      withReminder(onWait, async () => {
        for (;;) {
          try {
            return await enqueue(() => drive(work))
          } catch (error) {
            if (!(error instanceof DatabaseUnavailable && isBusy(error.cause))) throw error
          }
        }
      }),
    async shrink() {
      for (;;) {
        const [row] = await read(unusedPages)
        if ((row!['freelist_count'] as number) < SPARE_PAGES + SLICE_PAGES) return
        await enqueue(() => run(slice))
      }
    },
    async close() {
      if (scheduled) await enqueue(() => undefined).catch(() => undefined)
      handle.close()
    },
  }
}

const unusedPages = new Sql(['pragma freelist_count'], [])
const slice = new Sql([`pragma incremental_vacuum(${SLICE_PAGES})`], [])

/** Does a statement only add? What revokes something may add to one table, and a key that is revoked needs a successor; a version is one row for each tenant. */
const isGrowth = ({ parts }: Sql) =>
  /^\s*insert into (?!revocations\b|configuration_versions\b|signing_keys\b|federation_keys\b)/i.test(parts[0]!)
/**
 * What administrators do on a full disk is in the audit log, others are told of it, and a client that proves itself by a signature, which is
 * good only once, can still revoke: as long as that leaves some space for the revocations.
 */
const isNeededToRevoke = ({ parts, dispensable }: Sql) => dispensable || /^\s*insert into (?:audit|used_once)\b/i.test(parts[0]!)
