/** Opens the database an address names. */
import type { Db } from './sql.ts'
import { openSqlite } from './sqlite.ts'

/**
 * `sqlite:PATH` or `postgres://…`. `onProblem` hears in one sentence, free of data, what an operator should know of: a full disk, a lost
 * connection. Throws when the address is neither, or the file cannot be opened.
 */
export async function openDatabase(url: string, onProblem: (problem: string) => void = () => {}): Promise<Db> {
  if (/^postgres(ql)?:\/\//.test(url)) {
    const { openPostgres } = await import('./postgres.ts') // its driver takes time and memory that SQLite can do without
    return openPostgres(url, onProblem)
  }
  const path = /^sqlite:(.+)$/.exec(url)?.[1]
  if (!path) throw new Error('a database address starts with sqlite: or postgres://')
  return openSqlite(path, onProblem)
}
