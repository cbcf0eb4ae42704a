/** The composition root: the only file that knows every folder. */
import { availableParallelism } from 'node:os'
import { clientAuthorities, outboundCertificates } from './certificates.ts'
import type { Config } from './config/schema.ts'
import { importedSecrets } from './crypto/imported-secrets.ts'
import { passwords } from './crypto/passwords.ts'
import { resealOnUse, type Sealing, sealing } from './crypto/reseal.ts'
import { disablePretenuring } from './heap.ts'
import type { Mailer } from './identity/links.ts'
import { checkKeys, openSealer } from './key-encryption.ts'
import { openListeners } from './listeners.ts'
import { folderMailer, type SentMail, smtpMailer } from './mail/mailer.ts'
import { deliveryOf } from './message-delivery.ts'
import { type NodeClock, nodeClock } from './node-clock.ts'
import { clientDocuments } from './outbound/client-documents.ts'
import { keySets } from './outbound/key-sets.ts'
import { remote } from './outbound/remote.ts'
import { backgroundTasks } from './outbox/background-tasks.ts'
import { attemptSoon } from './outbox/soon.ts'
import { periodicTask } from './periodic-task.ts'
import { orderedIds, type Platform, stopwatch } from './platform.ts'
import { assemble } from './protocol/assemble.ts'
import type { Server } from './protocol/feature.ts'
import { enabled } from './protocol/features/index.ts'
import { randomId } from './random-id.ts'
import { everyPath } from './routes.ts'
import { StartupError } from './startup-error.ts'
import { migrate, pending } from './store/migrate.ts'
import { openDatabase } from './store/open.ts'
import { sealedValues } from './store/sealed-values.ts'
import { type Db, sql } from './store/sql.ts'
import { sweeper } from './store/sweep.ts'
import { ROOT_TENANT, systemStore } from './store/system.ts'
import type { TenantStore } from './store/types.ts'
import { vaultQueue } from './store/vault.ts'
import type { AppDeps, Tenant } from './tenant.ts'
import { type TenantCache, tenantCache } from './tenant-cache.ts'
import { type TenantDirectory, tenantDirectory } from './tenant-directory.ts'
import { rotateKeys } from './tenant-key-rotation.ts'
import { refreshDue } from './vault/due.ts'
import { version } from './version.ts'
import { firstPartyClients } from './web/api/first-party.ts'
import type { HttpDeps, Readiness } from './web/http/deps.ts'

export interface App {
  readonly server: Server
  tenants: TenantDirectory
  /** The sealed values of all tenants, and the keys that they are sealed under. */
  sealing: Sealing
  /** The tenant with this slug, '' for the root; undefined when there is none or it is suspended. */
  tenant(slug: string): Promise<Tenant | undefined>
  /** Development mode: the mails of this process that were stored in a folder, newest first. */
  sentMails: (() => readonly SentMail[]) | undefined
  /** Delivers the messages that are due, of all tenants. */
  deliverDue(): Promise<void>
  /** Refreshes stored tokens of other providers that would expire, of all tenants. */
  refreshDue(): Promise<void>
  /** Can it serve, and with what limitation? */
  ready(): Promise<Readiness>
  /**
   * Listens as configured; deletes what has expired, rotates keys and follows the database's clock. `reloadCertificate`: reads the files of
   * the TLS certificate again.
   */
  serve(): Promise<{ url: string; reloadCertificate(): Promise<void>; close(): Promise<void> }>
  close(): Promise<void>
}

/** `migrations`: apply them now, or refuse to open a database that lacks some. `makeKey`: a first key-encryption key may be made. */
export interface OpenOptions {
  migrations: 'apply' | 'refuse'
  makeKey: boolean
  /** Open even if something is sealed under a key that was not given. */
  allowMissingKeys?: true
}

/** Each hash takes one of the four threads that also sign and read files. */
const concurrentHashes = Math.min(availableParallelism(), 3)
/** How often the files of the TLS certificate are read again. */
const certificateCheckSeconds = 10
/** Messages that wait for an attempt are looked for every this many seconds. */
const deliverySeconds = 5
/** Tokens of other providers that would expire are looked for every this many seconds. */
const upstreamSeconds = 60
/** How often the clock of the database is read. */
const clockSeconds = 30

export async function openApp(config: Config, platform: Platform, options: OpenOptions): Promise<App> {
  disablePretenuring()
  const { log } = platform
  const db = await openDatabase(config.database_url, (problem) => log.warn({}, problem), platform.elapsed)
  try {
    await checkMigrations(db, options, log)
    const clock = nodeClock(db, platform)
    await clock.follow()
    const system = systemStore(db)
    const opened = await openSealer(config, platform, system, options)
    await checkKeys(db, opened.sealer, options)
    await ensureRootTenant(system.tenants, platform)
    const outbound = remote({ allowedAddresses: config.outbound.allowed_addresses, ca: await outboundCertificates(config) })
    const mutualTls = { authorities: await clientAuthorities(config), origin: config.mtls.origin }
    return composeApp({ config, platform, db, remote: outbound, mutualTls, ...opened }, system.tenants, clock)
  } catch (error) {
    await db.close()
    throw error
  }
}

async function checkMigrations(db: Db, { migrations }: OpenOptions, log: Platform['log']): Promise<void> {
  if (migrations === 'apply') await migrate(db, (sentence) => log.warn(sentence))
  const missing = await pending(db)
  if (missing.length > 0)
    throw new StartupError(`the database lacks ${missing.length} migration(s), the first ${missing[0]}: run "gatehouse migrate"`)
}

