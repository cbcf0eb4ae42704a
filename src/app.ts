/** The composition root: the only file that knows every room. */
import { readFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import type { Config } from './config/schema.ts'
import { importedSecrets } from './crypto/imported-secrets.ts'
import { unlock, WrongKey } from './crypto/installation.ts'
import { makeKek, readKek } from './crypto/kek.ts'
import { passwords } from './crypto/passwords.ts'
import { sealer } from './crypto/seal.ts'
import type { Post } from './identity/links.ts'
import { errands } from './mail/background-tasks.ts'
import { folderPost, smtpPost } from './mail/mailer.ts'
import { chore } from './periodic-task.ts'
import { orderedIds, type Platform, stopwatch } from './platform.ts'
import { assemble } from './protocol/assemble.ts'
import type { Server } from './protocol/feature.ts'
import { enabled } from './protocol/features/index.ts'
import { migrate, pending } from './store/migrate.ts'
import { openDatabase } from './store/open.ts'
import { type Db, sql } from './store/sql.ts'
import { sweep } from './store/sweep.ts'
import { ROOT_TENANT, systemStore } from './store/system.ts'
import type { TenantRow, TenantStore } from './store/types.ts'
import { type Frame, idFrom, openRoom, type Room } from './tenant.ts'
import { type Tenants, tenantsOf } from './tenant-directory.ts'
import { version } from './version.ts'
import { accountRoutes } from './web/account/routes.ts'
import { docsRoutes } from './web/api/docs.ts'
import { everyRoute } from './web/api/every-route.ts'
import { routeOfJson } from './web/api/json-route.ts'
import { authletePaths } from './web/compat/authlete.ts'
import { type Town, withoutClients } from './web/compat/auto-authn.ts'
import { picoAuthPaths } from './web/compat/pico-auth.ts'
import type { House as DoorHouse } from './web/http/deps.ts'
import { openDoor } from './web/http/listener.ts'
import { aliasesOf, type Route, routeOf } from './web/http/route.ts'
import { linkRoutes } from './web/sign-in/links.ts'
import { signUpLinks, signUpSteps } from './web/sign-in/sign-up.ts'
import { steps } from './web/sign-in/steps.ts'

export interface House {
  readonly server: Server
  tenants: Tenants
  /** The tenant of this slug, '' being the root; undefined when there is none or it is suspended. */
  tenant(slug: string): Promise<Room | undefined>
  /** Why it cannot serve; undefined when it can. */
  ready(): Promise<string | undefined>
  /** Listens as configured, and keeps house: sweeps what has expired, rotates keys. */
  serve(): Promise<{ url: string; close(): Promise<void> }>
  close(): Promise<void>
}

/** A reason not to start that its operator can mend. */
export class CannotOpen extends Error {
  override readonly name = 'CannotOpen'
}

/** `migrations`: apply them now, or refuse to open a database that lacks some. `makeKey`: a first key-encryption key may be made. */
export interface Opening {
  migrations: 'apply' | 'refuse'
  makeKey: boolean
}

/** Each takes one of the four threads that signing and files use too. */
const hashesAtOnce = Math.min(availableParallelism(), 3)
/** A change of a tenant by another node is seen after at most so many seconds. */
const tenantMemory = 5
/** Tenants held at a time. */
const mostRooms = 2000

export async function openHouse(config: Config, platform: Platform, opening: Opening): Promise<House> {
  const { now, log } = platform
  const db = await openDatabase(config.database_url, (problem) => log.warn({}, problem))
  try {
    await bringUpToDate(db, opening)
    const system = systemStore(db)
    const safe = await openSafe(config, platform, system, opening)
    await system.tenants.add({
      id: ROOT_TENANT,
      slug: '',
      name: 'Gatehouse',
      host: undefined,
      settings: {},
      status: 'active',
      createdAt: now(),
    })
    return furnished({ config, platform, db, ...safe }, system.tenants)
  } catch (error) {
    await db.close()
    throw error
  }
}

async function bringUpToDate(db: Db, { migrations }: Opening): Promise<void> {
  if (migrations === 'apply') await migrate(db)
  const missing = await pending(db)
  if (missing.length > 0)
    throw new CannotOpen(`the database lacks ${missing.length} migration(s), the first ${missing[0]}: run "gatehouse migrate"`)
}

/** Opens the key-encryption key and proves that it is the right one. A key is made only for a database that has never had one. */
async function openSafe(
  config: Config,
  { random }: Platform,
  { installation }: ReturnType<typeof systemStore>,
  opening: Opening,
): Promise<Pick<Frame, 'safe' | 'installation'>> {
  const path = config.key_encryption_key_file ?? join(config.data_dir, 'key-encryption-key')
  const fresh = (await installation.find()) === undefined
  if (opening.makeKey && fresh) await makeKek(path, random)
  const paths = [path, ...config.previous_key_encryption_key_files]
  const keks = await Promise.all(
    paths.map((file) =>
      readKek(file, { strict: true }).catch((cause: Error) => {
        throw new WrongKey(
          `The key-encryption key cannot be read: ${cause.message}. Restore the file, or name another with key_encryption_key_file.`,
        )
      }),
    ),
  )
  const safe = sealer(keks, random)
  return { safe, installation: await unlock(installation, safe, random) }
}

function furnished(base: Omit<Frame, 'server' | 'passwords' | 'imported' | 'post' | 'errands' | 'order'>, tenants: TenantStore): House {
  const { config, platform, db } = base
  const { now, random } = platform
  const server = assemble(enabled(config.features))
  const { memory_kib: memory, passes, parallelism: lanes } = config.passwords
  const hasher = passwords({ cost: { memory, passes, lanes }, cores: hashesAtOnce, random })
  const frame = {
    ...base,
    server,
    passwords: hasher,
    imported: importedSecrets({ random, now }),
    post: postOf(config, platform),
    errands: errands((problem, text) => platform.log.warn(problem, text)),
    order: orderedIds(),
  }
  const rooms = new Map<string, { room: Promise<Room | undefined>; until: number }>()

  function room(slug: string): Promise<Room | undefined> {
    const known = rooms.get(slug)
    if (known && known.until > now()) return known.room
    const opened = enter(slug, known?.room)
    opened.catch(() => rooms.delete(slug))
    rooms.delete(slug)
    rooms.set(slug, { room: opened, until: now() + tenantMemory })
    if (rooms.size > mostRooms) rooms.delete(rooms.keys().next().value as string)
    return opened
  }

  /** The room as it was, unless its row or the schema of its people has changed. */
  async function enter(slug: string, before: Promise<Room | undefined> | undefined): Promise<Room | undefined> {
    const row = await tenants.bySlug(slug)
    if (row?.status !== 'active') return undefined
    const was = await before?.catch(() => undefined)
    return was && (await isAsItWas(was, row)) ? was : openRoom(frame, row)
  }

  const house: House = {
    server,
    tenants: tenantsOf(tenants, { now, id: () => idFrom(random), changed: (slug) => rooms.delete(slug) }),
    tenant: room,
    async ready() {
      try {
        await db.read(sql`select 1 as one`)
        return undefined
      } catch (err) {
        platform.log.warn({ err }, 'the database does not answer') // which one it is stays in the log
        return 'the database does not answer'
      }
    },
    serve: () => serve(frame, house, rooms),
    async close() {
      await frame.errands.done()
      await db.close()
    },
  }
  return house
}

async function isAsItWas({ row, schema, store }: Room, now: TenantRow): Promise<boolean> {
  return JSON.stringify([row, schema]) === JSON.stringify([now, await store.attributes.list()])
}

/** Undefined: the features that need mail are not offered. */
function postOf({ mail: { from, smtp_url: url, folder } }: Config, { random, log }: Platform): Post | undefined {
  if (from === undefined) return undefined
  if (url !== undefined) return smtpPost({ url, from })
  return folder === undefined ? undefined : folderPost({ folder, from, id: () => idFrom(random), tell: (text) => log.info({}, text) })
}

function routesOf({ server, tenant: room, tenants }: House, { api }: Config): Route[] {
  const createTenant: Town['createTenant'] = async (ask) => ((await tenants.create(ask)) ? (await room(ask.slug))?.org : undefined)
  const town: Town = { room, tenants, createTenant, openTenants: api.open_tenants, withoutClient: api.without_client, version }
  const json = everyRoute(town)
  const rules = [...server.endpoints.values()].map(routeOf)
  const pages = server.grantTypes.has('authorization_code') ? [...steps, ...signUpSteps] : []
  const account = server.responseTypes.has('none') ? accountRoutes : []
  return [...withoutClients(rules, town), ...pages, ...account, ...json.map(routeOfJson), ...docsRoutes(json, api.docs, version)]
}

async function serve(
  frame: Frame,
  house: House,
  rooms: ReadonlyMap<string, { room: Promise<Room | undefined> }>,
): Promise<{ url: string; close(): Promise<void> }> {
  const { config, platform, db } = frame
  const { log, random, now } = platform
  const routes = routesOf(house, config)
  const doorHouse: DoorHouse = {
    issuer: config.issuer,
    version,
    routes: routes.concat(frame.post ? [...linkRoutes, ...signUpLinks] : [], aliasesOf(routes, { ...authletePaths, ...picoAuthPaths })),
    room: house.tenant,
    ready: house.ready,
    id: () => idFrom(random),
    stopwatch,
    log,
  }
  const { cert_file, key_file } = config.tls
  const tls = cert_file && key_file ? { cert: await readFile(cert_file, 'utf8'), key: await readFile(key_file, 'utf8') } : undefined
  const door = openDoor(doorHouse, { tls, trustedProxies: config.trusted_proxies, bodyBytes: config.limits.body_bytes })
  const root = await house.tenant('')
  const url = await door.listen({ host: config.listen.host, port: config.listen.port })

  // The root tenant is asked for its keys soon; others' are made when they are.
  const keysMade = root?.ctx.keys.jwks(now()).catch((err: unknown) => log.warn({ err }, 'signing keys will be made when they are needed'))
  const swept = async () => {
    while ((await sweep(db, now(), config.sweep.batch)) >= config.sweep.batch);
  }
  const rotated = async () => {
    for (const { room } of [...rooms.values()]) await (await room)?.keyring.tend()
  }
  const chores = [chore(config.sweep.every_seconds, swept, log), chore(3600, rotated, log)]
  return {
    url,
    async close() {
      await door.close()
      await Promise.all([keysMade, ...chores.map((one) => one.stop())])
    },
  }
}
