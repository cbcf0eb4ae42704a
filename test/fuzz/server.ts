/** Runs the server under test as a child process in development mode, and reads its log. */
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { offByDefault } from '../../src/protocol/features/index.ts'
import { type Engine, freePort } from '../app.ts'
import { bareEnvironment } from '../bare-environment.ts'
import { engines } from '../postgres.ts'

export interface Server {
  issuer: string
  port: number
  /** Folder of the mails it sends. */
  mails: string
  administrator: { email: string; password: string }
  /** Runs a `gatehouse` command on the same database and returns its output. Throws when it fails. */
  command(...words: readonly string[]): Promise<string>
  /** The error that the log has for a request id: its message and the first source line of ours in its stack. */
  faultOf(requestId: string): string | undefined
  /** Undefined while the process runs; otherwise the end of its log. */
  gone(): string | undefined
  stop(): Promise<void>
}

const main = join(import.meta.dirname, '..', '..', 'src', 'main.ts')
const administrator = { email: 'administrator@example.com', password: 'the long password of the administrator' }
const most = 1_000_000

/** Those that need no further files. */
const switches = offByDefault.filter((name) => name !== 'tlsClientAuth')

/** Development mode, with every feature. The limits are raised, since they would stop most requests. */
export const settings = {
  GATEHOUSE_LISTEN_HOST: '127.0.0.1',
  GATEHOUSE_KEYS_ALGS: 'ES256,RS256',
  GATEHOUSE_KEYS_RSA_BITS: '2048',
  GATEHOUSE_PASSWORDS_MEMORY_KIB: '19456',
  GATEHOUSE_PASSWORDS_PASSES: '2',
  ...Object.fromEntries(switches.map((name) => [`GATEHOUSE_FEATURES_${name.replace(/[A-Z]/g, '_$&').toUpperCase()}`, 'true'])),
  GATEHOUSE_MTLS_PROXY: 'nginx',
  GATEHOUSE_TRUSTED_PROXIES: '127.0.0.1',
  GATEHOUSE_LIMITS_SIGN_IN_ACCOUNT: String(most),
  GATEHOUSE_LIMITS_SIGN_IN_ADDRESS: String(most),
  GATEHOUSE_LIMITS_SIGN_IN_TENANT: String(most),
  GATEHOUSE_API_ACCESS_TOKEN: '86400',
  GATEHOUSE_ADMINISTRATOR_CREATE: 'true',
  GATEHOUSE_ADMINISTRATOR_EMAIL: administrator.email,
  GATEHOUSE_ADMINISTRATOR_PASSWORD: administrator.password,
  GATEHOUSE_LOG_LEVEL: 'warn',
  GATEHOUSE_LOG_FORMAT: 'json',
}

export async function startServer(engine: Engine): Promise<Server> {
  const database = await engines[engine]()
  const data = mkdtempSync(join(tmpdir(), 'gatehouse-fuzz-'))
  const port = await freePort()
  const issuer = `http://localhost:${port}`
  const env = {
    ...settings,
    ...bareEnvironment,
    GATEHOUSE_ISSUER: issuer,
    GATEHOUSE_LISTEN_PORT: String(port),
    GATEHOUSE_DATABASE_URL: database.url,
    GATEHOUSE_DATA_DIR: data,
  }
  const run = promisify(execFile)
  const child = spawn(process.execPath, [main, 'dev'], { cwd: data, env, stdio: ['ignore', 'pipe', 'pipe'] })
  const kill = () => child.kill('SIGKILL')
  process.once('exit', kill)
  const log = logOf(child)
  const remove = async () => {
    process.off('exit', kill)
    await database.close()
    await rm(data, { recursive: true, force: true })
  }
  if (!(await log.ready)) {
    await remove()
    throw new Error(`the server did not start:\n${log.text()}`)
  }
  return {
    issuer,
    port,
    mails: join(data, 'mail'),
    administrator,
    command: async (...words) => (await run(process.execPath, [main, ...words], { cwd: data, env })).stdout,
    faultOf: log.faultOf,
    gone: () => (child.exitCode === null && child.signalCode === null ? undefined : `it ended: ${log.text().slice(-2000)}`),
    async stop() {
      if (child.exitCode === null && child.signalCode === null) {
        const closed = once(child, 'close')
        child.kill('SIGTERM')
        await closed
      }
      await remove()
    },
  }
}

function logOf(child: ChildProcess) {
  const faults = new Map<string, string>()
  let text = ''
  let line = ''
  const { promise: ready, resolve } = Promise.withResolvers<boolean>()
  const take = (part: string) => {
    text = (text + part).slice(-20_000)
    if (text.includes('is ready')) resolve(true)
    const lines = (line + part).split('\n')
    line = lines.pop()!
    for (const one of lines) keep(one)
  }
  const keep = (one: string) => {
    const { id, err } = one.startsWith('{"level":"error"') ? JSON.parse(one) : { id: undefined, err: undefined }
    if (id !== undefined) faults.set(id, originOf(err))
  }
  for (const stream of [child.stdout!, child.stderr!]) stream.setEncoding('utf8').on('data', take)
  child.once('close', () => resolve(false))
  return { ready, text: () => text, faultOf: (id: string) => faults.get(id) }
}

function originOf(err: { message?: string; stack?: string } | undefined): string {
  const frame = /(?:src|packages)\/[\w/.-]+\.ts:\d+/.exec(err?.stack ?? '')?.[0]
  return `${err?.message?.split('\n')[0]?.slice(0, 200) ?? 'no error was logged'} (${frame ?? 'not in our files'})`
}
