/** An OpenID provider for tests of connections, whose answer at each path a test says; no socket. */
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose'
import { type Connection, connectionSchema } from '../src/connections/connection.ts'
import type { PendingDeps } from '../src/connections/pending.ts'
import { RemoteError } from '../src/protocol/remote-error.ts'

export const issuer = 'https://sso.example'
export const NOW = 4_000_000_000

export type Answer = { status?: number; headers?: Record<string, string>; body?: unknown }
interface Asked {
  path: string
  method: string
  headers: Readonly<Record<string, string>>
  params: Record<string, string>
}

export const aConnection = (more: object = {}): Connection => ({
  ...connectionSchema.parse({ name: 'staff', client_id: 'us', issuer, ...more }),
  sealedSecret: 'secret',
})

const { privateKey, publicKey } = await generateKeyPair('ES256')
export const jwk = { ...(await exportJWK(publicKey)), kid: 'key', alg: 'ES256', use: 'sig' }
export const sign = (claims: JWTPayload, header: object = {}) =>
  new SignJWT(claims).setProtectedHeader({ alg: 'ES256', kid: 'key', ...header }).sign(privateKey)

export const metadata = {
  issuer,
  ...{ authorization_endpoint: `${issuer}/authorize`, token_endpoint: `${issuer}/token` },
  ...{ userinfo_endpoint: `${issuer}/me`, jwks_uri: `${issuer}/jwks`, revocation_endpoint: `${issuer}/revoke` },
  id_token_signing_alg_values_supported: ['ES256'],
}

export const token = (more: object = {}): Answer => ({ body: { access_token: 'at', token_type: 'bearer', ...more } })

/** `answers`: by path; undefined: the connection fails. */
export function scriptedProvider(answers: Record<string, Answer | undefined> = {}) {
  const all: Record<string, Answer | undefined> = {
    '/.well-known/openid-configuration': { body: metadata },
    '/jwks': { body: { keys: [jwk] } },
    ...answers,
  }
  const asked: Asked[] = []
  const deps = {
    requests: undefined,
    states: {
      make: () => 'state',
      hash: (state: string) => (state === '' ? undefined : `hash of ${state}`),
      derive: (what: string, of: string) => `${what} of ${of}`,
    },
    secrets: { open: async (_: string, sealed: string) => sealed },
    remote: {
      async request({
        url,
        method = 'GET',
        headers = {},
        body = '',
      }: {
        url: string
        method?: string
        headers?: Record<string, string>
        body?: string
      }) {
        const { origin, pathname: path, searchParams } = new URL(url)
        if (![issuer, 'https://github.com', 'https://api.github.com'].includes(origin))
          throw new RemoteError('unreachable', `there is no ${origin}`)
        asked.push({ path, method, headers, params: Object.fromEntries(method === 'POST' ? new URLSearchParams(body) : searchParams) })
        const answer = path in all ? all[path] : { status: 404 }
        if (answer === undefined) throw new RemoteError('unreachable', 'sso.example: the connection was refused')
        const { status = 200, headers: more = {}, body: sent = {} } = answer
        return {
          status,
          headers: { 'content-type': 'application/json', ...more },
          body: typeof sent === 'string' ? sent : JSON.stringify(sent),
        }
      },
    },
    issuer: 'https://id.example',
    now: () => NOW,
    clockSkew: () => NOW - Math.floor(Date.now() / 1000),
    id: () => 'id',
    cache: new Map(),
  }
  return { deps: deps as unknown as PendingDeps, asked, answers: all }
}