/** Looks first, so that a server on a full disk can start. */
async function ensureRootTenant(tenants: TenantStore, { now }: Platform): Promise<void> {
  if (await tenants.find(ROOT_TENANT)) return
  const root = { id: ROOT_TENANT, slug: '', name: 'Gatehouse', host: undefined, settings: {}, status: 'active' } as const
  await tenants.add({ ...root, createdAt: now() })
}

/** What follows from the rest of what all tenants share. */
type MadeHere =
  | 'server'
  | 'keySets'
  | 'clientDocuments'
  | 'passwords'
  | 'importedSecrets'
  | 'firstParty'
  | 'reseal'
  | 'offersMail'
  | 'delivery'
  | 'attemptSoon'
  | 'backgroundTasks'
  | 'orderedId'

function composeApp(base: Omit<AppDeps, MadeHere>, tenants: TenantStore, clock: NodeClock): App {
  const { config, platform, db } = base
  const { now, random } = platform
  const server = assemble(enabled(config.features))
  const { memory_kib: memory, passes, parallelism: lanes } = config.passwords
  const hasher = passwords({ cost: { memory, passes, lanes }, cores: concurrentHashes, random })
  const mailer = mailerOf(config, platform)
  const orderedId = orderedIds()
  const tenantOf = async (id: string) => {
    const row = await tenants.find(id)
    return row && cache.tenant(row.slug)
  }
  const delivery = deliveryOf(base, { mailer, orderedId, tenantOf })
  const tasks = backgroundTasks((problem, text) => platform.log.warn(problem, text))
  const deps: AppDeps = {
    ...base,
    reseal: resealOnUse(sealedValues(db), base.sealer),
    keySets: keySets({ remote: base.remote, now, failed: (url, err) => platform.log.warn({ err, url }, 'a key set cannot be had') }),
    clientDocuments: clientDocuments({
      ...{ remote: base.remote, now },
      failed: (url, err) => platform.log.info({ err, url }, 'a client ID metadata document cannot be had'),
    }),
    server,
    passwords: hasher,
    importedSecrets: importedSecrets({ random, now }),
    firstParty: firstPartyClients(server, config.keys.algs, {
      accessToken: config.api.access_token,
      refreshToken: config.api.refresh_token,
    }),
    offersMail: mailer !== undefined,
    delivery,
    attemptSoon: attemptSoon(delivery, tasks),
    backgroundTasks: tasks,
    orderedId,
  }
  const cache = tenantCache(deps, tenants)
  const app: App = {
    server,
    tenants: tenantDirectory(tenants, { now, id: () => randomId(random) }),
    sealing: sealing(sealedValues(db), base.sealer),
    tenant: async (slug) => cache.tenant(slug),
    async ready() {
      try {
        await db.read(sql`select 1 as one`)
      } catch (err) {
        platform.log.warn({ err }, 'the database does not answer') // which one it is stays in the log
        return { status: 'not ready', reason: 'the database does not answer' }
      }
      const reasons = [db.limitation, clock.problem].filter((reason) => reason !== undefined)
      return reasons.length === 0 ? { status: 'ready' } : { status: 'degraded', reason: reasons.join('; ') }
    },
    sentMails: mailer?.sent,
    deliverDue: delivery.deliverDue,
    async refreshDue() {
      const vaultOf = async (id: string) => (await tenantOf(id))?.vault
      await refreshDue({ queue: vaultQueue(db), now, vaultOf, warn: (what, text) => platform.log.warn(what, text) })
    },
    serve: () => serve(deps, app, { cache, clock }),
    async close() {
      await deps.backgroundTasks.drain()
      await db.close()
    },
  }
  return app
}

/** Undefined: the features that need mail are not offered. */
function mailerOf(
  { mail: { from, smtp_url: url, folder } }: Config,
  { random, log }: Platform,
): (Mailer & { sent?(): readonly SentMail[] }) | undefined {
  if (from === undefined) return undefined
  if (url !== undefined) return smtpMailer({ url, from })
  return folder === undefined ? undefined : folderMailer({ folder, from, id: () => randomId(random), tell: (text) => log.info({}, text) })
}

async function serve(deps: AppDeps, app: App, { cache, clock }: { cache: TenantCache; clock: NodeClock }): ReturnType<App['serve']> {
  const { config, platform, db } = deps
  const { log, random, now, elapsed } = platform
  const httpDeps: HttpDeps = {
    issuer: config.issuer,
    version,
    routes: everyPath({ ...app, offersMail: deps.offersMail }, config),
    tenant: cache.tenant,
    ready: app.ready,
    id: () => randomId(random),
    stopwatch,
    now,
    help: config.demo.help,
    log,
  }
  const { listen, reloadCertificate, close } = await openListeners(httpDeps, config)
  const root = await app.tenant('')
  const url = await listen()

  // The root tenant needs its keys soon; other tenants get theirs when they are first needed.
  const keysMade = root?.ctx.keys.jwks(now()).catch((err: unknown) => log.warn({ err }, 'signing keys will be made when they are needed'))
  const sweepExpired = sweeper(db, { now, elapsed, batch: config.sweep.batch })
  const tasks = [
    periodicTask(config.sweep.every_seconds, sweepExpired, log),
    periodicTask(3600, () => rotateKeys(cache.open(), log), log),
    periodicTask(certificateCheckSeconds, reloadCertificate, log),
    periodicTask(clockSeconds, clock.follow, log),
    periodicTask(deliverySeconds, app.deliverDue, log),
    periodicTask(upstreamSeconds, app.refreshDue, log),
  ]
  return {
    url,
    reloadCertificate,
    async close() {
      await close()
      await Promise.all([keysMade, ...tasks.map((one) => one.stop())])
    },
  }
}
