/** Reads of PostgreSQL over shared connections, which take the next statement before they have answered the last. */
import type { Duplex } from 'node:stream'
import pg from 'pg'
import { isAnswer, translated } from './postgres-errors.ts'
import type { Row, Sql } from './sql.ts'

const READ_CONNECTIONS = 2
/** Milliseconds. A statement that takes longer would hold up those behind it. */
const LONGEST = 250
/** Seconds for which a statement that took longer has a connection of its own. */
const SLOW_FOR = 60
/** Milliseconds, for connecting and for a server that no longer answers at all. */
const PATIENCE = 1000

export interface SharedReads {
  /** Undefined: read it on a connection of its own. Rejects with an error of `sql.ts` that the server gave to this statement. */
  read(statement: Sql): Promise<Row[] | undefined>
  close(): Promise<void>
}

interface Reader {
  client: pg.Client
  /** False: it could not be opened, or must not be shared. */
  open: Promise<boolean>
}

interface ReadDeps {
  run(client: pg.ClientBase, statement: Sql): Promise<Row[]>
  /** Does a pooler stand between us and the server, so that connections cannot be shared? */
  isPooled(client: pg.ClientBase): Promise<boolean>
  /** Seconds since any moment. */
  elapsed(): number
}

/** Opens its connections with the first reads. */
export function sharedReads(config: pg.ClientConfig, { run, isPooled, elapsed }: ReadDeps): SharedReads {
  const slowUntil = new WeakMap<readonly string[], number>()
  const readers = new Map<number, Reader>()
  let reads = 0
  let pooled = false

  function readerOf(slot: number): Reader {
    const known = readers.get(slot)
    if (known) return known
    const client = new pg.Client({ ...config, pipeline: true, connectionTimeoutMillis: PATIENCE, query_timeout: PATIENCE })
    const reader = { client, open: open(client) }
    const forget = () => readers.get(slot) === reader && readers.delete(slot)
    client.on('error', forget) // told, too, to those who wait for an answer
    client.once('end', forget)
    readers.set(slot, reader)
    return reader
  }

  async function open(client: pg.Client): Promise<boolean> {
    try {
      await client.connect()
      pooled = await isPooled(client)
      if (!pooled) await client.query(`set statement_timeout = ${LONGEST}`)
      else await client.end()
      return !pooled
    } catch {
      await client.end().catch(() => {})
      return false
    }
  }

  return {
    async read(statement) {
      if (pooled || elapsed() < (slowUntil.get(statement.parts) ?? 0)) return undefined
      const { client, open } = readerOf(reads++ % READ_CONNECTIONS)
      if (!(await open)) return undefined
      sendTogether(client)
      try {
        return await run(client, statement)
      } catch (error) {
        if (!isAnswer(error)) return undefined
        if (!isCut(error)) throw translated(error)
        slowUntil.set(statement.parts, elapsed() + SLOW_FOR)
        return undefined
      }
    },
    async close() {
      await Promise.all([...readers.values()].map(({ client }) => client.end()))
    },
  }
}

/** 57014 query_canceled, by the time limit. */
const isCut = (error: unknown) => error instanceof pg.DatabaseError && error.code === '57014'

/** All statements of this turn in one packet. */
function sendTogether(client: pg.Client): void {
  const { stream } = (client as unknown as { connection: { stream: Duplex } }).connection
  if (stream.writableCorked > 0) return
  stream.cork()
  process.nextTick(() => stream.uncork())
}
