/** Gatehouse from this repository in production mode, with TLS, prepared by its command line. */
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer as createTlsServer } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { Unjudgeable } from '../errors.ts'
import { type ClientCertificate, send } from '../http/wire.ts'
import { apiAt, startApi } from './gatehouse-api.ts'
import { clients, grantTypeOf, type Prepared, people, registrationsOf, resources } from './prepared.ts'
import { type Around, freePort, passOn, withCertificate } from './proxy.ts'
import type { Api, Resource, RunningTarget } from './target.ts'

const program = fileURLToPath(new URL('../../../bin/gatehouse.js', import.meta.url))
const startSeconds = 60

/**
 * `database`: URL of an empty PostgreSQL database. Default: a temporary SQLite file. With `around`, a proxy stands in front that
 * terminates TLS.
 */
export async function startGatehouse(database = process.env['GATEHOUSE_DATABASE_URL'], around?: Around): Promise<RunningTarget> {
  if (!existsSync(program)) throw new Unjudgeable('TARGET=gatehouse works in a checkout of Gatehouse; give the URL of a running server')
  const folder = mkdtempSync(join(tmpdir(), 'suite-gatehouse-'))
  const port = await freePort()
  const issuer = `https://localhost:${port}`
  const apiPort = await freePort()
  const resource = apiAt(apiPort)
  const inner = around ? await freePort() : port
  const { ca, key } = await writeFiles(folder, { issuer, port: inner, isProxied: around !== undefined, database, api: resource })
  const foreign = Object.entries(process.env).filter(([name]) => !name.startsWith('GATEHOUSE_')) // settings come from the file only
  const env = { ...Object.fromEntries(foreign), GATEHOUSE_CONFIG: join(folder, 'gatehouse.yaml') }
  const remove = () => rmSync(folder, { recursive: true, force: true })
  process.once('exit', remove)
  await prepare(folder, env)
  const server = spawn(process.execPath, [program, 'serve'], { env, stdio: ['ignore', 'ignore', 'inherit'] })
  process.once('exit', () => server.kill())
  const proxy =
    around &&
    createTlsServer({ key, cert: ca, requestCert: true, rejectUnauthorized: false }, withCertificate(around(passOn(inner)))).listen(
      port,
      'localhost',
    )
  const api = await startApi({ issuer, caFile: join(folder, 'tls.crt'), port: apiPort, around })
  await untilReady(issuer, ca, server)
  return {
    name: 'gatehouse',
    issuer,
    ca,
    people,
    clients: registrationsOf(clients),
    resources,
    api: resource,
    certificates: [await clientCertificate(), await clientCertificate()],
    pages: {
      steps: [
        { when: 'form#sign-in', fill: { username: '{username}', password: '{password}' } },
        { when: 'form#consent #allow', fill: {}, click: '#allow' },
        { when: 'form#device', fill: { user_code: '{user_code}' } },
        { when: 'form#sign-out', fill: {} },
      ],
      decline: '#deny',
    },
    async stop() {
      api.stop()
      proxy?.close()
      proxy?.closeAllConnections()
      if (server.kill()) await once(server, 'exit')
      remove()
    },
  }
}

/** Creates the database, clients, APIs and people. */
async function prepare(folder: string, env: NodeJS.ProcessEnv): Promise<void> {
  const gatehouse = async (words: readonly string[], input = '') => {
    const running = promisify(execFile)(process.execPath, [program, ...words], { env, timeout: startSeconds * 1000 })
    running.child.stdin?.end(input)
    await running.catch(({ stderr, message }) => {
      throw new Unjudgeable(`gatehouse ${words[0]} failed: ${stderr || message}`)
    })
  }
  await gatehouse(['migrate'])
  await gatehouse(['tenants', 'update', 'root', '--federation', 'true'])
  await gatehouse(['apply', join(folder, 'clients.json'), '--yes'])
  for (const { username, password } of people) {
    const file = join(folder, `${username}.json`)
    writeFileSync(file, JSON.stringify(accountOf(username)))
    await gatehouse(['users', 'create', '--file', file, '--password-stdin'], password)
  }
}

interface Place {
  issuer: string
  port: number
  /** TLS ends in front of it. */
  isProxied: boolean
  database: string | undefined
  api: Api
}

