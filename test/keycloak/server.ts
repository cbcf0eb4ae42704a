/** A real Keycloak for a test: fetched from Maven Central once, started with a realm of ours on a free port of loopback. */
import { spawn } from 'node:child_process'
import { createWriteStream, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { freePort } from '../app.ts'

const version = process.env['KEYCLOAK_VERSION'] ?? '26.7.3'
const cache = join(import.meta.dirname, '../../node_modules/.cache/keycloak')
const source = `https://repo1.maven.org/maven2/org/keycloak/keycloak-quarkus-dist/${version}/keycloak-quarkus-dist-${version}.zip`

export interface Keycloak {
  server: string
  realm: string
  clientId: string
  clientSecret: string
  username: string
  password: string
  close(): Promise<void>
}

const realm = 'SBO'
const people = { username: 'vault.obi', password: 'vault' }
const client = { clientId: 'auth', clientSecret: 'the secret of auth in this realm' }

/** As the Auth Manager's: a confidential client that asks for consent, and a public one for people with a password. */
const declared = (logoutUri: string) => ({
  realm,
  enabled: true,
  sslRequired: 'none',
  accessTokenLifespan: 300,
  clients: [
    {
      clientId: client.clientId,
      secret: client.clientSecret,
      attributes: { 'backchannel.logout.url': logoutUri, 'backchannel.logout.session.required': 'true' },
      consentRequired: true,
      standardFlowEnabled: true,
      redirectUris: ['http://localhost:*', 'http://localhost/*', '*'],
      webOrigins: [],
      optionalClientScopes: ['offline_access'],
      defaultClientScopes: ['basic', 'profile', 'email', 'roles'],
    },
    {
      clientId: 'cli',
      publicClient: true,
      standardFlowEnabled: false,
      directAccessGrantsEnabled: true,
      protocolMappers: [
        {
          name: 'for auth',
          protocol: 'openid-connect',
          protocolMapper: 'oidc-audience-mapper',
          config: { 'included.client.audience': client.clientId, 'access.token.claim': 'true' },
        },
      ],
    },
  ],
  users: [
    {
      username: people.username,
      enabled: true,
      firstName: 'Vault',
      lastName: 'Obi',
      email: 'vault@example.com',
      emailVerified: true,
      credentials: [{ type: 'password', value: people.password }],
      realmRoles: ['offline_access', 'default-roles-sbo'],
    },
  ],
})

/** `KEYCLOAK_HOME`: one that is unpacked already. */
async function home(): Promise<string> {
  const given = process.env['KEYCLOAK_HOME']
  if (given) return given
  const folder = join(cache, `keycloak-${version}`)
  if (existsSync(join(folder, 'bin/kc.sh'))) return folder
  mkdirSync(cache, { recursive: true })
  const zip = join(cache, 'keycloak.zip')
  const response = await fetch(source)
  if (!response.ok || !response.body) throw new Error(`${source} answers with status ${response.status}`)
  await pipeline(Readable.fromWeb(response.body as never), createWriteStream(zip))
  await run('unzip', ['-q', zip, '-d', cache])
  rmSync(zip)
  return folder
}

function run(command: string, args: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    spawn(command, args, { stdio: 'inherit' }).once('exit', (code) =>
      code === 0 ? resolve() : reject(new Error(`${command} ended with ${code}`)),
    )
  })
}

/** Java 21 or newer is needed: `JAVA_HOME`, or the one in the path. `logoutUri`: where it says that somebody signed out. */
export async function startKeycloak(logoutUri: string): Promise<Keycloak> {
  const folder = await home()
  const port = await freePort()
  const server = `http://localhost:${port}`
  rmSync(join(folder, 'data/h2'), { recursive: true, force: true })
  mkdirSync(join(folder, 'data/import'), { recursive: true })
  writeFileSync(join(folder, 'data/import/realm.json'), JSON.stringify(declared(logoutUri)))
  const args = ['start-dev', `--http-port=${port}`, '--http-management-port=0', '--import-realm', '--log-level=WARN']
  const child = spawn('sh', [join(folder, 'bin/kc.sh'), ...args], { stdio: ['ignore', 'pipe', 'inherit'], detached: true })
  let said = ''
  child.stdout.on('data', (part: Buffer) => (said += part.toString()))
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const close = async () => {
    if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid)
    await ended
  }
  for (let second = 0; second < 600; second++) {
    const isUp = await fetch(`${server}/realms/${realm}/.well-known/openid-configuration`).then(
      ({ ok }) => ok,
      () => false,
    )
    if (isUp) return { server, realm, ...client, ...people, close }
    if (child.exitCode !== null) throw new Error(`Keycloak ended:\n${said}`)
    await new Promise((resolve) => setTimeout(resolve, 1000))
  }
  await close()
  throw new Error(`Keycloak did not start:\n${said}`)
}
