/**
 * What a tenant has configured, kept in memory for as long as its version stays the same.
 *
 * Clients, resources, connections, webhooks, trusted issuers, signing keys and tenants are read with nearly every request and changed rarely. Each change of them also moves the
 * version of its tenant, in the same transaction, whatever port or command it comes from. What was read is used again only while the version
 * is still the one it was read under.
 *
 * The promise: nothing older is ever used than the last change that this process made, or, on SQLite, that any process made. On PostgreSQL a
 * change of another node is seen after at most half a second. Who changes these tables by hand must move the version too.
 */
import { setBounded } from '../protocol/set-bounded.ts'
import { type BoundedValues, boundedValues, sizeOf } from './bounded-values.ts'
import { type Db, insertIf, type Row, type Sql, sql, type Transaction } from './sql.ts'

/** The directory of all tenants has a version of its own. */
export const DIRECTORY = ''

/** How many values are kept, of all tenants together, and their bytes; how often that there is none; and the longest key of one, in characters. */
const maxValues = 50_000
const maxBytes = 100_000_000
const maxNothing = 10_000
const maxKey = 512
/** What stands for all there are is kept with its tenant up to so many bytes, and as one of all values beyond. */
const maxWhole = 8192
/** Of how many tenants anything is kept, which is more than are cached. */
const maxTenants = 14_000

/** Whether a statement changes what is configured. The schema of attributes is locked by an insert that changes nothing. */
const configuring =
  /^\s*(?:(?:insert into|update|delete from) (?:clients|client_secrets|client_origins|resources|resource_secrets|connections|webhooks|event_streams|trusted_issuers|credential_configurations|signing_keys|federation_keys|federation_entities|tenants)|update attribute_schemas)\b/i

/** `T`, at once when it is known. */
export type MaybePromise<T> = T | Promise<T>

export interface Configuration {
  /** The same database, which counts each change of what is configured. */
  readonly db: Db
  /** `versionOf` this tenant. */
  version(): MaybePromise<number>
  /**
   * Remembers what `load` finds for each key, and always for ''. All who ask share one value, which nobody changes. It is kept under `name`,
   * which stands for these values alone, so that it outlives the stores of the tenant that asked for it.
   */
  remembering<T>(name: string, load: (key: string) => Promise<T>): (key: string) => MaybePromise<T>
}

interface Remembered {
  version: number
  value: unknown
}

/** What this process knows from one database. */
interface Memory {
  tenants: Map<string, TenantMemory>
  /** By tenant, name and key. */
  values: BoundedValues<Remembered>
  /** Where there is none. Apart, so that nobody pushes values out by asking for what does not exist. */
  nothing: Map<string, Remembered>
}

interface TenantMemory {
  /** Its version, as it was when the database had this mark. */
  latest: { mark: number; version: MaybePromise<number> } | undefined
  /** By name, the values of the key '', each of which stands for all there are, unless it is large. */
  wholes: Record<string, Remembered | undefined>
}

const memories = new WeakMap<Db, Memory>()

function memoryOf(db: Db): Memory {
  const known = memories.get(db) ?? {
    tenants: new Map(),
    values: boundedValues({ most: maxValues, bytes: maxBytes }),
    nothing: new Map(),
  }
  memories.set(db, known)
  return known
}

function tenantMemory({ tenants }: Memory, tenant: string): TenantMemory {
  const known = tenants.get(tenant)
  if (known) return known
  const begun: TenantMemory = { latest: undefined, wholes: {} }
  setBounded(tenants, tenant, begun, maxTenants)
  return begun
}

/** What a tenant has configured has another number after each change. Rejects and throws as reading does. */
export function versionOf(db: Db, tenant: string): MaybePromise<number> {
  const memory = tenantMemory(memoryOf(db), tenant)
  const mark = db.mark()
  if (memory.latest?.mark === mark) return memory.latest.version
  const asked = { mark, version: ask() as MaybePromise<number> }
  memory.latest = asked
  return asked.version

  async function ask(): Promise<number> {
    try {
      const found = await storedVersion(db, tenant)
      asked.version = found
      return found
    } catch (error) {
      if (memory.latest === asked) memory.latest = undefined
      throw error
    }
  }
}

