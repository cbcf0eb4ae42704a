/** An upstream provider for tests, whose answers a test can change: OpenID Connect with rotating refresh tokens, on a port of loopback. */
import { randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { sha256 } from '../src/protocol/codec/digest.ts'

/** What is sent; `status` 0 resets the connection. */
export interface UpstreamAnswer {
  status: number
  body: unknown
  headers?: Readonly<Record<string, string>>
}

interface UpstreamRequest {
  path: string
  params: URLSearchParams
  headers: IncomingMessage['headers']
}

/** Changes what the provider would answer at a path; may wait, or do something before the answer is sent. */
type Twist = (answer: UpstreamAnswer, request: UpstreamRequest) => UpstreamAnswer | Promise<UpstreamAnswer>

export interface Upstream {
  issuer: string
  clientId: string
  secret: string
  /** Who consents at the authorization endpoint next. */
  person: { sub: string } & Record<string, unknown>
  /** Seconds for which its access tokens last. */
  lifetime: number
  /** A used refresh token is refused (and its family ends); or it still works: once more, or always. */
  reuse: 'refused' | 'once' | 'allowed'
  /** Answers requests for tokens with 503, and does nothing. */
  down: boolean
  /** Requests by path, oldest first. */
  requests: UpstreamRequest[]
  /** How many requests it has refused. */
  refused: number
  /** By path, such as `/token`. */
  twist: Map<string, Twist>
  /** Claims of ID tokens besides the usual, or in their place. */
  idToken: Record<string, unknown>
  /** A refresh token for this person, as if they had consented. */
  grant(person: Upstream['person'], scope: string): string
  /** In force. */
  refreshTokens(): string[]
  accessTokens(): string[]
  /** The subject whose access token it is. */
  ownerOf(accessToken: string): unknown
  /** How many requests are under way at `/token` at most at one time. */
  mostAtOnce(): number
  /** A token for this person, as another client of the provider has it. */
  accessTokenFor(claims: Record<string, unknown>): string
  signIdToken(claims: Record<string, unknown>, header?: Record<string, unknown>): Promise<string>
  close(): Promise<void>
}

interface Family {
  person: Upstream['person']
  scope: string
  current: string
  used: Map<string, number>
  over: boolean
}

/** `base`: path of its issuer. */
export async function upstreamProvider(now: () => number = () => Math.floor(Date.now() / 1000), base = ''): Promise<Upstream> {
  const { privateKey, publicKey } = await generateKeyPair('ES256')
  const jwk = { ...(await exportJWK(publicKey)), kid: 'key', alg: 'ES256', use: 'sig' }
  const codes = new Map<string, { params: URLSearchParams; person: Upstream['person'] }>()
  const families: Family[] = []
  const access = new Map<string, { claims: Record<string, unknown>; expiresAt: number; family: Family | undefined }>()
  let atOnce = 0
  let most = 0
  const random = () => randomBytes(16).toString('hex')

  const server = createServer((req, res) => {
    handle(req, res).catch((error: unknown) => {
      res.statusCode = 500
      res.end(String(error))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const issuer = `http://localhost:${(server.address() as AddressInfo).port}${base}`

  const it: Upstream = {
    issuer,
    clientId: 'gatehouse',
    secret: 'the secret of gatehouse at the provider',
    person: { sub: 'upstream-ada', name: 'Ada Lovelace', email: 'ada@example.com', email_verified: true },
    lifetime: 300,
    reuse: 'refused',
    down: false,
    requests: [],
    refused: 0,
    twist: new Map(),
    idToken: {},
    grant(person, scope) {
      const family: Family = { person, scope, current: `rt-${random()}`, used: new Map(), over: false }
      families.push(family)
      return family.current
    },
    refreshTokens: () => families.filter(({ over }) => !over).map(({ current }) => current),
    accessTokens: () => [...access].filter(([, { expiresAt, family }]) => expiresAt > now() && !family?.over).map(([token]) => token),
    ownerOf: (token) => access.get(token)?.claims['sub'],
    mostAtOnce: () => most,
    accessTokenFor(claims) {
      const token = `at-${random()}`
      access.set(token, { claims: { client_id: 'some-app', ...claims }, expiresAt: now() + 3600, family: undefined })
      return token
    },
    signIdToken: (claims, header = {}) =>
      new SignJWT(claims).setProtectedHeader({ alg: 'ES256', kid: 'key', typ: 'JWT', ...header }).sign(privateKey),
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }

  async function handle(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const url = new URL(req.url ?? '/', issuer)
    let sent = ''
    for await (const part of req) sent += part
    const params = req.method === 'POST' ? new URLSearchParams(sent) : url.searchParams
    const path = url.pathname.replace(base, '')
    const request = { path, params, headers: req.headers }
    it.requests.push(request)
    const counted = path === '/token'
    if (counted) most = Math.max(most, ++atOnce)
    try {
      const usual = it.down && counted ? { status: 503, body: {} } : await answerTo(request)
      const twist = it.twist.get(path)
      const { status, body, headers = {} } = twist ? await twist(usual, request) : usual
      if (status === 0 || status >= 400) it.refused++
      if (status === 0) {
        req.socket.destroy()
        return
      }
      const isText = typeof body === 'string'
      res.writeHead(status, { 'content-type': isText ? 'text/html' : 'application/json', ...headers })
      res.end(isText ? body : JSON.stringify(body))
    } finally {
      if (counted) atOnce--
    }
  }

  async function answerTo(request: UpstreamRequest): Promise<UpstreamAnswer> {
    switch (request.path) {
      case '/.well-known/openid-configuration':
        return { status: 200, body: metadata() }
      case '/jwks':
        return { status: 200, body: { keys: [jwk] } }
      case '/authorize':
        return authorize(request)
      case '/token':
        return isClient(request) ? token(request.params) : { status: 401, body: { error: 'invalid_client' } }
      case '/userinfo':
        return userinfo(request)
      case '/revoke':
        revoke(request.params.get('token') ?? '')
        return { status: 200, body: {} }
      case '/introspect':
        return isClient(request) ? { status: 200, body: introspection(request.params) } : { status: 401, body: { error: 'invalid_client' } }
      default:
        return { status: 404, body: 'not found' }
    }
  }

  const metadata = () => ({
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    userinfo_endpoint: `${issuer}/userinfo`,
    revocation_endpoint: `${issuer}/revoke`,
    introspection_endpoint: `${issuer}/introspect`,
    jwks_uri: `${issuer}/jwks`,
    response_types_supported: ['code'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['ES256'],
    scopes_supported: ['openid', 'profile', 'email', 'offline_access', 'read'],
    token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
    code_challenge_methods_supported: ['S256'],
    authorization_response_iss_parameter_supported: true,
  })

  /** Consents at once, and sends the browser back. */
  function authorize({ params }: UpstreamRequest): UpstreamAnswer {
    const back = URL.parse(params.get('redirect_uri') ?? '')
    if (!back || params.get('client_id') !== it.clientId) return { status: 400, body: 'unknown client or redirect URI' }
    const code = random()
    codes.set(code, { params, person: it.person })
    for (const [name, value] of Object.entries({ code, state: params.get('state') ?? '', iss: issuer })) back.searchParams.set(name, value)
    return { status: 302, body: '', headers: { location: back.href } }
  }

  async function token(params: URLSearchParams): Promise<UpstreamAnswer> {
    const refused = { status: 400, body: { error: 'invalid_grant', error_description: 'a secret detail of the provider' } }
    if (params.get('grant_type') === 'refresh_token') return (await refreshed(params.get('refresh_token') ?? '')) ?? refused
    const code = codes.get(params.get('code') ?? '')
    codes.delete(params.get('code') ?? '')
    const proven = code && sha256(params.get('code_verifier') ?? '') === code.params.get('code_challenge')
    if (!code || !proven || params.get('redirect_uri') !== code.params.get('redirect_uri')) return refused
    const scope = code.params.get('scope') ?? ''
    const family: Family = { person: code.person, scope, current: `rt-${random()}`, used: new Map(), over: false }
    families.push(family)
    return { status: 200, body: await tokens(family, code.params.get('nonce') ?? undefined) }
  }

  async function tokens(family: Family, nonce?: string): Promise<object> {
    const accessToken = `at-${random()}`
    access.set(accessToken, { claims: { ...family.person, scope: family.scope }, expiresAt: now() + it.lifetime, family })
    const { sub } = family.person
    const usual = { iss: issuer, aud: it.clientId, sub, iat: now(), exp: now() + 300, sid: `sid-of-${sub}` }
    return {
      access_token: accessToken,
      token_type: 'Bearer',
      expires_in: it.lifetime,
      refresh_token: family.current,
      scope: family.scope,
      ...(family.scope.split(' ').includes('openid')
        ? { id_token: await it.signIdToken({ ...usual, ...(nonce === undefined ? {} : { nonce }), ...it.idToken }) }
        : {}),
    }
  }

  async function refreshed(refreshToken: string): Promise<UpstreamAnswer | undefined> {
    const family = families.find(({ current, used }) => current === refreshToken || used.has(refreshToken))
    if (!family || family.over) return undefined
    if (family.current !== refreshToken) {
      const times = family.used.get(refreshToken) ?? 0
      family.used.set(refreshToken, times + 1)
      const allowed = it.reuse === 'allowed' || (it.reuse === 'once' && times === 0)
      family.over = !allowed
      return allowed ? { status: 200, body: await tokens(family) } : undefined
    }
    family.used.set(refreshToken, 0)
    family.current = `rt-${random()}`
    return { status: 200, body: await tokens(family) }
  }

  function userinfo({ headers }: UpstreamRequest): UpstreamAnswer {
    const found = access.get((headers.authorization ?? '').replace(/^Bearer /, ''))
    if (!found || found.expiresAt <= now()) return { status: 401, body: { error: 'invalid_token' } }
    return { status: 200, body: found.claims }
  }

  function revoke(given: string): void {
    access.delete(given)
    for (const family of families) if (family.current === given || family.used.has(given)) family.over = true
  }

  function introspection(params: URLSearchParams): object {
    const found = access.get(params.get('token') ?? '')
    return found && found.expiresAt > now() && !found.family?.over
      ? { active: true, exp: found.expiresAt, ...found.claims }
      : { active: false }
  }

  function isClient({ headers, params }: UpstreamRequest): boolean {
    const [id = '', secret = ''] = Buffer.from((headers.authorization ?? '').replace(/^Basic /, ''), 'base64')
      .toString()
      .split(':')
      .map((part) => decodeURIComponent(part.replaceAll('+', ' ')))
    return (
      (id === it.clientId && secret === it.secret) || (params.get('client_id') === it.clientId && params.get('client_secret') === it.secret)
    )
  }

  return it
}
