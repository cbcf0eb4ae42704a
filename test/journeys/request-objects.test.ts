/** Request objects by value — RFC 9101 §6, §10; OpenID Connect Core §6.1. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { CompactEncrypt, importJWK } from 'jose'
import { type Engine, type TestApp, testApp } from '../app.ts'
import { engines } from '../postgres.ts'
import type { Landing } from '../tiny-browser.ts'
import { type Application, alice, application, call, callback, challenge, shows, told } from './application.ts'
import { aClientKey, type ClientKey, signedWith } from './signed-by-clients.ts'

type Change = { claims?: Record<string, unknown>; header?: object; key?: ClientKey }

for (const engine of Object.keys(engines) as Engine[]) {
  suite(`request objects, on ${engine}`, () => {
    let gatehouse: TestApp
    let [key, second]: ClientKey[] = []
    let count = 0
    const apps: Record<string, Application> = {}
    before(async () => {
      gatehouse = await testApp(engine)
      await gatehouse.addAccount({ username: alice.username }, alice.password)
      ;[key, second] = [await aClientKey('ES256', 'one'), await aClientKey('PS256', 'two')]
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
        only: { require_signed_request_object: true, request_object_signing_alg: 'PS256' },
        once: { policy: { request_object_jti: 'required' } },
        core: { policy: { parameters_outside_request_object: 'merged' } },
        pushing: {
          policy: { ...policy, pushed_requests: 'required', request_object_jti: 'required' },
          id_token_signed_response_alg: 'ES256',
        },
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

    async function signIn(address: string, browser = gatehouse.browser()): Promise<Landing> {
      let landing = await browser.open(address)
      if (shows(landing, 'sign-in')) landing = await browser.submit('sign-in', { ...alice })
      return shows(landing, 'consent') ? browser.submit('consent', { answer: 'allow' }) : landing
    }
    const said = ({ html }: Landing) => [/id="error-code">([^<]*)</.exec(html)?.[1], /id="error-description">([^<]*)</.exec(html)?.[1]]

    test('a signed request is answered, and only what it holds counts', async () => {
      const landing = await signIn(url('app', await object('app'), { state: 'outside', scope: 'openid profile', nonce: 'outside' }))
      const answer = told(landing)
      assert.equal(answer['state'], 'inside')
      const { body } = await apps['app']!.redeem(answer['code'] as string)
      assert.equal(body.scope, 'openid')
      const [, payload = ''] = body.id_token.split('.')
      assert.equal(JSON.parse(atob(payload.replace(/-/g, '+').replace(/_/g, '/'))).nonce, undefined)
    })

    for (const [name, change] of [
      ['any registered key', { key: 'second' }],
      ['no kid', { header: { kid: undefined } }],
      ['no type', { header: { typ: undefined } }],
      ['the type of any JWT', { header: { typ: 'JWT' } }],
      ['a list of audiences', { aud: true }],
      ['neither times nor jti nor iss', { claims: { exp: undefined, nbf: undefined, iat: undefined, jti: undefined, iss: undefined } }],
      ['a clock that is 60 seconds fast', { fast: true }],
    ] as [string, Change & { key?: unknown; aud?: true; fast?: true }][])
      test(`accepted: ${name}`, async () => {
        const later = gatehouse.now() + 60
        const claims = {
          ...change.claims,
          ...(change.aud && { aud: ['https://other.example', gatehouse.issuer] }),
          ...(change.fast && { nbf: later, iat: later }),
        }
        const made = await object('app', { ...change, claims, key: change.key ? second! : key! })
        assert.ok(told(await signIn(url('app', made)))['code'])
      })

    test('the answer to what a good object asks for in vain goes to its redirect URI', async () => {
      const answer = told(await gatehouse.browser().open(url('app', await object('app', { claims: { scope: 'openid email' } }))))
      assert.deepEqual([answer['error'], answer['state']], ['invalid_scope', 'inside'])
      const elsewhere = await gatehouse
        .browser()
        .open(url('app', await object('app', { claims: { redirect_uri: 'https://evil.example' } })))
      assert.equal(elsewhere.status, 400)
      const missing = await gatehouse
        .browser()
        .open(url('app', await object('app', { claims: { redirect_uri: undefined } }), { redirect_uri: callback }))
      assert.equal(told(missing)['error_description'], 'redirect_uri is missing')
    })

    test('an object that is too long is refused', async () => {
      const { status, body } = await apps['app']!.post('/par', { request: await object('app', { claims: { filler: 'x'.repeat(37_000) } }) })
      assert.deepEqual([status, body.error_description], [400, 'the request object must be one signed JWT of at most 49152 characters'])
    })

    test('request and request_uri together are refused', async () => {
      const landing = await gatehouse
        .browser()
        .open(url('app', await object('app'), { request_uri: 'urn:ietf:params:oauth:request_uri:x' }))
      assert.deepEqual(said(landing), ['invalid_request', 'request and request_uri must not be sent together'])
    })

    test('numbers, lists and objects are parameters, too', async () => {
      const claims = { max_age: 60, prompt: 'login', ui_locales: null, nonce: ['a', 'b'] }
      const repeated = told(await gatehouse.browser().open(url('app', await object('app', { claims }))))
      assert.match(repeated['error_description'] as string, /nonce is repeated/)
      const browser = gatehouse.browser()
      assert.ok(told(await signIn(url('app', await object('app')), browser))['code'])
      gatehouse.advance(61)
      const aged = await browser.open(url('app', await object('app', { claims: { max_age: 60 } })))
      assert.ok(shows(aged, 'sign-in'))
    })

    test('a client that must sign gets nothing by plain parameters, nor by pushing them', async () => {
      for (const id of ['strict', 'only']) {
        const plain = told(await gatehouse.browser().open(apps[id]!.url()))
        assert.deepEqual(
          [plain['error'], plain['error_description']],
          ['invalid_request', 'this client must sign its authorization requests'],
        )
        const pushed = await apps[id]!.post('/par', {
          response_type: 'code',
          redirect_uri: callback,
          scope: 'openid',
          code_challenge: challenge,
          code_challenge_method: 'S256',
        })
        assert.equal(pushed.body.error_description, 'this client must sign its authorization requests')
      }
      assert.ok(told(await signIn(url('strict', await object('strict'))))['code'])
      assert.ok(told(await signIn(url('only', await object('only', { key: second! }))))['code'])
      const landing = await gatehouse.browser().open(url('only', await object('only')))
      assert.match(said(landing)[1] as string, /not signed with a registered key of this client and an algorithm it may use/)
    })

    test('a reload does not use an object up, its answer does', async () => {
      const made = await object('once')
      const browser = gatehouse.browser()
      for (let i = 0; i < 3; i++) assert.ok(shows(await browser.open(url('once', made)), 'sign-in'))
      assert.ok(told(await signIn(url('once', made), browser))['code'])
      const again = await browser.open(url('once', made))
      assert.deepEqual(said(again), ['invalid_request_object', 'the request object was used before; make a new one for each request'])
      const named = await object('once', { claims: { jti: `jti ${count}` } })
      assert.equal(said(await browser.open(url('once', named)))[0], 'invalid_request_object', 'another object of the same jti')
    })

    for (const type of ['code', 'none'])
      test(`of two sign-ins that an object began, one gets an answer: ${type}`, async () => {
        const made = await object('once', { claims: { response_type: type } })
        await signIn(url('once', await object('once')))
        const browsers = [gatehouse.browser(), gatehouse.browser()] as const
        for (const browser of browsers) await browser.open(url('once', made))
        const answers = await Promise.all(browsers.map((browser) => browser.submit('sign-in', { ...alice })))
        assert.equal(answers.filter((landing) => told(landing)['state'] === 'inside' && !told(landing)['error']).length, 1)
      })

    test('parameters are merged for a client of OpenID Connect Core, and the object wins', async () => {
      const made = await object('core', { claims: { client_id: undefined, response_type: undefined, redirect_uri: undefined } })
      const outside = { response_type: 'code', redirect_uri: callback, scope: 'openid profile', state: 'outside', nonce: 'outside' }
      const answer = told(await signIn(url('core', made, outside)))
      assert.equal(answer['state'], 'inside')
      const { body } = await apps['core']!.redeem(answer['code'] as string)
      assert.equal(body.scope, 'openid')
      assert.equal(JSON.parse(Buffer.from(body.id_token.split('.')[1], 'base64url').toString()).nonce, 'outside')
    })

    test('an object in a pushed request counts as signed, and is used up by its response', async () => {
      const made = await object('pushing')
      const push = () => apps['pushing']!.post('/par', { request: made, state: 'outside' })
      const [first, other] = [await push(), await push()]
      assert.deepEqual([first.status, other.status], [201, 201])
      const open = ({ body }: typeof first) =>
        `${gatehouse.issuer}/authorize?${new URLSearchParams({ client_id: 'pushing', request_uri: body.request_uri })}`
      const answer = told(await signIn(open(first)))
      assert.equal(answer['state'], 'inside')
      assert.equal((await apps['pushing']!.redeem(answer['code'] as string)).status, 200)
      assert.equal(told(await signIn(open(other)))['code'], undefined)
      assert.equal((await push()).body.error, 'invalid_request_object')
    })

    test('an object that was encrypted for this server is read, by each algorithm', async () => {
      const { keys } = (await call(`${gatehouse.issuer}/.well-known/jwks.json`, {})).body
      const [recipient] = keys.filter(({ use }: { use: string }) => use === 'enc')
      const publicKey = await importJWK(recipient, 'ECDH-ES')
      const encrypted = async (alg: string, kid: string | undefined, text?: string) =>
        new CompactEncrypt(new TextEncoder().encode(text ?? (await object('app'))))
          .setProtectedHeader({ alg, enc: 'A256GCM', cty: 'JWT', ...(kid !== undefined && { kid }) })
          .encrypt(publicKey)
      for (const alg of ['ECDH-ES', 'ECDH-ES+A128KW', 'ECDH-ES+A256KW'])
        assert.ok(told(await signIn(url('app', await encrypted(alg, recipient.kid))))['code'])
      const pushed = await apps['app']!.post('/par', { request: await encrypted('ECDH-ES', recipient.kid) })
      assert.equal(pushed.status, 201)

      const good = await encrypted('ECDH-ES', recipient.kid)
      const notForUs = 'the request object is not encrypted for a key of this server; kid names the one of use enc'
      const signing = keys.find(({ use }: { use: string }) => use === 'sig').kid
      const compressed = `${Buffer.from(JSON.stringify({ alg: 'ECDH-ES', enc: 'A256GCM', zip: 'DEF', kid: recipient.kid })).toString('base64url')}..AA.AA.AA`
      const bad = [
        await encrypted('ECDH-ES', undefined),
        await encrypted('ECDH-ES', 'x'),
        await encrypted('ECDH-ES', signing),
        `${good.slice(0, -2)}AA`,
        compressed,
        '....',
        'a.b.c.d.e.f',
      ]
      for (const text of bad) assert.deepEqual(said(await gatehouse.browser().open(url('app', text))), ['invalid_request_object', notForUs])
      const long = await apps['app']!.post('/par', { request: `a..b.${'c'.repeat(24_576)}.d` })
      assert.equal(long.body.error_description, 'the encrypted request object is longer than 24576 characters')
      const nested = said(
        await gatehouse.browser().open(url('app', await encrypted('ECDH-ES', recipient.kid, await encrypted('ECDH-ES', recipient.kid)))),
      )
      assert.equal(nested[1], 'the request object must be one signed JWT of at most 49152 characters')
      const unsigned = said(await gatehouse.browser().open(url('app', await encrypted('ECDH-ES', recipient.kid, 'e30.e30.'))))
      assert.equal(unsigned[1], 'the request object must be one signed JWT of at most 49152 characters')
    })

    test('the metadata says what is understood', async () => {
      const { body } = await call(`${gatehouse.issuer}/.well-known/openid-configuration`, {})
      assert.deepEqual([body.request_parameter_supported, body.require_signed_request_object], [true, false])
      assert.ok(body.request_object_signing_alg_values_supported.includes('PS256'))
    })

    test('a client that must sign has keys', async () => {
      const client = { client_id: 'x', redirect_uris: [callback], require_signed_request_object: true }
      await assert.rejects(gatehouse.addClient(client), /is needed for signed request objects/)
    })
  })
}

test('where the feature is off, request objects are refused by name, and nobody must send them', async () => {
  const gatehouse = await testApp('sqlite', { FEATURES_REQUEST_OBJECTS: 'false', FEATURES_REQUEST_URIS: 'false' })
  await gatehouse.addClient({ client_id: 'app', redirect_uris: [callback] }, 'secret')
  const app = application(gatehouse, { id: 'app', secret: 'secret' })
  const answer = told(await gatehouse.browser().open(app.url({ request: 'e30.e30.' })))
  assert.deepEqual(
    [answer['error'], answer['error_description']],
    ['request_not_supported', 'the request parameter is not offered; send plain parameters'],
  )
  const { body } = await call(`${gatehouse.issuer}/.well-known/openid-configuration`, {})
  assert.equal(body.request_parameter_supported, false)
  const jwks = { keys: [(await aClientKey('ES256', 'one')).jwk] }
  const client = { client_id: 'x', redirect_uris: [callback], jwks }
  await assert.rejects(gatehouse.addClient({ ...client, require_signed_request_object: true }), /is served by no enabled feature/)
  await assert.rejects(gatehouse.addClient({ ...client, policy: { signed_requests: 'required' } }), /no enabled feature serves more/)
  await gatehouse.close()
})