export function configuration(db: Db, tenant: string): Configuration {
  const memory = memoryOf(db)

  /** Whatever came of it: a change whose commit was not confirmed may have been made. */
  async function counted<T>(work: () => Transaction<T>): Promise<T> {
    let changes = false
    const noted = () => {
      changes = true
    }
    try {
      return await db.transact(() => counting(tenant, work, noted))
    } finally {
      if (changes) tenantMemory(memory, tenant).latest = undefined
    }
  }

  function remembering<T>(name: string, load: (key: string) => Promise<T>): (key: string) => MaybePromise<T> {
    const nameOf = (key: string) => `${tenant}\n${name}\n${key}` // the key may be any text, so it comes last

    function valueAt(version: number, key: string): MaybePromise<T> {
      const found = (key === '' && tenantMemory(memory, tenant).wholes[name]) || rememberedAt(memory, nameOf(key))
      return found?.version === version ? (found.value as T) : loadAt(version, key)
    }

    async function loadAt(version: number, key: string): Promise<T> {
      const value = await load(key)
      const isOwn = key === '' && sizeOf(value) <= maxWhole
      if (key === '') tenantMemory(memory, tenant).wholes[name] = isOwn ? { version, value } : undefined
      if (!isOwn) remember(memory, nameOf(key), { version, value })
      return value
    }

    return (key) => {
      if (key.length > maxKey) return load(key)
      const version = versionOf(db, tenant)
      if (typeof version === 'number') return valueAt(version, key)
      return version.then((known) => valueAt(known, key))
    }
  }

  const overridden: Pick<Db, 'write' | 'insertIf' | 'transact'> = {
    write: (statement) => (isConfiguring(statement) ? counted(() => single(statement)) : db.write(statement)),
    insertIf: (condition, inserts) =>
      [condition, ...inserts].some(isConfiguring) ? counted(() => insertIf(condition, inserts)) : db.insertIf(condition, inserts),
    transact: counted,
  }
  return { db: Object.assign(Object.create(db) as Db, overridden), version: () => versionOf(db, tenant), remembering }
}

/** Changes rows of any tenants by a statement that returns the `tenant_id` of each where it changes what is configured. */
export async function writeToAny(db: Db, statement: Sql): Promise<Row[]> {
  if (!isConfiguring(statement)) return db.write(statement)
  let tenants: ReadonlySet<string> = new Set()
  try {
    return await db.transact(function* () {
      const rows = yield statement
      tenants = new Set(rows.map((row) => row['tenant_id'] as string))
      for (const tenant of [...tenants].toSorted()) yield nextVersion(tenant) // in one order, so that nodes do not wait for each other
      return rows
    })
  } finally {
    for (const tenant of tenants) tenantMemory(memoryOf(db), tenant).latest = undefined
  }
}

const rememberedAt = ({ values, nothing }: Memory, name: string) => values.get(name) ?? nothing.get(name)

function remember({ values, nothing }: Memory, name: string, remembered: Remembered): void {
  const { value } = remembered
  values.delete(name)
  nothing.delete(name)
  if (value === undefined || value === false) setBounded(nothing, name, remembered, maxNothing)
  else values.set(name, remembered)
}

function* single(statement: Sql): Transaction<Row[]> {
  return yield statement
}

/** The steps of a transaction; when one of them has changed what is configured, the version moves at its end. */
function* counting<T>(tenant: string, work: () => Transaction<T>, note: () => void): Transaction<T> {
  const steps = work()
  let changed = false
  let step = steps.next()
  while (!step.done) {
    if (isConfiguring(step.value)) {
      changed = true
      note()
    }
    step = steps.next(yield step.value)
  }
  // Last, so that nobody waits for another change of the tenant while holding what that change needs.
  if (changed) yield nextVersion(tenant)
  return step.value
}

function nextVersion(tenant: string): Sql {
  return sql`
    insert into configuration_versions (tenant_id, version) values (${tenant}, 1)
    on conflict (tenant_id) do update set version = configuration_versions.version + 1`
}

async function storedVersion(db: Db, tenant: string): Promise<number> {
  const [row] = await db.read(sql`select version from configuration_versions where tenant_id = ${tenant}`)
  return (row?.['version'] as number | undefined) ?? 0
}

const known = new WeakMap<readonly string[], boolean>()

function isConfiguring({ parts }: Sql): boolean {
  const found = known.get(parts)
  if (found !== undefined) return found
  const changes = configuring.test(parts[0]!)
  known.set(parts, changes)
  return changes
}
