/** PostgreSQL through a pool of connections, statements prepared once per call site and connection. */
import pg from 'pg'
import { endOfTurn } from '../turn.ts'
import { conditionalInsert, isUnmet } from './postgres-conditional.ts'
import { isAnswer, isConflict, isDiskFull, isEnded, translated } from './postgres-errors.ts'
import { sharedReads } from './postgres-reads.ts'
import { withReminder } from './reminder.ts'
import { canMatch, type Db, type Row, type Sql, type Transaction, textOf, type Value } from './sql.ts'

const CONNECTIONS = 10
/** The end of a server is noticed by each connection in turn; an act is tried this many times. */
const TRIES = CONNECTIONS + 1
/** Milliseconds. */
const MARK_EVERY = 500
const BIGINT = 20
/** Any number that no other program locks in the same database. */
const SCHEMA_LOCK = 7_235_419_206

/** Our times and counters stay below 2^53. */
const types: pg.CustomTypesConfig = {
  getTypeParser: (oid, format) => (oid === BIGINT ? Number : pg.types.getTypeParser(oid, format)),
}

/** Opens no connection yet: the first act does, and each act after the database was away. */
export function openPostgres(url: string, onProblem: (problem: string) => void, elapsed: () => number): Db {
  const connection = { connectionString: url, application_name: 'gatehouse', connectionTimeoutMillis: 4_000, keepAlive: true, types }
  const pooled = new WeakSet<object>()
  let diskFull = false
  const pool = new pg.Pool({
    ...connection,
    max: CONNECTIONS,
    query_timeout: 8_000, // for a server that no longer answers at all
    onConnect: async (client) => {
      if (await isPooled(client)) pooled.add(client)
    },
  })
  pool.on('error', (error) => onProblem(`PostgreSQL: an idle connection was lost: ${translated(error).message}`))
  // A connection lost between two statements of a transaction: the next statement tells.
  pool.on('connect', (client) => client.on('error', () => {}))

  const prepared = new Map<readonly string[], { name: string; text: string }>()
  async function run(client: pg.ClientBase, statement: Sql): Promise<Row[]> {
    if (!canMatch(statement)) return []
    let { name, text } = prepared.get(statement.parts) ?? { name: '', text: '' }
    if (!name) {
      name = `s${prepared.size + 1}`
      text = textOf(statement.parts, (n) => `$${n}`)
      prepared.set(statement.parts, { name, text })
    }
    const values = statement.values as Value[]
    return (await client.query<Row>(pooled.has(client) ? { text, values } : { name, text, values })).rows
  }

  /** Lends a connection to `work`; one that failed by anything but the server's answer is thrown away. */
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

  /** Runs `work` on a connection: again when the database undid it for the sake of another, or when nothing can have come of it yet. */
  async function attempt<T>(work: (client: pg.PoolClient, progress: TransactionState) => Promise<T>): Promise<T> {
    for (let n = 1; ; n++) {
      const progress: TransactionState = { repeatable: false }
      try {
        return await borrow((client) => work(client, progress))
      } catch (error) {
        if (isDiskFull(error)) diskFull = true
        const again = isConflict(error) || (progress.repeatable && isEnded(error))
        if (!again || n === TRIES) throw translated(error)
      }
    }
  }

  const shared = sharedReads(connection, { run, isPooled, elapsed })
  async function readNow(query: Sql): Promise<Row[]> {
    const rows = await shared.read(query)
    if (rows) return rows
    return attempt((client, progress) => {
      progress.repeatable = true
      return run(client, query)
    })
  }

  const turnEnds = endOfTurn()
  const underWay = new Set<Promise<unknown>>()
  async function until<T>(result: Promise<T>): Promise<T> {
    underWay.add(result)
    try {
      return await result
    } finally {
      underWay.delete(result)
      await turnEnds()
    }
  }

  async function change<T>(work: (client: pg.PoolClient, progress: TransactionState) => Promise<T>): Promise<T> {
    const result = await until(attempt(work))
    diskFull = false
    return result
  }

  return {
    engine: 'postgres',
    get limitation() {
      return diskFull ? 'the disk of PostgreSQL is full: nothing new is accepted until there is space' : undefined
    },
    mark: () => Math.floor((elapsed() * 1000) / MARK_EVERY),
    read: (query) => until(readNow(query)),
    write: (statement) => change((client) => run(client, statement)),
    insertIf: async (condition, inserts) => {
      const statement = conditionalInsert(condition, inserts)
      if (statement === undefined) return false
      return change(async (client) => {
        try {
          return (await run(client, statement)).length > 0
        } catch (error) {
          if (isUnmet(error)) return false
          throw error
        }
      })
    },
    transact: (work) =>
      change((client, progress) => drive(client, pooled.has(client) ? limited : 'begin', () => steps(work, client, run), progress)),
    changeSchema: (work, onWait) =>
      withReminder(onWait, async () => {
        const client = new pg.Client(connection)
        client.on('error', () => {})
        pooled.add(client) // it may be, and no statement of it is run twice
        try {
          await client.connect()
          return await drive(client, unlimited, () => steps(work, client, run), { repeatable: false })
        } catch (error) {
          throw translated(error)
        } finally {
          await client.end().catch(() => {})
        }
      }),
    shrink: async () => {}, // it does so itself: autovacuum
    async close() {
      await Promise.allSettled(underWay) // the pool would leave those who wait for a connection waiting
      await Promise.all([pool.end(), shared.close()])
    },
  }
}

/** A statement is cut after 5 s, and a transaction that does nothing after 10 s. */
const limited = 'begin; set local statement_timeout = 5000; set local idle_in_transaction_session_timeout = 10000'
const unlimited = `begin; set local statement_timeout = 0; set local lock_timeout = 0; set local idle_in_transaction_session_timeout = 0;
  select pg_advisory_xact_lock(${SCHEMA_LOCK})`

/**
 * Does a pooler stand between us and the server? Then another process answers than the one that greeted us, and perhaps another one each time:
 * nothing may be left in a session, no prepared statement and no setting. If none does, the time limits are set for the session.
 */
async function isPooled(client: pg.ClientBase): Promise<boolean> {
  const { processID } = client as unknown as { processID: number }
  const { rows } = await client.query(
    `select pg_backend_pid() as pid,
      case when pg_backend_pid() = $1 then set_config('statement_timeout', '5000', false) end,
      case when pg_backend_pid() = $1 then set_config('idle_in_transaction_session_timeout', '10000', false) end`,
    [processID],
  )
  return rows[0].pid !== processID
}

interface TransactionState {
  /** True while losing the connection means that nothing was done. */
  repeatable: boolean
}

/** Runs the steps of a transaction to its end on one connection. */
async function drive<T>(client: pg.ClientBase, begin: string, work: () => Promise<T>, progress: TransactionState): Promise<T> {
  progress.repeatable = true
  await client.query(begin)
  try {
    const result = await work()
    progress.repeatable = false
    await client.query('commit')
    return result
  } catch (error) {
    if (isAnswer(error)) await client.query('rollback')
    throw error
  }
}

async function steps<T>(
  work: () => Transaction<T>,
  client: pg.ClientBase,
  run: (client: pg.ClientBase, statement: Sql) => Promise<Row[]>,
): Promise<T> {
  const transaction = work()
  let step = transaction.next()
  while (!step.done) step = transaction.next(await run(client, step.value))
  return step.value
}
