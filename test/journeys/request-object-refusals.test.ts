/** Request objects that are refused — RFC 9101 §6, §10. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { exportJWK, SignJWT, UnsecuredJWT } from 'jose'
import { type Engine, type TestApp, testApp } from '../app.ts'
import { engines } from '../postgres.ts'
import type { Landing } from '../tiny-browser.ts'
import { type Application, alice, application, callback, challenge, shows } from './application.ts'
import { aClientKey, type ClientKey, signedWith } from './signed-by-clients.ts'

type Change = { claims?: Record<string, unknown>; header?: object; key?: ClientKey }

for (const engine of Object.keys(engines) as Engine[]) {
  suite(`request objects that are refused, on ${engine}`, () => {
    let gatehouse: TestApp
    let [key, second, foreign]: ClientKey[] = []
    let count = 0
    const apps: Record<string, Application> = {}
    before(async () => {
      gatehouse = await testApp(engine)
      await gatehouse.addAccount({ username: alice.username }, alice.password)
      ;[key, second, foreign] = [await aClientKey('ES256', 'one'), await aClientKey('PS256', 'two'), await aClientKey('ES256', 'one')]
      const common = {
        redirect_uris: [callback],
        scope: 'openid profile',
        jwks: { keys: [key!.jwk, second!.jwk] },
        response_types: ['code', 'none'],
      }
      const policy = { signed_requests: 'required', request_object_lifetime: 3600, allowed_algs: ['PS256', 'ES256'] }
      const clients: Record<string, object> = {
        app: {},
        strict: { policy, id_token_signed_response_alg: 'ES256' },
        once: { policy: { request_object_jti: 'required' } },
      }
      for (const [id, members] of Object.entries(clients)) {
        await gatehouse.addClient({ ...common, ...members, client_id: id }, 'secret')
        apps[id] = application(gatehouse, { id, secret: 'secret' })
      }
    })
    after(() => gatehouse.close())

    const claimsFor = (id: string): Record<string, unknown> => {
      const now = gatehouse.now()
      return {
        ...{ iss: id, aud: gatehouse.issuer, iat: now, nbf: now, exp: now + 300, jti: `jti ${++count}` },
        ...{ client_id: id, response_type: 'code', redirect_uri: callback, scope: 'openid', state: 'inside' },
        ...{ code_challenge: challenge, code_challenge_method: 'S256' },
      }
    }
    const object = (id: string, { claims, header, key: signer = key! }: Change = {}) =>
      signedWith(signer, { ...claimsFor(id), ...claims }, { typ: 'oauth-authz-req+jwt', ...header })
    const url = (id: string, request: string, more: Record<string, string> = {}) =>
      `${gatehouse.issuer}/authorize?${new URLSearchParams({ client_id: id, request, ...more })}`

    const said = ({ html }: Landing) => [/id="error-code">([^<]*)</.exec(html)?.[1], /id="error-description">([^<]*)</.exec(html)?.[1]]

    const badObjects: [name: string, change: Change | (() => Promise<string> | string), description: string][] = [
      ['no JWT', () => 'a.b', 'the request object must be one signed JWT of at most 49152 characters'],
      [
        'an unsigned object',
        () => new UnsecuredJWT(claimsFor('app')).encode(),
        'the request object must be one signed JWT of at most 49152 characters',
      ],
      ['a JWT of another type', { header: { typ: 'at+jwt' } }, 'typ of the request object must be oauth-authz-req+jwt'],
      ['a DPoP proof', { header: { typ: 'dpop+jwt' } }, 'typ of the request object must be oauth-authz-req+jwt'],
      ['a type that is not text', { header: { typ: 1 } }, 'typ of the request object must be oauth-authz-req+jwt'],
      ['another issuer of requests', { claims: { iss: 'other' } }, 'iss of the request object is not the client_id'],
      ['a subject', { claims: { sub: 'app' } }, 'a request object cannot have a sub: it is no client assertion'],
      ['another audience', { claims: { aud: 'https://other.example' } }, 'aud of the request object is not this issuer'],
      ['no audience', { claims: { aud: undefined } }, 'aud of the request object is not this issuer'],
      ['an expiry that is a text', { claims: { exp: 'tomorrow' } }, 'exp, nbf and iat of the request object must be numbers'],
      ['an expiry that is past', { claims: { exp: 1 } }, 'the request object has expired'],
      ['a start that is far', { claims: { nbf: 9_999_999_999 } }, 'the request object is not yet good; check the clock of the client'],
      ['a time that is far', { claims: { iat: 9_999_999_999 } }, 'the request object is not yet good; check the clock of the client'],
      ['request inside', { claims: { request: 'x' } }, 'a request object cannot itself contain request or request_uri'],
      ['request_uri inside', { claims: { request_uri: 'urn:x' } }, 'a request object cannot itself contain request or request_uri'],
      ['no client_id', { claims: { client_id: undefined } }, 'client_id of the request object is not the client_id of the request'],
      ['another client_id', { claims: { client_id: 'strict' } }, 'client_id of the request object is not the client_id of the request'],
    ]
    const unsigned = 'the request object is not signed with a registered key of this client and an algorithm it may use'
    badObjects.push(
      ['a key that is not registered', () => object('app', { key: foreign! }), unsigned],
      ['a kid of no key', { header: { kid: 'x' } }, unsigned],
      ['the kid of another key', { header: { kid: 'two' } }, unsigned],
      [
        'a key that it brings along',
        async () => object('app', { key: foreign!, header: { kid: undefined, jwk: await exportJWK(foreign!.privateKey) } }),
        unsigned,
      ],
      ['its own private key', async () => object('app', { header: { jwk: await exportJWK(key!.privateKey) } }), unsigned],
      [
        'a payload that was changed',
        async () => (await object('app')).replace(/\.(.)/, (_, first) => `.${first === 'e' ? 'f' : 'e'}`),
        unsigned,
      ],
      [
        'HS256 with the public key',
        () =>
          new SignJWT(claimsFor('app'))
            .setProtectedHeader({ alg: 'HS256', kid: 'one' })
            .sign(new TextEncoder().encode(JSON.stringify(key!.jwk))),
        unsigned,
      ],
      [
        'HS256 with the client secret',
        () => new SignJWT(claimsFor('app')).setProtectedHeader({ alg: 'HS256' }).sign(new TextEncoder().encode('secret'.repeat(8))),
        unsigned,
      ],
    )
    for (const [name, change, description] of badObjects) {
      test(`refused: ${name}`, async () => {
        const made = typeof change === 'function' ? await change() : await object('app', change)
        const landing = await gatehouse.browser().open(url('app', made))
        assert.deepEqual([landing.status, ...said(landing)], [400, 'invalid_request_object', description])
        const pushed = await apps['app']!.post('/par', { request: made })
        assert.deepEqual([pushed.status, pushed.body.error, pushed.body.error_description], [400, 'invalid_request_object', description])
      })
    }

    test('a payload with a duplicate name, or that is not an object, is refused', async () => {
      const raw = async (payload: string) => {
        const head = Buffer.from(JSON.stringify({ alg: 'ES256', kid: 'one' })).toString('base64url')
        const input = `${head}.${Buffer.from(payload).toString('base64url')}`
        const signature = await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, key!.privateKey, Buffer.from(input))
        return `${input}.${Buffer.from(signature).toString('base64url')}`
      }
      for (const payload of ['[]', '"x"', '{"client_id":"app","client_id":"app"}'])
        assert.deepEqual(said(await gatehouse.browser().open(url('app', await raw(payload)))), [
          'invalid_request_object',
          'the request object holds no JSON object',
        ])
    })

    const late = 'the request object is older, or good for longer, than this client may make it'
    const unbounded: [name: string, claims: (now: number) => object, description: string][] = [
      ['no exp', () => ({ exp: undefined }), 'the request object needs exp and nbf'],
      ['no nbf', () => ({ nbf: undefined }), 'the request object needs exp and nbf'],
      ['an nbf more than an hour ago', (now) => ({ nbf: now - 3601 }), late],
      ['an exp more than an hour after nbf', (now) => ({ exp: now + 3601 }), late],
    ]
    for (const [name, claims, description] of unbounded)
      test(`refused where the lifetime is bounded: ${name}`, async () => {
        const landing = await gatehouse.browser().open(url('strict', await object('strict', { claims: { ...claims(gatehouse.now()) } })))
        assert.deepEqual(said(landing), ['invalid_request_object', description])
      })

    const within: [client: string, claims: (now: number) => object][] = [
      ['app', (now) => ({ exp: now + 1 })],
      ['app', (now) => ({ nbf: now + 60, iat: now + 60 })],
      ['strict', (now) => ({ exp: now + 3600 })],
      ['once', (now) => ({ jti: 'x'.repeat(255), exp: now + 3600 })],
    ]
    test('what is just within the limits is accepted', async () => {
      for (const [client, claims] of within) {
        const landing = await gatehouse.browser().open(url(client, await object(client, { claims: { ...claims(gatehouse.now()) } })))
        assert.ok(shows(landing, 'sign-in'), `${client} ${claims(0)} ${landing.url}`)
      }
    })

    const worthless: [name: string, claims: (now: number) => object, description: string][] = [
      ['no jti', () => ({ jti: undefined }), 'jti of the request object must be a text of 1 to 255 characters'],
      ['an empty jti', () => ({ jti: '' }), 'jti of the request object must be a text of 1 to 255 characters'],
      ['a jti that is a number', () => ({ jti: 7 }), 'jti of the request object must be a text of 1 to 255 characters'],
      ['a long jti', () => ({ jti: 'x'.repeat(256) }), 'jti of the request object must be a text of 1 to 255 characters'],
      ['no exp', () => ({ exp: undefined }), 'exp of a request object that works once must be within an hour'],
      ['a far exp', (now) => ({ exp: now + 3601 }), 'exp of a request object that works once must be within an hour'],
    ]
    for (const [name, claims, description] of worthless)
      test(`refused where an object works once: ${name}`, async () => {
        const landing = await gatehouse.browser().open(url('once', await object('once', { claims: { ...claims(gatehouse.now()) } })))
        assert.deepEqual(said(landing), ['invalid_request_object', description])
      })
  })
}
