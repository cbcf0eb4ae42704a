/** A Keycloak of its own: the distribution from Maven Central, one realm, everything in a temporary folder. */
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Unjudgeable } from '../errors.ts'
import { send } from '../http/wire.ts'

export const keycloakVersion = '26.7.3'
const artifact = `org.keycloak:keycloak-quarkus-dist:${keycloakVersion}:zip`
const startSeconds = 600

/** Of the master realm, made at the first start. */
const administrator = { username: 'admin', password: 'suite-admin-5vLm8Kq2' }

export interface KeycloakServer {
  /** Such as `http://localhost:8080/realms/NAME`. */
  issuer: string
  /** Posts JSON to a path of the realm's administration API. Returns the answer. */
  administer(path: string, body: object): Promise<unknown>
  stop(): Promise<void>
}

/** `realm`: the representation of a realm, with its clients and users. Needs Java 21 or newer (`JAVA_HOME`, or the one in the path), and Maven for the first download. */
export async function startKeycloak(realm: { realm: string }): Promise<KeycloakServer> {
  const folder = mkdtempSync(join(tmpdir(), 'suite-keycloak-'))
  const remove = () => rmSync(folder, { recursive: true, force: true })
  process.once('exit', remove)
  cpSync(await distribution(), folder, { recursive: true })
  rmSync(join(folder, 'data'), { recursive: true, force: true }) // of an earlier use of KEYCLOAK_HOME
  mkdirSync(join(folder, 'data/import'), { recursive: true })
  writeFileSync(join(folder, 'data/import/realm.json'), JSON.stringify(realm))
  const port = await freePort()
  const options = ['start-dev', '--import-realm', '--http-host=127.0.0.1', `--http-port=${port}`, '--http-management-scheme=inherited']
  const server = spawn('bash', [join(folder, 'bin/kc.sh'), ...options], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, KC_BOOTSTRAP_ADMIN_USERNAME: administrator.username, KC_BOOTSTRAP_ADMIN_PASSWORD: administrator.password },
    detached: true, // kc.sh starts Java, which is ended with it
  })
  const end = () => server.exitCode === null && process.kill(-server.pid!)
  process.once('exit', end)
  const origin = `http://localhost:${port}`
  const issuer = `${origin}/realms/${realm.realm}`
  await untilReady(issuer, server)
  return {
    issuer,
    administer: (path, body) => administer(origin, `/admin/realms/${realm.realm}${path}`, body),
    async stop() {
      if (end()) await once(server, 'exit')
      remove()
    },
  }
}

async function administer(origin: string, path: string, body: object): Promise<unknown> {
  const post = async (url: string, headers: Record<string, string>, text: string) => {
    const { status, body } = await send({ method: 'POST', url, headers, body: text }, { signal: AbortSignal.timeout(30_000) })
    if (status >= 300) throw new Unjudgeable(`Keycloak answered POST ${url} with status ${status}`)
    return JSON.parse(body) as { access_token: string }
  }
  const form = new URLSearchParams({ grant_type: 'password', client_id: 'admin-cli', ...administrator }).toString()
  const type = { 'content-type': 'application/x-www-form-urlencoded' }
  const { access_token: token } = await post(`${origin}/realms/master/protocol/openid-connect/token`, type, form)
  return post(`${origin}${path}`, { 'content-type': 'application/json', authorization: `Bearer ${token}` }, JSON.stringify(body))
}

/** The unpacked distribution: that of KEYCLOAK_HOME, or one that Maven fetches once. */
async function distribution(): Promise<string> {
  const own = process.env['KEYCLOAK_HOME']
  if (own !== undefined) return own
  const cache = join(import.meta.dirname, '../../node_modules/.cache')
  const home = join(cache, `keycloak-${keycloakVersion}`)
  if (existsSync(home)) return home
  const unpacked = mkdtempSync(join(tmpdir(), 'keycloak-download-'))
  try {
    await promisify(execFile)('mvn', ['-q', '-B', 'dependency:unpack', `-Dartifact=${artifact}`, `-DoutputDirectory=${unpacked}`])
    mkdirSync(cache, { recursive: true })
    if (!existsSync(home)) cpSync(join(unpacked, `keycloak-${keycloakVersion}`), `${home}.new`, { recursive: true })
    renameSync(`${home}.new`, home)
    return home
  } catch (error) {
    throw new Unjudgeable(`TARGET=keycloak needs Java 21 or newer and Maven, or KEYCLOAK_HOME: ${(error as Error).message.split('\n')[0]}`)
  } finally {
    rmSync(unpacked, { recursive: true, force: true })
  }
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = probe.address() as { port: number }
  probe.close()
  await once(probe, 'close')
  return port
}

async function untilReady(issuer: string, server: ChildProcess): Promise<void> {
  let log = ''
  for (const stream of [server.stdout!, server.stderr!]) stream.on('data', (part) => (log = `${log}${part}`.slice(-4000)))
  const signal = AbortSignal.timeout(startSeconds * 1000)
  while (!signal.aborted) {
    if (server.exitCode !== null) throw new Unjudgeable(`Keycloak ended with status ${server.exitCode}:\n${log}`)
    const url = `${issuer}/.well-known/openid-configuration`
    const ready = await send({ method: 'GET', url }, { signal }).catch(() => undefined)
    if (ready?.status === 200) return
    await new Promise((resolve) => setTimeout(resolve, 250))
  }
  process.kill(-server.pid!)
  throw new Unjudgeable(`Keycloak was not ready within ${startSeconds} seconds:\n${log}`)
}
