/** An issuer that says whatever a test wants it to: metadata, keys, introspection, and tokens that no honest issuer makes. */
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
  if (alg === 'EdDSA') return generateKeyPairSync('ed25519')
  if (alg === 'ES256') return generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return generateKeyPairSync('rsa', { modulusLength: 2048 })
}

/** Signs as the header says, with this key, however little sense it makes. */
export function jwt(header: Json, claims: unknown, key: KeyObject | Buffer): string {
  const signed = `${encode(header)}.${encode(claims)}`
  return `${signed}.${signature(header['alg'], signed, key).toString('base64url')}`
}

function signature(alg: unknown, text: string, key: KeyObject | Buffer): Buffer {
  if (Buffer.isBuffer(key)) return createHmac('sha256', key).update(text).digest()
  if (alg === 'EdDSA') return sign(undefined, Buffer.from(text), key)
  if (alg === 'PS256') return sign('sha256', Buffer.from(text), { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 })
  return sign('sha256', Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' })
}

function encode(value: unknown): string {
  return Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')
}

/** A proof of this key for a request. `header` and `claims` replace what is usual; undefined takes it away. */
export function proof(
  key: Key,
  ask: { htm: string; htu: string; token: string; iat: number },
  header: Json = {},
  claims: Json = {},
): string {
  const { kid: _kid, use: _use, alg: _alg, ...jwk } = key.jwk
  const { htm, htu, iat, token } = ask
  const usual = { jti: crypto.randomUUID(), htm, htu, iat, ath: hash('sha256', token, 'base64url') }
  return jwt({ typ: 'dpop+jwt', alg: key.alg, jwk, ...header }, { ...usual, ...claims }, key.privateKey)
}

export function thumbprint({ jwk: { crv, e, kty, n, x, y } }: Key): string {
  return hash('sha256', JSON.stringify({ crv, e, kty, n, x, y }), 'base64url')
}

export interface TestIssuer {
  url: string
  keys: Key[]
  /** Replaces what the metadata document says. */
  says: Record<string, unknown>
  /** Status of the answers to everything; 200 at first. */
  status: number
  /** What introspection tells of a token. Absent: not active. */
  tokens: Map<string, Json>
  /** How often each path was asked. */
  asked: Map<string, number>
  /** The last introspection request. */
  introspected: { authorization: string | undefined; body: URLSearchParams } | undefined
  /** Held back until this resolves. */
  gate: Promise<unknown> | undefined
  /** The claims of a good token. */
  claims(over?: Json): Record<string, unknown>
  close(): Promise<void>
}

export async function testIssuer(audience: string, now: () => number): Promise<TestIssuer> {
  const server = createServer(async (request, response) => {
    const path = request.url ?? ''
    it.asked.set(path, (it.asked.get(path) ?? 0) + 1)
    const body = await textOf(request)
    await it.gate
    if (path === '/introspect') it.introspected = { authorization: request.headers.authorization, body: new URLSearchParams(body) }
    response.writeHead(it.status, { 'content-type': 'application/json' }).end(JSON.stringify(answer(path)))
  })
  const url = await new Promise<string>((resolve) =>
    server.listen(0, '127.0.0.1', () => resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)),
  )
  const answer = (path: string): unknown => {
    if (path === '/jwks') return { keys: it.keys.map(({ jwk }) => jwk) }
    if (path === '/introspect') return it.tokens.get(it.introspected?.body.get('token') ?? '') ?? { active: false }
    return { issuer: url, jwks_uri: `${url}/jwks`, introspection_endpoint: `${url}/introspect`, ...it.says }
  }
  const it: TestIssuer = {
    url,
    keys: [],
    says: {},
    status: 200,
    tokens: new Map(),
    asked: new Map(),
    introspected: undefined,
    gate: undefined,
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
  return it
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of request) text += chunk
  return text
}
