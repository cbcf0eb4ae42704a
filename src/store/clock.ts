/** The clock of the database, by which nodes on several machines agree. */
import { type Db, sql } from './sql.ts'

/** Milliseconds since the epoch; undefined for SQLite, whose processes share one machine and its clock. */
export async function databaseTime(db: Db): Promise<number | undefined> {
  if (db.engine === 'sqlite') return undefined
  const [row] = await db.read(sql`select cast(extract(epoch from clock_timestamp()) * 1000 as bigint) as time`)
  return row!['time'] as number
}
