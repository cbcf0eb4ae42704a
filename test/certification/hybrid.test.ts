/** What certification demands of implicit, hybrid and form post: each test is named after its demand in the criteria's §2.3. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { leftHalfHash } from '../../src/protocol/codec/digest.ts'
import { frontChannelTypes } from '../../src/protocol/response-types.ts'
import type { Engine } from '../app.ts'
import { call, callback, shows, told } from '../journeys/application.ts'
import { engines } from '../postgres.ts'
import { asking, clientFor, type Stage, stage } from './front-channel.ts'

const members = (type: string) => [
  ...(type.split(' ').includes('code') ? ['code'] : []),
  ...(type.split(' ').includes('token') ? ['access_token', 'token_type', 'expires_in', 'scope'] : []),
  ...(type.includes('id_token') ? ['id_token'] : []),
  'iss',
  'state',
]

for (const engine of Object.keys(engines) as Engine[]) {
  suite(`§2.3 implicit, hybrid and form post, on ${engine}`, () => {
    let here: Stage
    before(async () => {
      here = await stage(engine)
    })
    after(() => here.gatehouse.close())

    const userinfo = (token: string | undefined) =>
      call(`${here.gatehouse.issuer}/userinfo`, { headers: { authorization: `Bearer ${token}` } })

    for (const type of frontChannelTypes) {
      test(`§2.3: response type ${type} answers in the fragment, with its tokens and nothing else`, async () => {
        const landing = await here.of(type).arrive(here.gatehouse.browser(), asking(type, { state: 'a b&c' }))
        assert.equal(landing.url.search, '')
        assert.equal(landing.url.href.split('#')[0], callback)
        const answer = told(landing)
        assert.deepEqual(Object.keys(answer).sort(), members(type).sort())
        assert.deepEqual([answer['state'], answer['iss']], ['a b&c', here.gatehouse.issuer])
        if (answer['access_token']) assert.deepEqual([answer['token_type'], answer['expires_in']], ['Bearer', '3600'])
        if (answer['id_token']) {
          const claims = await here.verified(answer['id_token'], here.of(type).id)
          assert.deepEqual([claims.sub, claims['nonce']], [here.subject, 'a nonce'])
          const hashed = (text: string | undefined) => text && leftHalfHash('RS256', text)
          assert.deepEqual(
            [claims['at_hash'], claims['c_hash'], claims['s_hash']],
            [hashed(answer['access_token']), hashed(answer['code']), hashed('a b&c')],
          )
        }
      })

      test(`§2.3: response type ${type} by form post: a page that submits the members alone`, async () => {
        const fields = asking(type, { state: '"><b>', response_mode: 'form_post' })
        const landing = await here.of(type).arrive(here.gatehouse.browser(), fields)
        assert.ok(shows(landing, 'form-post') && landing.status === 200)
        assert.ok(!landing.html.includes('"><b>'))
        assert.deepEqual(Object.keys(told(landing)).sort(), members(type).sort())
        assert.equal(told(landing)['state'], '"><b>')
        const refused = await here.gatehouse.browser().open(here.of(type).url({ ...fields, prompt: 'none' }))
        assert.ok(shows(refused, 'form-post'))
        assert.deepEqual(told(refused)['error'], 'login_required')
      })

      test(`§2.3: response type ${type} is never answered in the query`, async () => {
        const browser = here.gatehouse.browser()
        for (const [response_mode, parameter] of [
          ['query', 'error'],
          ['query.jwt', 'response'],
        ] as const) {
          const { url } = await browser.open(here.of(type).url(asking(type, { response_mode, state: 's' })))
          assert.deepEqual([url.search, new URLSearchParams(url.hash.slice(1)).has(parameter)], ['', true])
        }
        const landing = await here.of(type).arrive(browser, asking(type, { response_mode: 'query', state: 's' }))
        const why = 'response_mode must not put tokens into a query; use fragment, form_post or jwt'
        assert.deepEqual([told(landing)['error'], told(landing)['error_description']], ['invalid_request', why])
      })

      test(`§2.3: errors of response type ${type} are in the fragment, with the members of an error alone`, async () => {
        const { url } = await here.gatehouse.browser().open(here.of(type).url(asking(type, { prompt: 'none', state: 's' })))
        assert.equal(url.search, '')
        assert.deepEqual(Object.keys(told({ url, html: '' })).sort(), ['error', 'error_description', 'iss', 'state'])
      })
    }

    for (const type of frontChannelTypes.filter((name) => name.includes('id_token'))) {
      test(`§2.3: missing nonce with ${type} is invalid_request in the fragment`, async () => {
        const { url } = await here.gatehouse.browser().open(here.of(type).url({ response_type: type, state: 's' }))
        const { error, error_description, state } = told({ url, html: '' })
        assert.deepEqual([url.search, error, state], ['', 'invalid_request', 's'])
        assert.equal(error_description, 'nonce is missing; a response_type with id_token needs it')
      })

      test(`§2.3: ${type} without the scope openid is refused`, async () => {
        const answer = told(await here.gatehouse.browser().open(here.of(type).url(asking(type, { scope: 'profile' }))))
        assert.deepEqual(
          [answer['error'], answer['error_description']],
          ['invalid_scope', 'scope must have openid for a response_type with id_token'],
        )
      })
    }

    test('§2.3: code token without nonce succeeds', async () => {
      const answer = told(await here.of('code token').arrive(here.gatehouse.browser(), { response_type: 'code token' }))
      assert.ok(answer['code'] && answer['access_token'])
    })

    test('§2.3: the words of response_type come in any order', async () => {
      const type = 'token id_token code'
      const answer = told(await here.of('code id_token token').arrive(here.gatehouse.browser(), asking(type)))
      assert.ok(answer['code'] && answer['access_token'] && answer['id_token'])
      const twice = told(await here.gatehouse.browser().open(here.of('code token').url({ response_type: 'code token token' })))
      assert.equal(twice['error'], 'unsupported_response_type')
    })

    for (const type of ['token', 'id_token token', 'code token', 'code id_token token'])
      test(`§2.3: UserInfo works with the front-channel access token of ${type}`, async () => {
        const fields = asking(type, { scope: 'openid email' })
        const answer = told(await here.of(type).arrive(here.gatehouse.browser(), fields))
        const { status, body } = await userinfo(answer['access_token'])
        assert.deepEqual([status, body.sub, body.email], [200, here.subject, 'alice@example.com'])
      })

    for (const type of ['code id_token', 'code token', 'code id_token token']) {
      test(`§2.3: the code of ${type} gives the same person, and a refresh token`, async () => {
        const app = here.of(type)
        const answer = told(await app.arrive(here.gatehouse.browser(), asking(type, { scope: 'openid offline_access' })))
        const { status, body } = await app.redeem(answer['code'] as string)
        assert.equal(status, 200)
        const claims = await here.verified(body.id_token, app.id)
        assert.deepEqual([claims.sub, claims['c_hash']], [here.subject, leftHalfHash('RS256', answer['code'] as string)])
        assert.equal((await userinfo(body.access_token)).body.sub, here.subject)
        assert.equal((await app.refresh(body.refresh_token)).status, 200)
      })

      test(`§2.3: reuse of the code of ${type} revokes every token of its response`, async () => {
        const app = here.of(type)
        const answer = told(await app.arrive(here.gatehouse.browser(), asking(type)))
        const { body } = await app.redeem(answer['code'] as string)
        const tokens = [body.access_token, answer['access_token']].filter((token) => token !== undefined)
        for (const token of tokens) assert.equal((await userinfo(token)).status, 200)
        assert.equal((await app.redeem(answer['code'] as string)).body.error, 'invalid_grant')
        for (const token of tokens) assert.equal((await userinfo(token)).status, 401)
      })
    }

    test('§2.3: front-channel tokens are only for tenants that switch them on, and off again: nothing is advertised, nothing is answered', async () => {
      const { gatehouse } = here
      const document = async () => (await call(`${gatehouse.issuer}/.well-known/openid-configuration`)).body
      assert.deepEqual((await document()).response_types_supported.toSorted(), ['code', 'none', ...frontChannelTypes].toSorted())
      assert.ok((await document()).grant_types_supported.includes('implicit'))
      const browser = gatehouse.browser()
      const page = await browser.open(here.of('code id_token').url(asking('code id_token')))
      await gatehouse.app.tenants.set('', { front_channel_tokens: false })
      try {
        assert.deepEqual((await document()).response_types_supported, ['code', 'none'])
        assert.ok(!(await document()).grant_types_supported.includes('implicit'))
        for (const type of frontChannelTypes) {
          const { url } = await gatehouse.browser().open(here.of(type).url(asking(type)))
          assert.deepEqual([url.search, told({ url, html: '' })['error']], ['', 'unsupported_response_type'])
        }
        assert.ok(shows(page, 'sign-in'))
        const late = await browser.open(page.url.href)
        assert.equal(told(late)['error'], 'unsupported_response_type', 'a sign-in that had begun ends too')
      } finally {
        await gatehouse.app.tenants.set('', { front_channel_tokens: true })
      }
    })

    test('§2.3: only clients that register a response type get it', async () => {
      for (const type of frontChannelTypes)
        assert.equal(told(await here.gatehouse.browser().open(here.of('code').url(asking(type))))['error'], 'unauthorized_client')
    })

    test('a sign-in ends once: the second answer has no tokens, opaque ones included', async () => {
      const { gatehouse } = here
      await gatehouse.addClient({ ...clientFor('id_token token'), client_id: 'opaque', access_token_format: 'opaque' }, 'secret')
      const browser = gatehouse.browser()
      const page = await browser.open(here.of('opaque').url(asking('id_token token')))
      const landing = await browser.submit('sign-in', { ...{ username: 'alice1', password: 'wonderland' } })
      const token = told(landing)['access_token']
      assert.equal((await userinfo(token)).status, 200)
      assert.equal((await browser.open(page.url.href)).status, 400)
    })

    test('a client whose tokens must be bound to a key gets none through the browser', async () => {
      const bound: [members: object, problem: RegExp][] = [
        [{ dpop_bound_access_tokens: true }, /response_types.*cannot be bound to a key/s],
        [{ policy: { sender_constraint: 'required' } }, /response_types.*cannot be bound to a key/s],
      ]
      for (const [more, problem] of bound)
        await assert.rejects(here.gatehouse.addClient({ ...clientFor('code token'), client_id: 'bound', ...more }), problem)
      await here.gatehouse.addClient({ ...clientFor('code id_token'), client_id: 'bound', dpop_bound_access_tokens: true }, 'secret')
    })

    const bad: [members: object, problem: RegExp][] = [
      [{ response_types: ['id_token'] }, /must have implicit for these response_types/],
      [{ response_types: ['code id_token'] }, /must have implicit for these response_types/],
      [{ response_types: ['code token'], grant_types: ['implicit'] }, /must have authorization_code for these response_types/],
      [{ grant_types: ['implicit'], redirect_uris: [] }, /at least one is needed for the implicit grant type/],
      [
        { grant_types: ['implicit'], redirect_uris: ['http://localhost/cb'] },
        /must be https for the implicit grant type, and not on localhost/,
      ],
      [
        { grant_types: ['implicit'], redirect_uris: ['https://localhost:8443/cb'] },
        /must be https for the implicit grant type, and not on localhost/,
      ],
      [{ response_types: ['token code'] }, /Invalid option/],
    ]
    for (const [more, problem] of bad)
      test(`not registered: ${JSON.stringify(more)}`, () =>
        assert.rejects(here.gatehouse.addClient({ client_id: 'x', redirect_uris: [callback], ...more }), problem))
  })
}
