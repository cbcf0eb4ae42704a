/** Doubles of the providers that have a preset, all on one port of loopback; `remote` leads requests for their hosts there. */
import assert from 'node:assert/strict'
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair, importSPKI, jwtVerify, SignJWT } from 'jose'
import { sha256 } from '../src/protocol/codec/digest.ts'
import type { Remote } from '../src/protocol/remote.ts'
import { type Claims, type Double, doubles } from './provider-doubles.ts'

export const apple = { team: 'TEAM012345', key: 'KEY0123456' }

export interface Providers {
  clientId: string
  secret: string
  /** The file that Apple gives out. */
  appleKey: string
  /** Leads requests for these hosts to their doubles, by this way. */
  remote(through: Remote): Remote
  /** The person consents at this URL. Where the browser is sent, and what it posts there. */
  consent(url: URL, person: Claims): { to: string; posted: URLSearchParams | undefined }
  /** Tokens that were given back. */
  revoked: string[]
  close(): Promise<void>
}

/** `now`: in seconds. */
export async function providerDoubles(now: () => number): Promise<Providers> {
  const { privateKey, publicKey } = await generateKeyPair('RS256')
  const jwk = { ...(await exportJWK(publicKey)), kid: 'key', alg: 'RS256', use: 'sig' }
  const appleKeys = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const appleKey = appleKeys.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string
  const applePublic = await importSPKI(appleKeys.publicKey.export({ type: 'spki', format: 'pem' }) as string, 'ES256')
  const [clientId, secret] = ['the client', 'the secret of the client']
  const all = Object.values(doubles) as readonly Double[]
  const codes = new Map<string, { double: Double; params: URLSearchParams; person: Claims }>()
  const refreshTokens = new Map<string, Claims>()
  const access = new Map<string, Claims>()
  const known = new Set<unknown>()
  const revoked: string[] = []
  const random = () => randomBytes(16).toString('hex')

  async function answer(url: URL, req: IncomingMessage): Promise<{ status: number; body: unknown }> {
    let sent = ''
    for await (const part of req) sent += part
    const params = new URLSearchParams(sent)
    const at = `${url.origin}${url.pathname}`
    const double = all.find((one) => Object.values(one).includes(at) || at === `${one.issuer}/.well-known/openid-configuration`)
    if (at === 'https://api.github.com/user/emails') return { status: 200, body: githubEmails(holder(req)) }
    if (at.startsWith('https://api.github.com/applications/')) return githubRevocation(req, sent)
    if (!double) return { status: 404, body: {} }
    if (at.endsWith('openid-configuration')) return double.metadata ? { status: 200, body: metadata(double) } : { status: 404, body: {} }
    if (at === double.jwks) return { status: 200, body: { keys: [jwk] } }
    if (at === double.authorization) return { status: 302, body: {} } // to its sign-in page
    if (at === double.userinfo) return userinfo(double, req)
    const isClient = await authenticated(double, req, params)
    if (at === double.revocation) {
      if (isClient || double.issuer === doubles.google.issuer) revoked.push(params.get('token') ?? '')
      return { status: 200, body: {} }
    }
    return isClient ? token(double, params) : double.error('client')
  }

  const metadata = (double: Double) => ({
    issuer: double.issuer,
    authorization_endpoint: double.authorization,
    token_endpoint: double.token,
    ...(double.userinfo && { userinfo_endpoint: double.userinfo }),
    jwks_uri: double.jwks,
    ...(double.revocation && { revocation_endpoint: double.revocation }),
    response_types_supported: ['code'],
    id_token_signing_alg_values_supported: ['RS256'],
    subject_types_supported: ['public'],
    ...double.metadata,
  })

  async function authenticated(double: Double, req: IncomingMessage, params: URLSearchParams): Promise<boolean> {
    const [, basic] = /^Basic (.+)$/.exec(req.headers.authorization ?? '') ?? []
    const method = basic === undefined ? 'client_secret_post' : 'client_secret_basic'
    const [id, given = ''] =
      basic === undefined
        ? [params.get('client_id'), params.get('client_secret') ?? '']
        : Buffer.from(basic, 'base64')
            .toString()
            .split(':')
            .map((part) => decodeURIComponent(part.replaceAll('+', ' ')))
    if (!double.authMethods.includes(method) || id !== clientId) return false
    return double.issuer === doubles.apple.issuer ? isAppleSecret(given) : given === secret
  }

  /** "Creating a client secret". */
  async function isAppleSecret(given: string): Promise<boolean> {
    const check = {
      issuer: apple.team,
      audience: 'https://appleid.apple.com',
      subject: clientId,
      algorithms: ['ES256'],
      currentDate: new Date(now() * 1000),
    }
    const { payload, protectedHeader } = await jwtVerify(given, applePublic, check).catch(() => ({
      payload: undefined,
      protectedHeader: undefined,
    }))
    return payload?.exp !== undefined && payload.exp - now() <= 15_777_000 && protectedHeader?.kid === apple.key
  }

  async function token(double: Double, params: URLSearchParams) {
    if (params.get('grant_type') === 'refresh_token') {
      const person = refreshTokens.get(params.get('refresh_token') ?? '')
      if (!person) return double.error('refresh')
      if (double.rotates) refreshTokens.delete(params.get('refresh_token') as string)
      return { status: 200, body: await tokens(double, person, { refreshes: double.rotates === true }) }
    }
    const code = codes.get(params.get('code') ?? '')
    codes.delete(params.get('code') ?? '')
    const proven = !double.pkce || sha256(params.get('code_verifier') ?? '') === code?.params.get('code_challenge')
    if (!code || code.double !== double || !proven || code.params.get('redirect_uri') !== params.get('redirect_uri'))
      return double.error('code')
    const nonce = code.params.get('nonce') ?? undefined
    return {
      status: 200,
      body: await tokens(double, code.person, { refreshes: double.refreshes(code.params), nonce, scope: code.params.get('scope') ?? '' }),
    }
  }

  async function tokens(
    double: Double,
    person: Claims,
    { refreshes, nonce, scope }: { refreshes: boolean; nonce?: string | undefined; scope?: string },
  ) {
    const [accessToken, refreshToken] = [`at-${random()}`, `rt-${random()}`]
    access.set(accessToken, person)
    if (refreshes) refreshTokens.set(refreshToken, person)
    const claims = { iss: double.issuer, aud: clientId, iat: now(), exp: now() + 600, ...(nonce && { nonce }), ...double.idToken?.(person) }
    return {
      ...double.more,
      access_token: accessToken,
      token_type: double.metadata ? 'Bearer' : 'bearer',
      ...(double.expiresIn && { expires_in: double.expiresIn }),
      ...(refreshes && { refresh_token: refreshToken }),
      ...(scope && !double.metadata && { scope: scope.replaceAll(' ', ',') }),
      ...(double.idToken && { id_token: await new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid: 'key' }).sign(privateKey) }),
    }
  }

  function holder(req: IncomingMessage): Claims | undefined {
    return req.headers['user-agent'] ? access.get((req.headers.authorization ?? '').replace(/^Bearer /, '')) : undefined
  }
  function userinfo(double: Double, req: IncomingMessage) {
    const person = holder(req)
    return person ? { status: 200, body: double.info?.(person) } : { status: 401, body: { message: 'Bad credentials' } }
  }
  const githubEmails = (person: Claims | undefined) => [
    { email: 'old@example.com', primary: false, verified: true, visibility: null },
    { email: person?.['email'], primary: true, verified: true, visibility: 'private' },
  ]
  function githubRevocation(req: IncomingMessage, sent: string) {
    const isClient =
      req.headers.authorization === `Basic ${Buffer.from(`${clientId}:${secret}`).toString('base64')}` && req.method === 'DELETE'
    if (isClient) revoked.push(JSON.parse(sent).access_token)
    return { status: isClient ? 204 : 404, body: {} }
  }

  const server = createServer((req, res) => {
    const { searchParams } = new URL(req.url ?? '/', 'http://localhost')
    answer(new URL(searchParams.get('url') as string), req).then(
      ({ status, body }) => {
        res.writeHead(status, { 'content-type': 'application/json', date: new Date(now() * 1000).toUTCString() })
        res.end(status === 204 ? undefined : JSON.stringify(body))
      },
      (error: unknown) => res.writeHead(500).end(String(error)),
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const base = `http://localhost:${(server.address() as AddressInfo).port}/?url=`

  return {
    ...{ clientId, secret, appleKey, revoked },
    remote: (through) => ({ request: (ask) => through.request({ ...ask, url: base + encodeURIComponent(ask.url) }) }),
    consent(url, person) {
      const double = all.find(({ authorization }) => authorization === `${url.origin}${url.pathname}`)
      assert.ok(double, `${url} is the authorization endpoint of nobody`)
      const { searchParams: params } = url
      assert.equal(params.get('client_id'), clientId)
      assert.equal(params.get('response_mode') ?? 'query', double.responseMode)
      const code = random()
      codes.set(code, { double, params, person })
      const answer = new URLSearchParams({ code, state: params.get('state') ?? '', ...(double.iss && { iss: double.issuer }) })
      const to = params.get('redirect_uri') as string
      if (double.responseMode === 'query') return { to: `${to}?${answer}`, posted: undefined }
      if (!known.has(person['sub']))
        answer.set('user', JSON.stringify({ name: { firstName: 'Ada', lastName: 'Lovelace' }, email: person['email'] }))
      known.add(person['sub'])
      return { to, posted: answer }
    },
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}
