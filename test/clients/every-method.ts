/** Every way in which clients authenticate, under every security profile that allows it: how such a client is registered, and where it is tried. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { brokenRules, type ProfileName, profiles } from '../../src/protocol/features/profiles.ts'
import { readClient } from '../../src/protocol/register.ts'
import type { Engine } from '../app.ts'
import { type Identity, selfSigned } from '../certificates.ts'
import { migrated } from '../databases.ts'
import { alice, callback } from '../journeys/application.ts'
import { fetchWith, type Setup, secureServer } from '../journeys/mutual-tls-setup.ts'

export const scope = 'openid offline_access'
export const methods = [
  'client_secret_basic',
  'client_secret_post',
  'client_secret_jwt',
  'private_key_jwt',
  'tls_client_auth',
  'self_signed_tls_client_auth',
  'attest_jwt_client_auth',
  'none',
] as const
export type Method = (typeof methods)[number]
export const securityProfiles = ['oauth21', 'fapi2', 'fapi2-message-signing', 'fapi1-advanced'] as const

/** One client. `constraint`: what its tokens are bound to. */
export interface Case {
  id: string
  method: Method
  profile: (typeof securityProfiles)[number]
  /** Its requests and the responses to them are signed. */
  signed: boolean
  constraint: 'certificate' | 'key' | 'nothing'
  secret: string
}

export interface Keys {
  signing: CryptoKeyPair
  attester: CryptoKeyPair
  instance: CryptoKeyPair
  own: Identity
  robot: Identity
}

export interface World {
  gatehouse: Setup['gatehouse']
  ca: string
  bank: Setup['bank']
  keys: Keys
  /** Requests take turns at the nodes. */
  fetch(one: Case): ReturnType<typeof fetchWith>
  close(): Promise<void>
}

const attesterId = 'https://attester.example'
const pair = async () => (await generateKeyPair('ES256', { extractable: true })) as CryptoKeyPair
const publicJwk = async ({ publicKey }: CryptoKeyPair) => exportJWK(publicKey)

export async function openWorld(engine: Engine, nodes: 1 | 2): Promise<World> {
  const database = await migrated[engine]()
  const data = mkdtempSync(join(tmpdir(), 'gatehouse-methods-'))
  const settings = { DATABASE_URL: database.url, DATA_DIR: data, FEATURES_CLIENT_ATTESTATION_DRAFT11: 'true' }
  const first = await secureServer(engine, 'second', settings, Date.now)
  const servers = nodes === 1 ? [first] : [first, await anotherNode(engine, first, settings)]
  const { gatehouse, bank } = first
  const [signing, attester, instance, own] = [await pair(), await pair(), await pair(), await selfSigned()]
  const robot = await bank.issue({ subject: 'O=Example, CN=robot' })
  const keys = { signing, attester, instance, own, robot }
  await gatehouse.app.tenants.set('', { client_attesters: { [attesterId]: { jwks: { keys: [await publicJwk(attester)] } } } } as never)
  await gatehouse.addAccount({ username: alice.username }, alice.password)
  const { ca } = first
  return {
    gatehouse,
    ca,
    bank,
    keys,
    fetch({ method, constraint }) {
      const identity = method === 'tls_client_auth' ? robot : method.includes('tls') || constraint === 'certificate' ? own : undefined
      const send = fetchWith(identity, ca)
      let turn = 0
      return (url, options) => send(atNode(url, first, servers[turn++ % servers.length]!), options)
    },
    async close() {
      for (const server of servers.toReversed()) await server.close()
      rmSync(data, { recursive: true, force: true })
      await database.close()
    },
  }
}

/** Of the same installation, at ports of its own. */
async function anotherNode(engine: Engine, first: Setup, settings: Record<string, string>): Promise<Setup> {
  const files = { TLS_CERT_FILE: 'cert.pem', TLS_KEY_FILE: 'key.pem', MTLS_CA_FILE: 'ca.pem' }
  const same = Object.fromEntries(Object.entries(files).map(([name, file]) => [name, join(first.folder, file)]))
  const shared = { ISSUER: first.gatehouse.issuer, MTLS_ORIGIN: first.origin, ...same }
  return secureServer(engine, 'second', { ...settings, ...shared }, Date.now)
}