async function writeFiles(folder: string, { issuer, port, isProxied, database, api }: Place): Promise<{ ca: string; key: string }> {
  const { generate } = await import('selfsigned')
  const { private: key, cert } = await generate([{ name: 'commonName', value: 'localhost' }], {
    keyType: 'ec',
    extensions: [{ name: 'subjectAltName', altNames: [{ type: 2, value: 'localhost' }] }],
  })
  const write = (name: string, text: string) => writeFileSync(join(folder, name), text, { mode: 0o600 })
  write('tls.key', key)
  write('tls.crt', cert)
  write('key', Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString('base64'))
  const { web, ...others } = clients
  const registered = [{ ...web!, scope: `${web!.scope} ${api.scope}` }, ...Object.values(others)]
  write(
    'clients.json',
    JSON.stringify({ resources: [...resources, api].map(apiOf), clients: registered.map(clientOf), credentials: [badge] }),
  )
  const settings = {
    issuer,
    data_dir: folder,
    key_encryption_key_file: join(folder, 'key'),
    features: { mutualTls: true },
    ...(isProxied
      ? { trusted_proxies: ['127.0.0.1', '::1'], mtls: { proxy: 'rfc9440' } }
      : { tls: { cert_file: join(folder, 'tls.crt'), key_file: join(folder, 'tls.key') } }),
    listen: { host: 'localhost', port },
    database_url: database ?? `sqlite:${join(folder, 'gatehouse.db')}`,
    outbound: { allowed_addresses: ['127.0.0.1'] }, // logout tokens are received by the suite
    keys: { rsa_bits: 2048 },
    passwords: { memory_kib: 19456, passes: 2 },
    registration: { open: true, per_address: 100_000 },
    log: { level: 'error' },
  }
  write('gatehouse.yaml', JSON.stringify(settings)) // JSON is YAML
  return { ca: cert, key }
}

/** A credential, OpenID for Verifiable Credential Issuance. */
const badge = { id: 'staff-badge', display: [{ name: 'Staff badge', locale: 'en' }], claims: [{ name: 'email', source: 'account.email' }] }

async function clientCertificate(): Promise<ClientCertificate> {
  const { generate } = await import('selfsigned')
  const { private: key, cert } = await generate([{ name: 'commonName', value: 'client' }], { keyType: 'ec' })
  return { cert, key }
}

/** Authorization details, RFC 9396. */
const orderType = {
  description: 'Place an order',
  schema: {
    type: 'object',
    properties: { type: { const: 'order' }, actions: { type: 'array', items: { type: 'string', maxLength: 50 }, maxItems: 10 } },
    required: ['type'],
    additionalProperties: false,
  },
}

function apiOf({ identifier, scope }: Resource): object {
  return {
    identifier,
    name: new URL(identifier).hostname,
    scopes: Object.fromEntries(scope.split(' ').map((word) => [word, `Use ${word}`])),
    ...(identifier === resources[0]!.identifier ? { authorization_details_types: { order: orderType } } : {}),
  }
}

function clientOf({
  grants,
  native,
  responseTypes,
  pkceOptional,
  certificateBound,
  resource,
  private_key,
  ...registration
}: Prepared): object {
  const policy = {
    ...(pkceOptional ? { pkce: 'optional' } : {}),
    ...(grants.includes('token_exchange') ? { token_exchange: 'impersonate' } : {}),
  }
  const { d, ...publicKey } = private_key ?? {}
  return {
    ...registration,
    grant_types: grants.map(grantTypeOf),
    ...(private_key ? { jwks: { keys: [publicKey] } } : {}),
    ...(responseTypes ? { response_types: responseTypes } : {}),
    ...(certificateBound ? { tls_client_certificate_bound_access_tokens: true } : {}),
    ...(native ? { application_type: 'native' } : {}),
    policy,
    ...(grants.includes('authorization_code') ? { authorization_details_types: ['order'] } : {}),
    ...(resource === undefined ? {} : { resource_server: resource }),
  }
}

function accountOf(username: string): object {
  return {
    username,
    email: `${username}@example.com`,
    claims: {
      name: username,
      given_name: username,
      family_name: 'Example',
      email_verified: true,
      phone_number: '+441632960961',
      phone_number_verified: false,
      address: { locality: 'London', country: 'United Kingdom' },
    },
  }
}

async function untilReady(issuer: string, ca: string, server: ChildProcess): Promise<void> {
  const signal = AbortSignal.timeout(startSeconds * 1000)
  while (!signal.aborted) {
    if (server.exitCode !== null) throw new Unjudgeable(`Gatehouse ended with status ${server.exitCode} before it was ready`)
    const ready = await send({ method: 'GET', url: `${issuer}/readyz` }, { signal, ca }).catch(() => undefined)
    if (ready?.status === 200) return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  server.kill()
  throw new Unjudgeable(`Gatehouse was not ready within ${startSeconds} seconds`)
}
