/** Gatehouse as a process of the bench: the server as it is, furnished with clients, a person and codes through its own ports. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openApp } from '../src/app.ts'
import { loadConfig } from '../src/config/load.ts'
import { connectionSchema } from '../src/connections/connection.ts'
import { createAccount } from '../src/identity/accounts.ts'
import { logger, random, readFile, systemPlatform } from '../src/platform.ts'
import { accessTokenAlgs, signingAlgs } from '../src/protocol/algs.ts'
import { readClient } from '../src/protocol/register.ts'
import type { Tenant } from '../src/tenant.ts'
import { keepTokens } from '../src/vault/keep.ts'
import { version } from '../src/version.ts'
import { answerAsks, cpuTime } from './child.ts'
import {
  authTime,
  type CodesWanted,
  challenge,
  clients,
  type Opened,
  person,
  publicKey,
  type Registration,
  redirectUri,
  registrations,
  secret,
  type VaultWanted,
} from './contestant.ts'
import { freePort } from './free-port.ts'

const folder = mkdtempSync(join(tmpdir(), 'gatehouse-bench-'))
process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
let root: Tenant

answerAsks({ open, codes, vault, hashesPerSecond, cpu: cpuTime })

interface Wishes {
  /** URL of an empty PostgreSQL database; absent: an SQLite file. */
  database?: string
  /** With a client for each there is. */
  algorithms?: boolean
  /** Of the person; absent: none. */
  password?: string
}

async function open({ database, algorithms = false, password }: Wishes): Promise<Opened> {
  const port = await freePort()
  const origin = `http://127.0.0.1:${port}`
  const env = {
    GATEHOUSE_ISSUER: origin,
    GATEHOUSE_LISTEN_HOST: '127.0.0.1',
    GATEHOUSE_LISTEN_PORT: String(port),
    GATEHOUSE_DATABASE_URL: database ?? `sqlite:${join(folder, 'gatehouse.db')}`,
    GATEHOUSE_DATA_DIR: folder,
    GATEHOUSE_KEYS_ALGS: algorithms ? signingAlgs.join() : 'ES256,RS256',
    GATEHOUSE_KEYS_RSA_BITS: '2048',
    GATEHOUSE_LIMITS_SIGN_IN_ACCOUNT: '1000000',
    GATEHOUSE_LIMITS_SIGN_IN_ADDRESS: '1000000',
    GATEHOUSE_LIMITS_SIGN_IN_TENANT: '1000000',
    GATEHOUSE_LIMITS_FLOWS_PER_ADDRESS: '1000000',
  }
  const loaded = loadConfig({ mode: 'dev', env, readFile })
  if ('problems' in loaded) throw new Error(loaded.problems.join('\n'))
  const log = logger({ level: 'info', format: 'json' }) // as in production
  const app = await openApp(loaded.config, systemPlatform(log), { migrations: 'apply', makeKey: true })
  await app.serve()
  root = (await app.tenant(''))!
  for (const client of clients) await register(app.server, client)
  const more = algorithms ? [...accessTokenAlgs, 'opaque' as const] : []
  for (const access of more) await register(app.server, { ...registrations['machine-es256'], id: `machine-${access}`, access })
  const { sub, username, email, claims } = person
  const chosen = password === undefined ? undefined : { text: password, temporary: false }
  await createAccount(root.accounts, { sub, username, email, claims: { ...claims, email_verified: true } }, chosen)
  return { origin, version }
}

/** Of passwords, as many at once as the server makes. */
async function hashesPerSecond({ seconds }: { seconds: number }): Promise<number> {
  const begin = performance.now()
  let count = 0
  const line = async () => {
    for (; performance.now() - begin < seconds * 1000; count++) await root.accounts.passwords.hash('a password to hash')
  }
  await Promise.all(Array.from({ length: 8 }, line))
  return Math.round((count * 1000) / (performance.now() - begin))
}

