/** PostgreSQL through a pool of connections, statements prepared once per call site and connection. */
import pg from 'pg'
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

const CONNECTIONS = 10
/** A server's end of all its connections is noticed one by one: so many times an act is tried. */
const TRIES = CONNECTIONS + 1
const BIGINT = 20

/** Opens no connection yet: the first act does, and each act after the database was away. */
export function openPostgres(url: string, onProblem: (problem: string) => void): Db {
  const pool = new pg.Pool({
    connectionString: url,
    application_name: 'gatehouse',
    max: CONNECTIONS,
    connectionTimeoutMillis: 4_000,
    statement_timeout: 5_000,
    query_timeout: 8_000, // for a server that no longer answers at all
    idle_in_transaction_session_timeout: 10_000,
    keepAlive: true,
    // Our times and counters stay below 2^53.
    types: { getTypeParser: (oid, format) => (oid === BIGINT ? Number : pg.types.getTypeParser(oid, format)) },
  })
  pool.on('error', (error) => onProblem(`PostgreSQL: an idle connection was lost: ${translated(error).message}`))
  // A connection lost between two statements of a transaction: the next statement tells.
  pool.on('connect', (client) => client.on('error', () => {}))

  const prepared = new Map<readonly string[], { name: string; text: string }>()
  async function run(client: pg.PoolClient, statement: Sql): Promise<Row[]> {
    if (!isStorable(statement)) return []
    let { name, text } = prepared.get(statement.parts) ?? { name: '', text: '' }
    if (!name) {
      name = `s${prepared.size + 1}`
      text = textOf(statement.parts, (n) => `$${n}`)
      prepared.set(statement.parts, { name, text })
    }
    return (await client.query<Row>({ name, text, values: statement.values as Value[] })).rows
  }

  /** Lends a connection to `work`; one that failed otherwise than by the server's answer is thrown away. */
  async function borrow<T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    const client = await pool.connect()
    try {
      const result = await work(client)
      client.release()
      return result
    } catch (error) {
      client.release(isAnswer(error) ? undefined : (error as Error))
      throw error
    }
  }

  /** Runs `work` on a connection: again when the database undid it for the sake of another, or it says that nothing has come of it yet. */
  async function attempt<T>(work: (client: pg.PoolClient, progress: TransactionState) => Promise<T>): Promise<T> {
    for (let n = 1; ; n++) {
      const progress: TransactionState = { repeatable: false }
      try {
        return await borrow((client) => work(client, progress))
      } catch (error) {
        const again = isConflict(error) || (progress.repeatable && isEnded(error))
        if (!again || n === TRIES) throw translated(error)
      }
    }
  }

  const underWay = new Set<Promise<unknown>>()
  async function act<T>(work: (client: pg.PoolClient, progress: TransactionState) => Promise<T>): Promise<T> {
    const result = attempt(work)
    underWay.add(result)
    try {
      return await result
    } finally {
      underWay.delete(result)
    }
  }

  return {
    engine: 'postgres',
    read: (query) =>
      act((client, progress) => {
        progress.repeatable = true
        return run(client, query)
      }),
    write: (statement) => act((client) => run(client, statement)),
    transact: (work) => act((client, progress) => drive(client, work, run, progress)),
    async close() {
      await Promise.allSettled(underWay) // the pool would leave those who wait for a connection waiting
      await pool.end()
    },
  }
}
type Value = Sql['values'][number]

interface TransactionState {
  /** True while losing the connection means that nothing was done. */
  repeatable: boolean
}

/** Drives a transaction to its end on one connection. */
async function drive<T>(
  client: pg.PoolClient,
  work: () => Transaction<T>,
  run: (client: pg.PoolClient, statement: Sql) => Promise<Row[]>,
  progress: TransactionState,
): Promise<T> {
  progress.repeatable = true
  await client.query('begin')
  try {
    const steps = work()
    let step = steps.next()
    while (!step.done) step = steps.next(await run(client, step.value))
    progress.repeatable = false
    await client.query('commit')
    return step.value
  } catch (error) {
    if (isAnswer(error)) await client.query('rollback')
    throw error
  }
}

/** Did the server answer, or our own code throw? Then the connection is good. Otherwise it was lost on the way, or never there. */
const isAnswer = (error: unknown) => (error instanceof pg.DatabaseError ? !isShutdown(error) : !isLost(error))

/** Class 08: connection exception. 57P01 to 57P05: the server or this connection is being shut down. */
const isShutdown = (error: pg.DatabaseError) => /^(08|57P)/.test(error.code ?? '08')

function isLost(error: unknown): boolean {
  return isEnded(error) || (error instanceof Error && /^(Query read timeout|timeout exceeded|timeout expired)/.test(error.message))
}

/** The connection was closed by the other side, or could not be made: at once, not by waiting in vain. */
function isEnded(error: unknown): boolean {
  if (error instanceof pg.DatabaseError) return isShutdown(error)
  if (!(error instanceof Error)) return false
  if ('code' in error && /^E(?!RR_)/.test(String(error.code))) return true // refused, reset, timed out, unknown host
  return /^(Connection terminated|Client (has encountered|was closed))/.test(error.message)
}

/** 40001 serialization_failure, 40P01 deadlock_detected: the transaction was rolled back for the sake of another. */
const isConflict = (error: unknown) => error instanceof pg.DatabaseError && /^(40001|40P01)$/.test(error.code ?? '')

/**
 * SQLSTATE classes that say nothing about the statement — 08 connection, 40 conflict, 53 resources (too many connections, disk full),
 * 57 shutdown and timeout, 58 system error — and 55P03 lock not available, 25006 read-only (a standby).
 */
const UNAVAILABLE = /^(08|40|53|57|58|55P03|25006)/
/** Classes whose messages hold values: 22 data exception, 23 integrity violation. */
const TELLTALE = /^(22|23)/

/** An error in the words of `sql.ts`; one that is not the database's stays as it is. */
function translated(error: unknown): Error {
  if (error instanceof pg.DatabaseError) {
    const code = error.code ?? '08000'
    const message = TELLTALE.test(code) ? `PostgreSQL: ${code}` : `PostgreSQL: ${error.message} (${code})`
    if (UNAVAILABLE.test(code)) return new DatabaseUnavailable(message)
    return code === '23505' ? new UniqueViolation(message) : new DatabaseFault(message)
  }
  return isLost(error) ? new DatabaseUnavailable(`PostgreSQL: ${(error as Error).message}`) : (error as Error)
}
