/** Opens the database that an address names. */
import type { Db } from './sql.ts'
import { openSqlite } from './sqlite.ts'

/**
 * `sqlite:PATH` or `postgres://…`. `onProblem` gets, in one sentence without data, what an operator should know: a full disk, a lost
 * connection. Rejects when the address is neither, and with DatabaseUnusable when the file cannot be used; a server is connected to later.
 * `elapsed`: seconds that pass evenly, whatever happens to the clock.
 */
export async function openDatabase(
  url: string,
  onProblem: (problem: string) => void = () => {},
  elapsed: () => number = () => performance.now() / 1000,
): Promise<Db> {
  if (/^postgres(ql)?:\/\//.test(url)) {
    const { openPostgres } = await import('./postgres.ts') // its driver costs time and memory that SQLite does not need
    return openPostgres(url, onProblem, elapsed)
  }
  const path = /^sqlite:(.+)$/.exec(url)?.[1]
  if (!path) throw new Error('a database address starts with sqlite: or postgres://')
  return openSqlite(path, onProblem)
}
