/** `Db.insertIf` as one statement of PostgreSQL. */
import pg from 'pg'
import { canMatch, Sql } from './sql.ts'

/** By the condition: each list of inserts that came with it, and what became of them. */
const composed = new WeakMap<readonly string[], { inserts: readonly (readonly string[])[]; parts: readonly string[] }[]>()

/**
 * Fails with 22012, and so does nothing, if `condition` returns no row. Undefined: it cannot match anything. Throws UnstorableText when an
 * insert would store one. https://www.postgresql.org/docs/current/queries-with.html#QUERIES-WITH-MODIFYING
 */
export function conditionalInsert(condition: Sql, inserts: readonly Sql[]): Sql | undefined {
  if (![condition, ...inserts].every(canMatch)) return undefined
  return new Sql(
    partsOf(condition, inserts),
    [condition, ...inserts].flatMap(({ values }) => values),
  )
}

/** 22012 division_by_zero: nothing else in such a statement divides. */
export function isUnmet(error: unknown): boolean {
  return error instanceof pg.DatabaseError && error.code === '22012'
}

/** The same array each time the same call sites meet, by which prepared statements are known. */
function partsOf(condition: Sql, inserts: readonly Sql[]): readonly string[] {
  const known = composed.get(condition.parts) ?? []
  const found = known.find((one) => one.inserts.length === inserts.length && inserts.every(({ parts }, i) => parts === one.inserts[i]))
  if (found) return found.parts
  const texts = inserts.flatMap((insert, i) => [[`), added${i} as (`], insert.parts])
  const all = [['with met as ('], condition.parts, ...texts, [') select 1 / count(*) as met from met']]
  const parts = all.reduce((pieces, more) => [...pieces.slice(0, -1), pieces.at(-1)! + more[0]!, ...more.slice(1)])
  composed.set(condition.parts, [...known, { inserts: inserts.map((insert) => insert.parts), parts }])
  return parts
}
