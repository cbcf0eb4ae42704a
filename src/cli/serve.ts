/** `gatehouse dev` and `gatehouse serve`: one process, or several that share its address. */
import cluster from 'node:cluster'
import type { Command } from 'commander'
import type { Mode } from '../config/load.ts'
import type { Config } from '../config/schema.ts'
import { demo, furnish } from '../demo.ts'
import { random, systemPlatform } from '../platform.ts'
import { type House, openHouse, type Room } from '../server.ts'
import { version } from '../version.ts'
import { type ConfigFlags, configured, logFor } from './open.ts'
import { Problems } from './problems.ts'
import { untilSignal, within } from './stop.ts'
import type { Terminal } from './terminal.ts'
import { withExamples } from './upkeep.ts'
import { welcome } from './welcome.ts'
import { supervise, untilToldByPrimary } from './workers.ts'

interface ServeFlags extends ConfigFlags {
  host?: string
  port?: string
  workers?: string
  migrate?: true
}

/** Seconds that requests in flight may take when the server stops. */
const patience = 30

export function serve(program: Command, terminal: Terminal): void {
  const command = (mode: Mode, summary: string) =>
    program
      .command(mode)
      .description(summary)
      .option('--host <address>', 'address to listen on')
      .option('--port <number>', 'port to listen on')
      .option('--workers <number>', 'processes that share the work')
      .action((_: unknown, command: Command) => start(terminal, mode, command.optsWithGlobals()))
  withExamples(command('dev', 'development mode: needs nothing, makes keys and demo clients, tells how to begin'), [
    'gatehouse dev',
    'gatehouse dev --port 9000',
  ])
  withExamples(command('serve', 'production mode: refuses what is not safe').option('--migrate', 'bring the database up to date first'), [
    'gatehouse serve --config /etc/gatehouse.yaml',
    'gatehouse serve --workers 4 --migrate',
  ])
}

async function start(terminal: Terminal, mode: Mode, flags: ServeFlags): Promise<void> {
  const given = { 'listen.host': flags.host, 'listen.port': flags.port, workers: flags.workers }
  const overrides = Object.fromEntries(Object.entries(given).filter((entry): entry is [string, string] => entry[1] !== undefined))
  const config = configured(terminal, mode, flags.config, overrides)
  const log = logFor(terminal, mode, config.log)
  const migrations = mode === 'dev' || flags.migrate ? 'apply' : 'refuse'
  const house = await openHouse(config, systemPlatform(log), { migrations, makeKey: mode === 'dev' })
  const greet = cluster.isWorker ? () => {} : await prepare(terminal, mode, house, config)
  if (config.workers === 1 || cluster.isWorker) return work()
  const root = await house.tenant('')
  await root?.ctx.keys.jwks(root.ctx.now()) // so that each worker finds the keys made
  await house.close()
  await supervise({ count: config.workers, patience, log, stop: untilSignal(), onReady: greet })

  async function work(): Promise<void> {
    const stop = cluster.isWorker ? untilToldByPrimary() : untilSignal()
    const open = await house.serve().catch(async (error: unknown) => {
      await house.close()
      throw listenProblem(error, config)
    })
    if (mode === 'serve') log.info({ url: open.url, issuer: config.issuer, version }, 'ready')
    greet()
    const reason = await stop
    log.info({ reason }, 'stopping')
    const done = await within(patience, open.close())
    await house.close()
    if (!done) {
      log.warn('some requests were not done in time')
      process.exit(1) // they would hold the process
    }
    log.info('stopped')
    cluster.worker?.disconnect()
  }
}

/** Before anyone is let in: demo clients in development, none of them in production. Returns what to say once ready. */
async function prepare(terminal: Terminal, mode: Mode, house: House, config: Config): Promise<() => void> {
  const root = await house.tenant('')
  if (mode === 'dev') {
    const password = root && (await furnish(root, random))
    return () => terminal.stdout.write(welcome(terminal, config.issuer, password))
  }
  if (root && (await isOpenToDemo(root))) {
    await house.close()
    throw new Problems(78, [
      'the database holds the demo client of development mode — run "gatehouse clients delete demo-machine", or set database_url',
    ])
  }
  return () => {}
}

/** Can anyone who reads our sources get a token? */
async function isOpenToDemo({ store, tokens }: Room): Promise<boolean> {
  const client = await store.clients.find(demo.machine.client_id)
  return client !== undefined && tokens.matchesSecret(demo.machine.secret, client.secretHashes)
}

function listenProblem(error: unknown, { listen }: Config): unknown {
  const code = (error as NodeJS.ErrnoException).code
  if (code === 'EADDRINUSE') return new Problems(78, [`port ${listen.port} is taken by another program — stop it, or set listen.port`])
  if (code === 'EACCES') return new Problems(78, [`port ${listen.port} is not allowed to this user — set listen.port to 1024 or above`])
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
    return new Problems(78, [`${listen.host} is no address of this machine — set listen.host`])
  return error
}
