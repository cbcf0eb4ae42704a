/** What certification demands of every OpenID provider: each test is named after its demand in the criteria's §2.1. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { decodeProtectedHeader } from 'jose'
import { standardClaims } from '../../src/protocol/claims.ts'
import { frontChannelTypes } from '../../src/protocol/response-types.ts'
import type { Engine } from '../app.ts'
import { type Answer, call, callback, shows, told } from '../journeys/application.ts'
import { engines } from '../postgres.ts'
import { asking, type Stage, scope, stage } from './front-channel.ts'

/** Bits of a text, by how often each of its characters stands in it. */
function entropy(text: string): number {
  const counts = [...Map.groupBy(text, (character) => character).values()].map((all) => all.length)
  return -counts.reduce((bits, count) => bits + count * Math.log2(count / text.length), 0)
}

/** What an ID token may say of a request without scopes for claims. */
const ofIdTokens = 'iss sub aud exp iat auth_time nonce acr amr sid at_hash c_hash s_hash'.split(' ')
/** RFC 6749 §5.2 */
const describable = /^[\x20\x21\x23-\x5b\x5d-\x7e]+$/

for (const engine of Object.keys(engines) as Engine[]) {
  suite(`§2.1 common to all providers, on ${engine}`, () => {
    let here: Stage
    let issuer: string
    before(async () => {
      here = await stage(engine)
      issuer = here.gatehouse.issuer
    })
    after(() => here.gatehouse.close())

    const document = async () => (await call(`${issuer}/.well-known/openid-configuration`)).body
    const userinfo = (token: string | undefined) => call(`${issuer}/userinfo`, { headers: { authorization: `Bearer ${token}` } })
    const arrive = (type: string, fields = {}) => here.of(type).arrive(here.gatehouse.browser(), asking(type, fields))

    test('§2.1: discovery is JSON that names exactly this issuer and its endpoints', async () => {
      const { status, headers, body } = await call(`${issuer}/.well-known/openid-configuration`)
      assert.equal(status, 200)
      assert.match(headers.get('content-type') ?? '', /^application\/json/)
      assert.equal(body.issuer, issuer)
      for (const name of ['authorization_endpoint', 'token_endpoint', 'jwks_uri']) assert.ok(body[name].startsWith(`${issuer}/`), name)
    })

    test('§2.1: the JWKS has public keys alone, each with its own kid', async () => {
      const { keys } = (await call((await document()).jwks_uri)).body
      assert.equal(new Set(keys.map(({ kid }: { kid: string }) => kid)).size, keys.length)
      for (const key of keys) {
        assert.ok(['RSA', 'EC', 'OKP'].includes(key.kty), key.kty)
        for (const secret of ['d', 'p', 'q', 'dp', 'dq', 'qi', 'k', 'priv']) assert.ok(!(secret in key), secret)
      }
    })

    for (const type of ['code', ...frontChannelTypes].filter((name) => name.includes('code') || name.includes('id_token')))
      test(`§2.1: every ID token of ${type}: issuer, audience, times, nonce, subject, kid, RS256, and no further claims`, async () => {
        const app = here.of(type)
        const answer = told(await arrive(type, { nonce: 'a+b/c= d', scope: 'openid' }))
        const tokens: Answer['body'] = answer['code'] ? (await app.redeem(answer['code'])).body : {}
        const idTokens = [answer['id_token'], tokens.id_token].filter((token) => token !== undefined)
        assert.ok(idTokens.length > 0)
        for (const idToken of idTokens) {
          const claims = await here.verified(idToken, app.id)
          const { alg, kid } = decodeProtectedHeader(idToken)
          assert.deepEqual([claims.iss, claims.aud, claims['nonce'], claims.sub, alg], [issuer, app.id, 'a+b/c= d', here.subject, 'RS256'])
          assert.ok(kid)
          assert.match(claims.sub as string, /^[\x21-\x7e]{1,255}$/)
          assert.ok((claims.exp as number) > here.gatehouse.now() && Math.abs((claims.iat as number) - here.gatehouse.now()) < 5)
          assert.deepEqual(
            Object.keys(claims).filter((name) => !ofIdTokens.includes(name)),
            [],
          )
          assert.ok(typeof claims['acr'] === 'string' && claims['acr'] !== '')
        }
        const accessToken = tokens.access_token ?? answer['access_token']
        if (accessToken) assert.equal((await userinfo(accessToken)).body.sub, here.subject)
      })

    test('§2.1: no nonce was sent, so the ID token has none', async () => {
      const { id_token } = await here.of('code').tokens(here.gatehouse.browser(), { scope: 'openid' })
      assert.ok(!('nonce' in (await here.verified(id_token, 'code'))))
    })

    test('§2.1: the claims of scopes are at UserInfo, and in the ID token only for response_type=id_token', async () => {
      const whatIsTold = async (type: string) => {
        const answer = told(await arrive(type, { scope }))
        const tokens: Answer['body'] = answer['code'] ? (await here.of(type).redeem(answer['code'])).body : {}
        const claims = await Promise.all(
          [answer['id_token'], tokens.id_token].flatMap((token) => (token ? [here.verified(token, here.of(type).id)] : [])),
        )
        const personal = claims.flatMap((one) => Object.keys(one)).filter((name) => name !== 'sub' && standardClaims.includes(name))
        return { personal, userinfo: await userinfo(tokens.access_token ?? answer['access_token']) }
      }
      for (const type of ['code', 'id_token token', 'code id_token', 'code token', 'code id_token token']) {
        const { personal, userinfo } = await whatIsTold(type)
        assert.deepEqual([personal, userinfo.body.email, userinfo.body.name], [[], 'alice@example.com', 'Alice Liddell'], type)
      }
      assert.deepEqual((await whatIsTold('id_token')).personal.toSorted(), [
        'email',
        'email_verified',
        'given_name',
        'name',
        'preferred_username',
        'updated_at',
      ])
    })

    test('§2.1: codes and access tokens cannot be guessed', async () => {
      const answer = told(await arrive('code token'))
      for (const text of [answer['code'] as string, answer['access_token'] as string]) {
        assert.ok(text.length >= 22 && entropy(text) > 96)
        assert.match(text, /^[\w.~+/-]+=*$/)
      }
    })

    test('§2.1: state comes back byte for byte, and not when none was sent', async () => {
      const state = `${'x'.repeat(100)} &=#?%+"<>äöü✓/`.padEnd(128, '~')
      for (const type of ['code', 'code id_token']) {
        assert.equal(told(await arrive(type, { state }))['state'], state)
        assert.ok(!('state' in told(await arrive(type))))
      }
    })

    test('§2.1: responses name the issuer, and the metadata says so', async () => {
      assert.equal((await document()).authorization_response_iss_parameter_supported, true)
      for (const type of ['code', ...frontChannelTypes]) assert.equal(told(await arrive(type))['iss'], issuer)
    })

    test('§2.1: a registered redirect URI keeps its query', async () => {
      const redirect_uri = `${callback}?dummy1=lorem&dummy2=ipsum`
      const { url } = await arrive('code', { redirect_uri })
      assert.ok(url.href.startsWith(`${redirect_uri}&code=`))
      const hybrid = await arrive('code id_token', { redirect_uri })
      assert.equal(hybrid.url.href.split('#')[0], redirect_uri)
    })

    test('§2.1: a token response is JSON, Bearer, expires, and is not stored', async () => {
      const app = here.of('code')
      const code = await app.code(here.gatehouse.browser(), { scope: 'openid offline_access' })
      const first = await app.redeem(code)
      for (const answer of [first, await app.refresh(first.body.refresh_token)]) {
        assert.equal(answer.status, 200)
        assert.equal(answer.body.token_type.toLowerCase(), 'bearer')
        assert.ok(answer.body.expires_in > 0)
        assert.match(answer.headers.get('cache-control') ?? '', /no-store/)
      }
    })

    test('§2.1: errors of the token endpoint have a status, a registered code and a printable description', async () => {
      const app = here.of('code')
      const wrong = { authorization: `Basic ${btoa('code:wrong')}` }
      const answers = [
        [400, await app.redeem('unknown')],
        [400, await app.refresh('unknown')],
        [400, await app.post('/token', { grant_type: 'nonsense' })],
        [401, await app.post('/token', { grant_type: 'authorization_code', code: 'x' }, wrong)],
      ] as const
      for (const [status, answer] of answers) {
        assert.equal(answer.status, status)
        assert.match(answer.body.error, /^(invalid_grant|unsupported_grant_type|invalid_client)$/)
        assert.match(answer.body.error_description, describable)
      }
    })

    for (const type of ['code', ...frontChannelTypes])
      test(`§2.1: an error of ${type} at the redirect has only the members of an error`, async () => {
        const landing = await here.gatehouse.browser().open(here.of(type).url(asking(type, { prompt: 'none', state: 's' })))
        const answer = told(landing)
        assert.deepEqual(Object.keys(answer).sort(), ['error', 'error_description', 'iss', 'state'])
        assert.match(answer['error_description'] as string, describable)
        assert.equal(landing.url.search !== '', type === 'code')
      })

    test('§2.1: dynamic registration for each response type, management, and the end of it', async () => {
      const initial = await here.gatehouse.root.ctx.tokens.make('ia')
      const { initialAccessTokens } = here.gatehouse.root.store
      const hash = here.gatehouse.root.ctx.tokens.hash('ia', initial) as string
      const [now, id] = [here.gatehouse.now(), here.gatehouse.root.ctx.id()]
      await initialAccessTokens.add({
        id,
        hash,
        label: 'suite',
        scope: scope.split(' '),
        usesLeft: 20,
        createdAt: now,
        expiresAt: now + 3600,
      })
      const register = (body: object) =>
        call(`${issuer}/register`, {
          body: JSON.stringify(body),
          headers: { 'content-type': 'application/json', authorization: `Bearer ${initial}` },
        })
      for (const type of ['code', ...frontChannelTypes]) {
        const grant_types = [...(type.includes('code') ? ['authorization_code'] : []), ...(type === 'code' ? [] : ['implicit'])]
        const contacts = ['certification@example.com']
        const asked = { client_name: 'suite', grant_types, response_types: [type], redirect_uris: [callback], contacts }
        const { status, body } = await register({ ...asked, token_endpoint_auth_method: 'client_secret_basic' })
        assert.deepEqual([status, body.response_types, body.grant_types], [201, [type], grant_types])
        assert.deepEqual([typeof body.client_secret, body.client_secret_expires_at], ['string', 0])
        assert.ok(body.registration_client_uri.startsWith(issuer))
        const headers = { authorization: `Bearer ${body.registration_access_token}` }
        const answer = told(
          await here.gatehouse
            .browser()
            .open(
              `${issuer}/authorize?${new URLSearchParams({ client_id: body.client_id, redirect_uri: callback, response_type: type, scope: 'openid', prompt: 'none', ...(type.includes('id_token') ? { nonce: 'n' } : {}), ...(type.includes('code') ? { code_challenge: 'a'.repeat(43), code_challenge_method: 'S256' } : {}) })}`,
            ),
        )
        assert.equal(answer['error'], 'login_required', type)
        assert.equal((await call(body.registration_client_uri, { method: 'DELETE', headers })).status, 204)
      }
      await here.gatehouse.app.tenants.set('', { front_channel_tokens: false })
      try {
        const asked = { redirect_uris: [callback], response_types: ['id_token'], grant_types: ['implicit'] }
        const { status, body } = await register(asked)
        assert.deepEqual(
          [status, body.error, body.error_description],
          [400, 'invalid_client_metadata', 'grant_types has a value that is not offered here'],
        )
      } finally {
        await here.gatehouse.app.tenants.set('', { front_channel_tokens: true })
      }
    })

    test('§2.4: what is not honoured is not advertised: display, ui_locales and claims_locales are accepted and change nothing of the answer', async () => {
      const names = ['display_values_supported', 'ui_locales_supported', 'claims_locales_supported']
      for (const name of names) assert.ok(!(name in (await document())), name)
      for (const fields of [{ display: 'popup' }, { display: 'wap' }, { ui_locales: 'se fr-CA' }, { claims_locales: 'se' }])
        assert.ok(told(await arrive('code', fields))['code'], JSON.stringify(fields))
    })

    test('§2.1: a page is shown while the redirect URI is unknown', async () => {
      for (const type of ['code', ...frontChannelTypes]) {
        const landing = await here.gatehouse.browser().open(here.of(type).url(asking(type, { redirect_uri: 'https://evil.example/' })))
        assert.ok(landing.url.href.startsWith(issuer) && landing.status === 400 && !shows(landing, 'sign-in'))
      }
    })
  })
}
