/** What the API of the Auth Manager refuses: answers of a provider that cannot be trusted, tokens that are none, bodies that are wrong. */
import assert from 'node:assert/strict'
import { after, suite, test } from 'node:test'
import { SignJWT } from 'jose'
import type { Engine } from '../app.ts'
import { engines } from '../postgres.ts'
import type { Upstream } from '../upstream.ts'
import { authManagerStage } from './auth-manager-stage.ts'
import { aKey } from './dpop-proofs.ts'
import { bearer } from './json.ts'

/** An access token that is bound to a key. */
async function boundToken(issuer: string, now: number): Promise<string> {
  const { alg, privateKey, jwk } = await aKey()
  const dpop = await new SignJWT({ jti: 'one', htm: 'POST', htu: `${issuer}/token`, iat: now })
    .setProtectedHeader({ alg, typ: 'dpop+jwt', jwk })
    .sign(privateKey)
  const body = new URLSearchParams({ grant_type: 'client_credentials', client_id: 'bound', client_secret: 'secret' })
  const answer = await fetch(`${issuer}/token`, { method: 'POST', headers: { dpop }, body })
  return ((await answer.json()) as { access_token: string }).access_token
}

for (const engine of Object.keys(engines) as Engine[]) {
  const { gatehouse, upstream, tokenOf, call, consentAs, finish, stored, close } = await authManagerStage(engine)
  const ownId = await stored('min-ttl')
  await gatehouse.addClient({ client_id: 'bound', grant_types: ['client_credentials'] }, 'secret')
  const bound = await boundToken(gatehouse.issuer, gatehouse.now())

  suite(`${engine}: the API of the Auth Manager`, () => {
    after(close)

    /** What a provider may answer at a consent, and whose claims are wrong. */
    const hostile: readonly [what: string, path: string, twist: Parameters<Upstream['twist']['set']>[1]][] = [
      ['another issuer', '/token', withIdToken({ iss: 'https://evil.example' })],
      ['another audience', '/token', withIdToken({ aud: 'somebody' })],
      ['several audiences without azp', '/token', withIdToken({ aud: ['gatehouse', 'other'], azp: 'other' })],
      ['another nonce', '/token', withIdToken({ nonce: 'other' })],
      ['no nonce', '/token', withIdToken({ nonce: undefined })],
      ['an ID token that has expired', '/token', withIdToken({ exp: 1 })],
      ['no ID token', '/token', (usual) => ({ ...usual, body: { ...(usual.body as object), id_token: undefined } })],
      [
        'an unsigned ID token',
        '/token',
        (usual) => ({ ...usual, body: { ...(usual.body as object), id_token: unsigned((usual.body as { id_token: string }).id_token) } }),
      ],
      [
        'a forged signature',
        '/token',
        (usual) => ({
          ...usual,
          body: { ...(usual.body as object), id_token: `${(usual.body as { id_token: string }).id_token.slice(0, -6)}AAAAAA` },
        }),
      ],
      ['another person at userinfo', '/userinfo', (usual) => ({ ...usual, body: { sub: 'another' } })],
      ['an HTML page', '/token', () => ({ status: 200, body: '<html>' })],
      ['a redirect', '/token', () => ({ status: 302, body: '', headers: { location: 'http://localhost:1/' } })],
      ['10 MB of JSON', '/token', () => ({ status: 200, body: { x: 'x'.repeat(10_000_000) } })],
      ['a token type that is none', '/token', (usual) => ({ ...usual, body: { ...(usual.body as object), token_type: 'mac' } })],
      ['no access token', '/token', (usual) => ({ ...usual, body: { ...(usual.body as object), access_token: 1 } })],
      ['a reset connection', '/token', () => ({ status: 0, body: '' })],
      [
        'a failure with its details',
        '/token',
        () => ({ status: 500, body: { error: 'server_error', error_description: 'secret detail' } }),
      ],
    ]
    function withIdToken(claims: object): Parameters<Upstream['twist']['set']>[1] {
      return async (usual) => {
        const body = usual.body as { id_token: string }
        const before = JSON.parse(Buffer.from(body.id_token.split('.')[1] as string, 'base64url').toString())
        return { ...usual, body: { ...body, id_token: await upstream.signIdToken({ ...before, ...claims }) } }
      }
    }
    const unsigned = (jwt: string) => `${Buffer.from(JSON.stringify({ alg: 'none' })).toString('base64url')}.${jwt.split('.')[1]}.`

    for (const [what, path, twist] of hostile)
      test(`nothing is kept after ${what}`, async () => {
        const { back } = await consentAs('hostile')
        upstream.twist.set(path, twist)
        const { status, body } = await finish(back)
        upstream.twist.clear()
        assert.deepEqual([status, body.code, body.error], [502, 'keycloak_callback_error', 'Consent did not succeed'], what)
        assert.doesNotMatch(JSON.stringify(body), /secret|evil|localhost/)
        assert.deepEqual(await gatehouse.root.store.vault.of({ type: 'upstream', id: 'hostile' }), [])
      })

    test('what is no answer of the provider is the fault of who brings it, and the provider is not asked: another issuer, none, no code, two', async () => {
      const changes: ((params: URLSearchParams) => void)[] = [
        (params) => params.set('iss', 'https://evil.example'),
        (params) => params.delete('iss'),
        (params) => params.delete('code'),
        (params) => params.append('code', 'another'),
      ]
      for (const change of changes) {
        const url = new URL((await consentAs('mixed-up')).back)
        change(url.searchParams)
        const before = upstream.requests.length
        const { status, body } = await finish(url.href)
        assert.deepEqual(
          [status, body.code, body.reason],
          [400, 'invalid_ack_state', 'what came back is no answer of the provider; begin again'],
          String(change),
        )
        assert.equal(upstream.requests.length, before)
      }
    })

    const refused: readonly [
      what: string,
      method: string,
      path: string,
      headers: () => Record<string, string>,
      body: unknown,
      status: number,
      code: string,
      error: string,
    ][] = [
      ['no token', 'GET', '/v1/validate-token', () => ({}), undefined, 401, 'unauthorized', 'Authorization header is required'],
      [
        'another scheme',
        'GET',
        '/v1/validate-token',
        () => ({ authorization: 'Basic eDp5' }),
        undefined,
        401,
        'unauthorized',
        'Authorization header is required',
      ],
      ['an unknown token', 'GET', '/v1/validate-token', () => bearer('nobody'), undefined, 401, 'token_not_active', 'Token is not active'],
      [
        'a token longer than any',
        'GET',
        '/v1/validate-token',
        () => bearer('x'.repeat(12_000)),
        undefined,
        401,
        'token_not_active',
        'Token is not active',
      ],
      [
        'an opaque token of ours that is none',
        'GET',
        '/v1/validate-token',
        () => bearer('gth_at_x'),
        undefined,
        401,
        'token_not_active',
        'Token is not active',
      ],
      [
        'a token without sub',
        'GET',
        '/v1/validate-token',
        () => tokenOf('x', { sub: undefined }),
        undefined,
        400,
        'invalid_request',
        'Token missing required claim: sub',
      ],
      [
        'a token without sid',
        'GET',
        '/v1/offline-token',
        () => tokenOf('x', { sid: undefined }),
        undefined,
        400,
        'invalid_request',
        'Token missing required claim: session_state',
      ],
      [
        'an id that is none',
        'POST',
        '/v1/access-token?id=x',
        () => tokenOf('x'),
        undefined,
        422,
        'validation_error',
        'Request validation failed',
      ],
      ['no id', 'POST', '/v1/access-token', () => tokenOf('x'), undefined, 422, 'validation_error', 'Request validation failed'],
      [
        'a min_ttl that is none',
        'POST',
        `/v1/access-token?id=${ownId}&min_ttl=3601`,
        () => tokenOf('min-ttl'),
        undefined,
        422,
        'validation_error',
        'Request validation failed',
      ],
      [
        'an unknown id',
        'POST',
        '/v1/access-token?id=00000000-0000-4000-8000-000000000000',
        () => tokenOf('x'),
        undefined,
        404,
        'token_not_found',
        'Token not found',
      ],
      [
        'an unknown id',
        'DELETE',
        '/v1/offline-token-id?id=00000000-0000-4000-8000-000000000000',
        () => tokenOf('x'),
        undefined,
        404,
        'token_not_found',
        'Token not found',
      ],
      [
        'no offline token of this session',
        'POST',
        '/v1/offline-token-id',
        () => tokenOf('x'),
        undefined,
        404,
        'token_not_found',
        'Token not found',
      ],
      ['no refresh token', 'POST', '/v1/refresh-token-id', () => tokenOf('x'), undefined, 404, 'token_not_found', 'Token not found'],
      ['no body', 'POST', '/v1/refresh-token', () => tokenOf('x'), undefined, 422, 'validation_error', 'Request validation failed'],
      [
        'an empty refresh token',
        'POST',
        '/v1/refresh-token',
        () => tokenOf('x'),
        { refresh_token: '' },
        422,
        'validation_error',
        'Request validation failed',
      ],
      [
        'an unknown member',
        'POST',
        '/v1/refresh-token',
        () => tokenOf('x'),
        { refresh_token: 'x', user: 'y' },
        422,
        'validation_error',
        'Request validation failed',
      ],
      ['a body that is a list', 'POST', '/v1/refresh-token', () => tokenOf('x'), [], 422, 'validation_error', 'Request validation failed'],
    ]
    for (const [what, method, path, headers, body, status, code, error] of refused)
      test(`refused: ${what} at ${method} ${path.split('?')[0]}`, async () => {
        const answer = await call(method, path, headers(), body)
        assert.deepEqual([answer.status, answer.body.code, answer.body.error], [status, code, error], answer.text)
        assert.deepEqual(Object.keys(answer.body), ['error', 'code', 'reason', 'details'])
      })

    test('what is wrong with a body is told with its member', async () => {
      for (const body of [undefined, { refresh_token: '' }, []]) {
        const { details } = (await call('POST', '/v1/refresh-token', tokenOf('x'), body)).body
        assert.deepEqual(Object.keys(details), ['body.refresh_token'], JSON.stringify(body))
      }
    })

    test('a token that is bound to a key is asked for its proof', async () => {
      const { status, headers, body } = await call('GET', '/v1/validate-token', { authorization: `DPoP ${bound}` })
      assert.deepEqual([status, body.code], [401, 'token_not_active'])
      assert.match(headers.get('www-authenticate') ?? '', /^DPoP error="invalid_dpop_proof"/)
    })
  })
}
