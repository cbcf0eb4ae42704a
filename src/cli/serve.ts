/** `gatehouse dev` and `gatehouse serve`: one process, or several that share an address. */
import cluster from 'node:cluster'
import type { Command } from 'commander'
import type { Logger } from 'pino'
import { z } from 'zod'
import { type App, openApp } from '../app.ts'
import type { Mode } from '../config/load.ts'
import type { Config } from '../config/schema.ts'
import { addDemoData, publishedSecrets } from '../demo-data.ts'
import { foldLogin } from '../identity/account.ts'
import { createAccount, LoginTaken } from '../identity/accounts.ts'
import { random, systemPlatform } from '../platform.ts'
import type { Tenant } from '../tenant.ts'
import { version } from '../version.ts'
import { withExamples } from './admin-command.ts'
import { type ConfigFlags, configured, logFor } from './open.ts'
import { Problems, refuseIssues } from './problems.ts'
import { untilSignal, within } from './shutdown.ts'
import type { Terminal } from './terminal.ts'
import { welcome } from './welcome.ts'
import { shutdownRequestedByPrimary, supervise } from './workers.ts'

interface ServeFlags extends ConfigFlags {
  host?: string
  port?: string
  workers?: string
  migrate?: true
  demo?: true
}

/** Seconds for requests in flight when the server stops. */
const patience = 30

/** `gatehouse dev`. */
export function dev(command: Command, terminal: Terminal): void {
  const demo = 'show the way to the example application, which "npm start" runs at http://localhost:3000'
  withExamples(listening(command, terminal, 'dev').option('--demo', demo), ['gatehouse dev', 'gatehouse dev --port 9000'])
}

/** `gatehouse serve`. */
export function serve(command: Command, terminal: Terminal): void {
  withExamples(listening(command, terminal, 'serve').option('--migrate', 'bring the database up to date first'), [
    'gatehouse serve --config /etc/gatehouse.yaml',
    'gatehouse serve --workers 4 --migrate',
  ])
}

function listening(command: Command, terminal: Terminal, mode: Mode): Command {
  return command
    .option('--host <address>', 'address to listen on')
    .option('--port <number>', 'port to listen on')
    .option('--workers <number>', 'processes that share the work')
    .action((flags: ServeFlags) => start(terminal, mode, flags))
}

async function start(terminal: Terminal, mode: Mode, flags: ServeFlags): Promise<void> {
  const stop = cluster.isWorker ? shutdownRequestedByPrimary() : untilSignal()
  if (mode === 'serve') process.on('SIGHUP', () => {}) // a request to read the certificate again, which must not end a server that starts
  try {
    const given = {
      'listen.host': flags.host,
      'listen.port': flags.port,
      workers: flags.workers,
      'demo.application': flags.demo && 'true',
    }
    const overrides = Object.fromEntries(Object.entries(given).filter((entry): entry is [string, string] => entry[1] !== undefined))
    const { config, warnings } = configured(terminal, mode, flags.config, overrides)
    const log = logFor(terminal, mode, config.log)
    if (cluster.isPrimary) for (const warning of warnings) log.warn(warning)
    const migrations = mode === 'dev' || flags.migrate ? 'apply' : 'refuse'
    const app = await openApp(config, systemPlatform(log), { migrations, makeKey: mode === 'dev' })
    const greet = cluster.isWorker ? () => {} : await prepare(terminal, mode, app, { ...config, portFlag: flags.port }).catch(closing(app))
    if (cluster.isWorker || config.workers === 1) return await work({ app, config, mode, log, stop, greet })
    await makeKeys(app)
    await app.close()
    await supervise({ count: config.workers, patience, log, stop, onReady: greet })
  } finally {
    cluster.worker?.disconnect()
  }
}

interface Work {
  app: App
  config: Config
  mode: Mode
  log: Logger
  stop: Promise<string>
  greet(): void
}

async function work({ app, config, mode, log, stop, greet }: Work): Promise<void> {
  const open = await app.serve().catch((error: unknown) => closing(app)(listenProblem(error, config)))
  if (mode === 'serve') process.on('SIGHUP', () => void open.reloadCertificate())
  if (mode === 'serve') log.info({ url: open.url, issuer: config.issuer, version }, 'ready')
  greet()
  const reason = await stop
  log.info({ reason }, 'stopping')
  const done = await within(patience, open.close())
  await app.close()
  if (!done) {
    log.warn('some requests were not done in time')
    process.exit(1) // they would keep the process alive
  }
  log.info('stopped')
}

/** Closes the application after a failure, because it would keep the process alive. */
function closing(app: App): (error: unknown) => Promise<never> {
  return async (error) => {
    await app.close()
    throw error
  }
}

/** Once, before workers start, so that they do not all make keys. */
async function makeKeys(app: App): Promise<void> {
  const root = await app.tenant('')
  await root?.ctx.keys.jwks(root.ctx.now())
}

/** Before the server listens: adds demo data in development, and refuses published secrets in production. Returns what to print when ready. */
async function prepare(terminal: Terminal, mode: Mode, app: App, config: Config & { portFlag: string | undefined }): Promise<() => void> {
  const root = await app.tenant('')
  if (root) await ensureAdministrator(root, config.administrator)
  if (mode === 'dev') {
    const made = root ? await addDemoData(root, random, config.demo.jwt_secret) : 'there'
    return () => terminal.stdout.write(welcome(terminal, config, made))
  }
  const problems = root ? await publishedSecrets(root) : []
  if (problems.length > 0) throw new Problems(78, problems)
  return () => {}
}

/** Creates the account once: its password and role are never set again. */
async function ensureAdministrator({ accounts, ctx }: Tenant, { create, email, password }: Config['administrator']): Promise<void> {
  if (!create || email === undefined || password === undefined) return
  const account = { username: ctx.id(), email, role: 'superadmin' as const, claims: { name: 'Administrator' } }
  if (await accounts.store.accounts.byLogin(foldLogin(email))) return
  await createAccount(accounts, account, { text: password, temporary: false }).catch((error: unknown) => {
    if (error instanceof z.ZodError) refuseIssues(error, (path) => `administrator: ${path}`) // the tenant requires attributes
    if (!(error instanceof LoginTaken)) throw error // another node was first
  })
}

/** What the operator can do about an error of listening; any other error as it is. */
export function listenProblem(error: unknown, { listen }: Pick<Config, 'listen'>): unknown {
  const code = (error as NodeJS.ErrnoException).code
  if (code === 'EADDRINUSE') return new Problems(78, [`port ${listen.port} is used by another program — stop it, or set listen.port`])
  if (code === 'EACCES') return new Problems(78, [`port ${listen.port} is not permitted for this user — set listen.port to 1024 or above`])
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
    return new Problems(78, [`${listen.host} is not an address of this machine — set listen.host`])
  return error
}
