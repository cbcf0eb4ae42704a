/** An issuer under a test's control: metadata, keys, introspection, and tokens that no honest issuer makes. */
import { constants, createHmac, generateKeyPairSync, hash, type KeyObject, sign } from 'node:crypto'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'

type Json = Readonly<Record<string, unknown>>

export interface Key {
  alg: string
  kid: string
  privateKey: KeyObject
  jwk: Json
}

export function makeKey(alg: string, kid: string): Key {
  const { privateKey, publicKey } = pairFor(alg)
  return { alg, kid, privateKey, jwk: { ...publicKey.export({ format: 'jwk' }), kid, alg, use: 'sig' } }
}

function pairFor(alg: string): { privateKey: KeyObject; publicKey: KeyObject } {
  if (alg === 'EdDSA' || alg === 'Ed25519') return generateKeyPairSync('ed25519')
  if (alg.startsWith('ML-DSA-')) return generateKeyPairSync(alg.toLowerCase() as 'ml-dsa-44')
  if (alg === 'ES256') return generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return generateKeyPairSync('rsa', { modulusLength: 2048 })
}

/** Signs as the header says, with this key, even where it makes no sense. A text is taken as it is. */
export function jwt(header: Json, claims: unknown, key: KeyObject | Buffer): string {
  const signed = `${encode(header)}.${encode(claims)}`
  return `${signed}.${signature(header['alg'], signed, key).toString('base64url')}`
}

function signature(alg: unknown, text: string, key: KeyObject | Buffer): Buffer {
  if (Buffer.isBuffer(key)) return createHmac('sha256', key).update(text).digest()
  if (['ed25519', 'ml-dsa-44', 'ml-dsa-65', 'ml-dsa-87'].includes(key.asymmetricKeyType ?? ''))
    return sign(undefined, Buffer.from(text), key)
  if (alg === 'PS256') return sign('sha256', Buffer.from(text), { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 })
  return sign('sha256', Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' })
}

function encode(value: unknown): string {
  return Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')
}

/** A DPoP proof by this key for a request. `header` and `claims` replace the usual members; undefined removes one. */
export function proof(
  key: Key,
  request: { htm: string; htu: string; token: string; iat: number },
  header: Json = {},
  claims: Json = {},
): string {
  const { kid: _kid, use: _use, alg, ...members } = key.jwk
  const jwk = members['kty'] === 'AKP' ? { alg, ...members } : members
  const { htm, htu, iat, token } = request
  const usual = { jti: crypto.randomUUID(), htm, htu, iat, ath: hash('sha256', token, 'base64url') }
  return jwt({ typ: 'dpop+jwt', alg: key.alg, jwk, ...header }, { ...usual, ...claims }, key.privateKey)
}

export function thumbprint({ jwk: { alg, crv, e, kty, n, pub, x, y } }: Key): string {
  return hash('sha256', JSON.stringify({ ...(kty === 'AKP' ? { alg } : {}), crv, e, kty, n, pub, x, y }), 'base64url')
}

export interface TestIssuer {
  url: string
  keys: Key[]
  /** Replaces members of the metadata document. */
  metadata: Record<string, unknown>
  /** Status of all answers; 200 at first. */
  status: number
  /** The introspection response for a token. Absent: not active. */
  tokens: Map<string, Json>
  /** Number of requests for each path. */
  requests: Map<string, number>
  /** The last introspection request. */
  introspected: { authorization: string | undefined; body: URLSearchParams } | undefined
  /** The claims of a good token. */
  claims(over?: Json): Record<string, unknown>
  close(): Promise<void>
}

export async function testIssuer(audience: string, now: () => number): Promise<TestIssuer> {
  const server = createServer(async (request, response) => {
    const path = request.url ?? ''
    issuer.requests.set(path, (issuer.requests.get(path) ?? 0) + 1)
    const body = new URLSearchParams(await textOf(request))
    if (path === '/introspect') issuer.introspected = { authorization: request.headers.authorization, body }
    response.writeHead(issuer.status, { 'content-type': 'application/json' }).end(JSON.stringify(answer(path, body)))
  })
  const url = await new Promise<string>((resolve) =>
    server.listen(0, '127.0.0.1', () => resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)),
  )
  const answer = (path: string, body: URLSearchParams): unknown => {
    if (path === '/jwks') return { keys: issuer.keys.map(({ jwk }) => jwk) }
    if (path === '/introspect') return issuer.tokens.get(body.get('token') ?? '') ?? { active: false }
    return { issuer: url, jwks_uri: `${url}/jwks`, introspection_endpoint: `${url}/introspect`, ...issuer.metadata }
  }
  const issuer: TestIssuer = {
    url,
    keys: [],
    metadata: {},
    status: 200,
    tokens: new Map(),
    requests: new Map(),
    introspected: undefined,
    claims: (over = {}) => ({
      iss: url,
      sub: 'alice',
      aud: audience,
      client_id: 'app',
      scope: 'read write',
      iat: now(),
      exp: now() + 300,
      jti: crypto.randomUUID(),
      ...over,
    }),
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
  return issuer
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of request) text += chunk
  return text
}
