/** The database as the ports use it: statements as tagged templates, one text for SQLite and PostgreSQL. */
import { Unavailable, Unstorable } from '../protocol/errors.ts'

export type Value = string | number | null
export type Row = Record<string, Value>

/** One statement: the pieces of its text, and the values between them. Values never become part of the text. */
export class Sql {
  /** The same array each time a call site runs: prepared statements are cached by it. */
  readonly parts: readonly string[]
  readonly values: readonly Value[]
  /** Whether it is left out where the disk is full, so that the rest of its transaction is done. */
  readonly dispensable: boolean
  constructor(parts: readonly string[], values: readonly Value[], dispensable = false) {
    this.parts = parts
    this.values = values
    this.dispensable = dispensable
  }
}

/** The same statement, which a full disk may leave out. */
export function ifSpace({ parts, values }: Sql): Sql {
  return new Sql(parts, values, true)
}

/** A piece of text that several statements share, such as the columns of a table. It is a literal in the source, never a value. */
export class Fragment {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

/** What follows `values` in an insert of several rows, one at least. The last is repeated, so the insert must do nothing on conflict. */
export class Rows {
  readonly width: number
  readonly values: readonly Value[]
  constructor(rows: readonly (readonly Value[])[]) {
    const last = rows.at(-1) ?? []
    this.width = last.length
    this.values = [...rows, ...Array<readonly Value[]>(paddedLength(rows.length) - rows.length).fill(last)].flat()
  }
}

type Insert = Value | readonly Value[] | Rows | Fragment

/** A statement. A list stands for what follows `in`: `where id in ${ids}`. An empty list, and an item that no column can hold, match nothing. */
export function sql(template: TemplateStringsArray, ...inserts: Insert[]): Sql {
  const parts = inserts.some(isFragment) ? spliced(template, inserts) : template
  const values = inserts.filter((insert): insert is Exclude<Insert, Fragment> => !isFragment(insert))
  if (!values.some((value) => isList(value) || isRows(value))) return new Sql(parts, values as Value[])
  const lists = values.map((value) => (isList(value) ? padded(value) : value))
  return new Sql(
    expanded(parts, lists),
    lists.flatMap((value): readonly Value[] => (isRows(value) ? value.values : [value].flat())),
  )
}

const isFragment = (insert: Insert): insert is Fragment => insert instanceof Fragment

const splices = new WeakMap<readonly string[], readonly string[]>()

/** The pieces of a text with its fragments inserted. They are the same for each run of a call site, and so is the array. */
function spliced(template: readonly string[], inserts: readonly Insert[]): readonly string[] {
  const known = splices.get(template)
  if (known) return known
  const pieces = [template[0]!]
  inserts.forEach((insert, i) => {
    const next = template[i + 1]!
    if (isFragment(insert)) pieces.push(pieces.pop()! + insert.text + next)
    else pieces.push(next)
  })
  splices.set(template, pieces)
  return pieces
}

type Listed = Value | readonly Value[] | Rows

const isList = (value: Listed): value is readonly Value[] => Array.isArray(value)
const isRows = (value: Listed): value is Rows => value instanceof Rows

/** The text of a statement, with `mark(1)`, `mark(2)` … where its values go. */
export function textOf(parts: readonly string[], mark: (n: number) => string): string {
  return parts.reduce((text, part, n) => (n === 0 ? part : text + mark(n) + part), '')
}

/** The next power of two, so that there are few lengths and few prepared statements. */
function paddedLength(length: number): number {
  return 2 ** Math.ceil(Math.log2(length))
}

/** Repeats the last item. */
function padded(list: readonly Value[]): readonly Value[] {
  if (list.length === 0) return [null]
  const length = paddedLength(list.length)
  const items = list.map((item) => (isStorable(item) ? item : null)) // the other items still count
  return [...items, ...Array<Value>(length - items.length).fill(items.at(-1)!)]
}

const expansions = new WeakMap<readonly string[], Map<string, readonly string[]>>()

/** The pieces of a text whose lists have become `(?, ?, …)`, and rows `(?, ?), (?, ?), …`; the same array for the same lengths. */
function expanded(parts: readonly string[], values: readonly Listed[]): readonly string[] {
  const known = expansions.get(parts) ?? new Map<string, readonly string[]>()
  expansions.set(parts, known)
  const lengths = values.map((value) => (isRows(value) ? value.values.length : isList(value) ? value.length : 0))
  const found = known.get(lengths.join())
  if (found) return found
  const pieces = [parts[0]!]
  lengths.forEach((length, i) => {
    const next = parts[i + 1]!
    const value = values[i] as Listed
    const width = isRows(value) ? value.width : length
    const between = Array.from({ length: Math.max(0, length - 1) }, (_, n) => ((n + 1) % width === 0 ? '), (' : ', '))
    if (length === 0) pieces.push(next)
    else pieces.push(`${pieces.pop()!}(`, ...between, `)${next}`)
  })
  known.set(lengths.join(), pieces)
  return pieces
}

/** Several statements as one. It can yield nothing but statements, so nothing else can run while the transaction is open. */
export type Transaction<T> = Generator<Sql, T, Row[]>

/** The steps of `Db.insertIf`. */
export function* insertIf(condition: Sql, inserts: readonly Sql[]): Transaction<boolean> {
  if ((yield condition).length === 0) return false
  for (const insert of inserts) yield insert
  return true
}

/**
 * A database. Each call resolves when its effect will survive a power loss, and fails as a whole.
 *
 * No column holds a text with NUL or half a surrogate pair. A statement that would store one is refused with UnstorableText; one that looks
 * for one matches nothing. Calls also reject with DatabaseUnavailable, DatabaseUnusable, UniqueViolation or DatabaseFault.
 */
export interface Db {
  readonly engine: 'sqlite' | 'postgres'
  /** The current limitation, in one sentence for the operator; undefined when there is none. */
  readonly limitation: string | undefined
  /**
   * A number that is another one once others may have committed something that this process has not seen. SQLite knows whenever a request
   * is read; PostgreSQL would have to be asked, so there it counts half seconds.
   */
  mark(): number
  /** One statement that only reads. */
  read(query: Sql): Promise<Row[]>
  /** One statement that changes something; its rows are those it returns. */
  write(statement: Sql): Promise<Row[]>
  /**
   * Runs `condition`, which changes something, and if that returns a row also `inserts`: all of it or nothing. True if it did. The same as a
   * transaction of these steps, in one round trip.
   */
  insertIf(condition: Sql, inserts: readonly Sql[]): Promise<boolean>
  /** Rolled back when `work` throws or a statement fails; either ends it. It must be safe to run twice, as an engine may have to. */
  transact<T>(work: () => Transaction<T>): Promise<T>
  /** A transaction without time limits that waits for all others of its kind. `onWait` is called every few seconds with the seconds it has taken. */
  changeSchema<T>(work: () => Transaction<T>, onWait: (seconds: number) => void): Promise<T>
  /** Returns the space of deleted rows to the file system, in slices that delay no request noticeably. */
  shrink(): Promise<void>
  /** Waits for calls in progress. */
  close(): Promise<void>
}

/** The database cannot be reached or does not answer; what was asked may or may not have been done. HTTP: 503 with Retry-After. */
export class DatabaseUnavailable extends Unavailable {
  override readonly name: string = 'DatabaseUnavailable'
}

/** Nothing new can be stored. */
export class DiskFull extends DatabaseUnavailable {
  override readonly name = 'DiskFull'
}

/** The database cannot be used until the operator acts. The message says what is wrong and how to fix it. */
export class DatabaseUnusable extends DatabaseUnavailable {
  override readonly name = 'DatabaseUnusable'
}

/** A key that must be unique is taken. */
export class UniqueViolation extends Error {
  override readonly name = 'UniqueViolation'
}

/** For `catch`: what to return when a key that must be unique is taken. Any other error is thrown again. */
export function whenTaken<T>(value: T): (error: unknown) => T {
  return (error) => {
    if (error instanceof UniqueViolation) return value
    throw error
  }
}

/** A text that no column can hold. */
export class UnstorableText extends Unstorable {
  override readonly name = 'UnstorableText'
}

/** The database refuses one of our statements. The message never holds values. */
export class DatabaseFault extends Error {
  override readonly name = 'DatabaseFault'
}

/** False when the statement looks for a text that no column can hold, so it matches nothing. Throws UnstorableText when it would store one. */
export function canMatch({ parts, values }: Sql): boolean {
  const unstorable = values.findIndex((value) => !isStorable(value))
  if (unstorable === -1) return true
  if (stores(parts, unstorable)) throw new UnstorableText('a text holds NUL or half a surrogate pair')
  return false
}

const isStorable = (value: Value) => typeof value !== 'string' || (!value.includes('\0') && value.isWellFormed())

/** True for every value of an insert, and for what an update sets: the values before its condition. */
function stores(parts: readonly string[], value: number): boolean {
  if (/^\s*insert\b/i.test(parts[0]!)) return true
  return /^\s*update\b/i.test(parts[0]!) && !parts.slice(0, value + 1).some((part) => /\bwhere\b/i.test(part))
}
