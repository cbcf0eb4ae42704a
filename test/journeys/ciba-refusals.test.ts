/** What the backchannel authentication endpoint refuses — OpenID Connect CIBA Core §13. */
import assert from 'node:assert/strict'
import { after, before, beforeEach, suite, test } from 'node:test'
import { setStatus } from '../../src/identity/accounts.ts'
import type { Engine } from '../app.ts'
import { engines } from '../postgres.ts'
import { type Application, application, type Fields } from './application.ts'
import { type CibaStage, cibaStage, grant_type, usual } from './ciba-stage.ts'

for (const engine of Object.keys(engines) as Engine[]) {
  suite(`refused backchannel requests, on ${engine}`, () => {
    let stage: CibaStage
    let pinged: Application
    before(async () => {
      stage = await cibaStage(engine)
      const ping = { backchannel_token_delivery_mode: 'ping', backchannel_client_notification_endpoint: 'https://bank.example/ping' }
      await stage.gatehouse.addClient({ ...usual, ...ping, client_id: 'pinged' }, 'secret')
      pinged = application(stage.gatehouse, { id: 'pinged', secret: 'secret' })
    })
    beforeEach(() => {
      stage.gatehouse.advance(601)
    })
    after(() => stage.close())

    const one = 'send exactly one of login_hint, login_hint_token and id_token_hint'
    const bearer = 'client_notification_token must be a bearer token of at most 1024 characters'
    const message = 'binding_message must be one line of at most 64 plain characters'
    const expiry = 'requested_expiry must be a positive whole number of seconds'
    const refused: readonly [what: string, fields: Fields, code: string, description: string, by?: () => Application][] = [
      ['no openid', { scope: 'profile' }, 'invalid_scope', 'scope must contain openid'],
      ['no scope', { scope: undefined }, 'invalid_scope', 'scope must contain openid'],
      ['a scope beyond', { scope: 'openid email' }, 'invalid_scope', 'scope has a value that this client is not registered for: email'],
      ['no hint', { login_hint: undefined }, 'invalid_request', one],
      ['two hints', { id_token_hint: 'x' }, 'invalid_request', one],
      [
        'an ID token that is none',
        { login_hint: undefined, id_token_hint: 'x.y.z' },
        'invalid_request',
        'id_token_hint must be an ID token that was issued to this client',
      ],
      ['nobody', { login_hint: 'nobody' }, 'unknown_user_id', 'the hint names nobody who can be asked here'],
      [
        'nobody who can be reached',
        { login_hint: 'homer' },
        'unknown_user_id',
        'this person cannot be reached: their account has no address, or this server sends no mail',
      ],
      ['a long message', { binding_message: 'x'.repeat(65) }, 'invalid_binding_message', message],
      ['a message of two lines', { binding_message: 'a\nb' }, 'invalid_binding_message', message],
      ['a message that changes direction', { binding_message: 'a\u202eb' }, 'invalid_binding_message', message],
      ['an empty message', { binding_message: ' ' }, 'invalid_binding_message', message],
      ['an expiry of zero', { requested_expiry: '0' }, 'invalid_request', expiry],
      ['an expiry in words', { requested_expiry: 'soon' }, 'invalid_request', expiry],
      ['no token for ping', {}, 'invalid_request', 'client_notification_token is missing', () => pinged],
      ['an odd token', { client_notification_token: 'a b' }, 'invalid_request', bearer, () => pinged],
      ['a long token', { client_notification_token: 'x'.repeat(1025) }, 'invalid_request', bearer, () => pinged],
      [
        'too much',
        { ui_locales: 'x'.repeat(2048), filler: 'x'.repeat(16_384) },
        'invalid_request',
        'the request is longer than 16384 characters',
      ],
    ]
    for (const [what, fields, code, description, by] of refused)
      test(`refused: ${what}`, async () => {
        const { status, body } = await stage.ask(fields, by?.())
        assert.deepEqual([status, body.error, body.error_description], [400, code, description])
      })

    test('a request of 16384 characters is accepted, and no longer one', async () => {
      const length = (filler: string) => JSON.stringify(Object.entries({ scope: 'openid', filler })).length
      const filler = 'x'.repeat(16_384 - length(''))
      assert.equal((await stage.ask({ filler })).status, 200)
      assert.equal((await stage.ask({ filler: `${filler}x` })).status, 400)
    })

    test('refused: a client that may not, or does not authenticate; another client at the token endpoint', async () => {
      const web = application(stage.gatehouse, { id: 'web', secret: 'secret' })
      assert.equal((await stage.ask({}, web)).body.error, 'unauthorized_client')
      assert.equal((await stage.ask({}, application(stage.gatehouse, { id: 'bank' }))).body.error, 'invalid_client')
      const { id } = await stage.begin()
      const { body } = await stage.poll(id, stage.other)
      assert.deepEqual([body.error, body.error_description], ['invalid_grant', 'auth_req_id is unknown, or belongs to another client'])
      assert.equal(await stage.error('gth_aq_nonsense'), 'invalid_grant')
      assert.equal((await stage.bank.post('/token', { grant_type })).body.error_description, 'auth_req_id is missing')
    })

    test('a suspended person is not asked', async () => {
      await setStatus(stage.gatehouse.root.accounts, stage.subject, 'suspended')
      assert.equal((await stage.ask()).body.error, 'unknown_user_id')
      await setStatus(stage.gatehouse.root.accounts, stage.subject, 'active')
    })
  })
}
