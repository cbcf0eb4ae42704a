/** Signed requests at the backchannel authentication endpoint — OpenID Connect CIBA Core §7.1.1, FAPI-CIBA §5.2.2. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { SignJWT } from 'jose'
import { type Engine, type TestApp, testApp } from '../app.ts'
import { engines } from '../postgres.ts'
import { alice, application, call, encode, type Fields } from './application.ts'
import { aClientKey, type ClientKey, signedWith } from './signed-by-clients.ts'

for (const engine of Object.keys(engines) as Engine[]) {
  suite(`signed backchannel requests, on ${engine}`, () => {
    let gatehouse: TestApp
    let key: ClientKey
    let serial = 0
    before(async () => {
      ;[gatehouse, key] = [await testApp(engine), await aClientKey('ES256', 'bank-1')]
      const usual = { grant_types: ['urn:openid:params:grant-type:ciba'], response_types: [], scope: 'openid' }
      const signs = { jwks: { keys: [key.jwk] }, backchannel_authentication_request_signing_alg: 'ES256' }
      await gatehouse.addClient({ ...usual, ...signs, client_id: 'signing' }, 'secret')
      await gatehouse.addAccount({ username: alice.username, email: 'alice@example.org' }, alice.password)
    })
    after(() => gatehouse.close())

    const claims = (more: object = {}) => {
      const now = gatehouse.now()
      const times = { iat: now, nbf: now, exp: now + 60, jti: `request ${++serial}` }
      return { iss: 'signing', aud: gatehouse.issuer, ...times, scope: 'openid', login_hint: alice.username, ...more }
    }
    const signed = (more: object = {}, header: object = {}, by = key) => signedWith(by, claims(more), header)
    const askSigned = async (request: string, fields: Fields = {}) =>
      application(gatehouse, { id: 'signing', secret: 'secret' }).post('/backchannel_authentication', { request, ...fields })

    test('a signed request works once, with an expiry as a number or a text', async () => {
      const request = await signed({ requested_expiry: 30, binding_message: 'A-1' })
      const { body } = await askSigned(request)
      assert.equal(body.expires_in, 30, JSON.stringify(body))
      assert.equal((await askSigned(request)).body.error_description, 'the signed request was used before; make a new one for each request')
      assert.equal((await askSigned(await signed({ requested_expiry: '30' }))).body.expires_in, 30)
    })

    test('what authenticates the client may stand beside a signed request', async () => {
      const usual = { grant_types: ['urn:openid:params:grant-type:ciba'], response_types: [], scope: 'openid', jwks: { keys: [key.jwk] } }
      await gatehouse.addClient({ ...usual, client_id: 'posting', token_endpoint_auth_method: 'client_secret_post' }, 'secret')
      await gatehouse.addClient({ ...usual, client_id: 'asserting', token_endpoint_auth_method: 'private_key_jwt' })
      const ask = async (iss: string, fields: Fields) =>
        call(`${gatehouse.issuer}/backchannel_authentication`, {
          body: encode({ request: await signed({ iss }), client_id: iss, ...fields }),
        })
      const posted = await ask('posting', { client_secret: 'secret' })
      assert.equal(posted.status, 200, posted.text)
      const times = { iat: gatehouse.now(), exp: gatehouse.now() + 60 }
      const asserted = await ask('asserting', {
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
        client_assertion: await signedWith(key, { iss: 'asserting', sub: 'asserting', aud: gatehouse.issuer, jti: 'assertion', ...times }),
      })
      assert.equal(asserted.status, 200, asserted.text)
    })

    const signature = 'request is not signed with a registered key of this client and an algorithm it may use'
    const times = 'the signed request needs exp, iat and nbf'
    const jti = 'jti of the signed request must be a text of 1 to 255 characters'
    const older = 'the signed request is older, or good for longer, than an hour'
    const notYet = 'the signed request is not yet good; check the clock of the client'
    const wrong: readonly [what: string, request: () => Promise<string> | string, description: string, fields?: Fields][] = [
      ['no JWT', () => 'x', 'request must be one signed JWT of at most 16384 characters'],
      ['no object', async () => `${(await signed()).split('.')[0]}.W10.AA`, 'request holds no JSON object'],
      ['alg none', () => `${Buffer.from('{"alg":"none"}').toString('base64url')}.e30.AA`, signature],
      [
        'a shared secret',
        () => new SignJWT(claims()).setProtectedHeader({ alg: 'HS256' }).sign(Buffer.from('secret'.repeat(8))),
        signature,
      ],
      ['a key of another', async () => signed({}, {}, await aClientKey('ES256', 'bank-1')), signature],
      ['another algorithm', async () => signed({}, {}, await aClientKey('PS256', 'bank-1')), signature],
      ['no iss', () => signed({ iss: undefined }), 'iss of the signed request is not the client'],
      ['another audience', () => signed({ aud: 'https://elsewhere.example' }), 'aud of the signed request is not this issuer'],
      ['no exp', () => signed({ exp: undefined }), times],
      ['no iat', () => signed({ iat: undefined }), times],
      ['no nbf', () => signed({ nbf: undefined }), times],
      ['expired', () => signed({ exp: gatehouse.now() }), 'the signed request has expired'],
      ['of the future', () => signed({ nbf: gatehouse.now() + 61, exp: gatehouse.now() + 90 }), notYet],
      ['good for too long', () => signed({ exp: gatehouse.now() + 3601 }), older],
      ['old', () => signed({ nbf: gatehouse.now() - 3601 }), older],
      ['made in the future', () => signed({ iat: gatehouse.now() + 61 }), notYet],
      ['no jti', () => signed({ jti: undefined }), jti],
      ['an empty jti', () => signed({ jti: '' }), jti],
      ['a long jti', () => signed({ jti: 'x'.repeat(256) }), jti],
      ['a jti that is a number', () => signed({ jti: 7 }), jti],
      ['an exp that is a text', () => signed({ exp: 'tomorrow' }), times],
      ['a parameter outside', () => signed(), 'a signed request must have all parameters inside', { scope: 'openid' }],
    ]
    for (const [what, request, description, fields] of wrong)
      test(`signed, and refused: ${what}`, async () => {
        const { status, body } = await askSigned(await request(), fields)
        assert.deepEqual([status, body.error, body.error_description], [400, 'invalid_request', description])
      })

    test('what is just within the limits is accepted', async () => {
      const within: ((now: number) => object)[] = [
        (now) => ({ exp: now + 1 }),
        (now) => ({ nbf: now + 60, exp: now + 3660 }),
        (now) => ({ iat: now + 60 }),
        (now) => ({ exp: now + 3600 }),
        () => ({ jti: 'x'.repeat(255) }),
        () => ({ binding_message: '🏦'.repeat(64) }),
      ]
      for (const more of within) {
        gatehouse.advance(601)
        const { status, text } = await askSigned(await signed(more(gatehouse.now())))
        assert.equal(status, 200, `${JSON.stringify(more(0))} ${text}`)
      }
    })

    test('a client that registered an algorithm always signs', async () => {
      const { body } = await application(gatehouse, { id: 'signing', secret: 'secret' }).post('/backchannel_authentication', {
        scope: 'openid',
        login_hint: alice.username,
      })
      assert.equal(body.error_description, 'this client must sign its backchannel authentication requests')
    })
  })
}