/** The same request, sent to another node, as a load balancer would. */
function atNode(url: string, first: Setup, node: Setup): string {
  return url.replace(first.origin, node.origin).replace(first.address, node.address)
}

/** Undefined when the profile does not allow the method; then its rules must say so. */
export async function register(world: World, profile: Case['profile'], method: Method, library: string): Promise<Case | undefined> {
  const { gatehouse, keys } = world
  const signed = profile === 'fapi2-message-signing' || profile === 'fapi1-advanced'
  const withCertificate = method.includes('tls') || profile === 'fapi1-advanced'
  const constraint = withCertificate ? 'certificate' : profile === 'oauth21' ? 'nothing' : 'key'
  const jwk = { ...(await publicJwk(keys.signing)), kid: 'one', alg: 'ES256' }
  const jwks = { keys: method === 'self_signed_tls_client_auth' ? [jwk, keys.own.jwk] : [jwk] }
  const id = `${library} ${profile} ${method}`.replaceAll(' ', '-')
  const metadata = {
    id_token_signed_response_alg: 'ES256',
    ...profiles[profile satisfies ProfileName].members,
    client_id: id,
    redirect_uris: [callback],
    grant_types: ['authorization_code', 'refresh_token'],
    scope,
    token_endpoint_auth_method: method,
    ...(signed || ['private_key_jwt', 'self_signed_tls_client_auth'].includes(method) ? { jwks } : {}),
    ...(signed ? { authorization_signed_response_alg: 'ES256' } : {}),
    ...(method === 'tls_client_auth' ? { tls_client_auth_subject_dn: 'CN=robot,O=Example' } : {}),
    tls_client_certificate_bound_access_tokens: withCertificate,
    dpop_bound_access_tokens: constraint === 'key',
  }
  const { server, keys: ours, id: newId, now } = gatehouse.root.ctx
  const excluded = profile !== 'oauth21' && !['private_key_jwt', 'tls_client_auth', 'self_signed_tls_client_auth'].includes(method)
  if (excluded && method === 'client_secret_jwt') {
    assert.throws(() => readClient(server, ours.algs, metadata, newId), /signs with HS256, which policy.allowed_algs excludes/)
    return undefined
  }
  const client = readClient(server, ours.algs, metadata, newId)
  const broken = brokenRules(profile, client).map(({ demand }) => demand)
  assert.deepEqual(broken, excluded ? ['the client must authenticate by a key'] : [])
  if (excluded) return undefined
  const { text, stored } = gatehouse.root.tokens.newSecret(method === 'client_secret_jwt')
  const secrets = method.startsWith('client_secret_') ? [{ id: newId(), hash: stored, createdAt: now() }] : []
  assert.ok(await gatehouse.root.store.clientsAdmin.add(client, secrets))
  return { id, method, profile, signed, constraint, secret: text }
}

/** Neither library knows the method: they let the program add what authenticates it. */
export function attest({ gatehouse, ca, keys }: World, id: string) {
  return async (_as: unknown, _client: unknown, body: URLSearchParams, headers: Headers): Promise<void> => {
    const answer = await fetchWith(undefined, ca)(`${gatehouse.issuer}/challenge`, { method: 'POST' })
    const { attestation_challenge: challenge } = await answer.json()
    const sign = (claims: Record<string, unknown>, typ: string, { privateKey }: CryptoKeyPair) =>
      new SignJWT(claims).setProtectedHeader({ alg: 'ES256', typ }).setIssuedAt().sign(privateKey)
    const exp = Math.floor(Date.now() / 1000) + 300
    const statement = { iss: attesterId, sub: id, exp, cnf: { jwk: await publicJwk(keys.instance) } }
    const proof = { aud: gatehouse.issuer, jti: crypto.randomUUID(), challenge }
    headers.set('oauth-client-attestation', await sign(statement, 'oauth-client-attestation+jwt', keys.attester))
    headers.set('oauth-client-attestation-pop', await sign(proof, 'oauth-client-attestation-pop+jwt', keys.instance))
    body.set('client_id', id)
  }
}