async function register(
  server: Parameters<typeof readClient>[0],
  { id, grants, scope, access, idToken, byKey }: Registration,
): Promise<void> {
  const tokens = access === 'opaque' ? { access_token_format: access } : { access_token_signed_response_alg: access }
  const metadata = {
    client_id: id,
    grant_types: grants,
    redirect_uris: grants.includes('authorization_code') ? [redirectUri] : [],
    scope,
    id_token_signed_response_alg: idToken,
    ...tokens,
    ...(byKey ? { token_endpoint_auth_method: 'private_key_jwt', jwks: { keys: [publicKey] } } : {}),
  }
  const client = readClient(server, root.ctx.keys.algs, metadata, root.ctx.id)
  await root.store.clientsAdmin.add(client, [{ id: root.ctx.id(), hash: root.tokens.hashSecret(secret), createdAt: authTime }])
}

/** A connection, an entry of the person without an access token, and a client that may exchange tokens for that of the entry. */
async function vault({ issuer, clientId, clientSecret, refreshToken }: VaultWanted): Promise<void> {
  const { store, connections, vault, ctx, tokens } = root
  const name = 'upstream'
  const declared = connectionSchema.parse({ name, issuer, client_id: clientId, vault: { enabled: true, scope: 'read' } })
  await store.connections.add(declared, connections.secrets.seal(name, clientSecret))
  const connection = await store.connections.find(name)
  const unknown = { accessToken: undefined, expiresAt: undefined, refreshExpiresAt: undefined, scope: undefined, session: undefined }
  const owner = { type: 'account', id: person.sub } as const
  const entry = { connection: connection!, owner, kind: 'offline', person: undefined, scope: 'read', session: undefined } as const
  await keepTokens(vault, { ...entry, tokens: { ...unknown, refreshToken } })
  const metadata = {
    client_id: 'agent',
    grant_types: ['authorization_code', 'urn:ietf:params:oauth:grant-type:token-exchange'],
    redirect_uris: [redirectUri],
    scope: 'openid read',
    connections: { [name]: 'read' },
  }
  const client = readClient(ctx.server, ctx.keys.algs, metadata, ctx.id)
  await store.clientsAdmin.add(client, [{ id: ctx.id(), hash: tokens.hashSecret(secret), createdAt: authTime }])
}

/** Codes belong to a session that lives. */
async function signedIn(): Promise<void> {
  const { store } = root
  if (await store.sessions.bySid('session')) return
  const account = await store.accounts.bySubject(person.sub)
  const times = { authTime, createdAt: authTime, lastSeenAt: authTime, expiresAt: authTime + 86_400 }
  const session = { hash: 'session', sid: 'session', subject: person.sub, acr: 'aal1', amr: ['pwd'], device: undefined, address: undefined }
  await store.sessions.start({ ...session, ...times }, account?.passwordHash, [])
}

async function codes({ client, scope, count }: Omit<CodesWanted, 'client'> & { client: string }): Promise<string[]> {
  const { store, tokens, ctx } = root
  const words = scope.split(' ')
  const grant = await store.grants.widen({
    clientId: client,
    subject: person.sub,
    scope: words,
    details: [],
    newId: ctx.id(),
    now: authTime,
  })
  await signedIn()
  const texts = Array.from({ length: count }, () => tokens.make('ac'))
  const keep = (text: string) =>
    store.codes.add(
      {
        hash: tokens.hash('ac', text)!,
        grantId: grant.id,
        family: random(16).toString('base64url'),
        asked: asked(client, words),
        scope: words,
        authentication: { subject: person.sub, authTime, acr: 'aal1', amr: ['pwd'], sid: 'session' },
        expiresAt: authTime + 3600,
        usedAt: undefined,
      },
      undefined,
    )
  for (let i = 0; i < count; i += 500) await Promise.all(texts.slice(i, i + 500).map(keep))
  return texts
}

function asked(clientId: string, scope: readonly string[]) {
  return {
    clientId,
    redirectUri,
    redirectUriSent: true,
    responseType: 'code',
    responseMode: 'query',
    scope,
    state: 'state',
    nonce: 'n-0S6_WzA2Mj',
    prompt: [],
    maxAge: undefined,
    loginHint: undefined,
    hintedSubject: undefined,
    hintedSector: undefined,
    acrValues: [],
    requiredAcr: [],
    askedAt: Math.floor(Date.now() / 1000),
    uiLocales: [],
    pushed: undefined,
    usesUp: undefined,
    extensions: { challenge },
  }
}
