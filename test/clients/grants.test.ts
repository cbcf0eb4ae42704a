/** Grants without a browser of the client, and registration, with `oauth4webapi` and `openid-client` — RFC 8628, RFC 8693, RFC 7591, CIBA Core. */
import assert from 'node:assert/strict'
import { after, before, beforeEach, suite, test } from 'node:test'
import * as oauth from 'oauth4webapi'
import * as oidc from 'openid-client'
import { resourceSchema } from '../../src/protocol/resource.ts'
import { type Engine, type TestApp, testApp } from '../app.ts'
import { alice, application, callback } from '../journeys/application.ts'
import { type CibaStage, cibaStage } from '../journeys/ciba-stage.ts'
import { linkIn } from '../mail-sink.ts'
import { engines } from '../postgres.ts'

const insecure = { [oauth.allowInsecureRequests]: true }
const device = 'urn:ietf:params:oauth:grant-type:device_code'
const exchange = 'urn:ietf:params:oauth:grant-type:token-exchange'
const ciba = 'urn:openid:params:grant-type:ciba'
const api = 'https://api.example'
const accessToken = 'urn:ietf:params:oauth:token-type:access_token'

for (const engine of Object.keys(engines) as Engine[])
  suite(`libraries and their further grants, on ${engine}`, () => {
    let stage: CibaStage
    let gatehouse: TestApp
    let as: oauth.AuthorizationServer
    const client = { client_id: 'everything' }
    const auth = oauth.ClientSecretBasic('secret')
    before(async () => {
      stage = await cibaStage(engine, (env) => testApp(engine, { ...env, REGISTRATION_OPEN: 'true' }))
      gatehouse = stage.gatehouse
      await gatehouse.root.store.resourcesAdmin.add(resourceSchema.parse({ identifier: api, name: 'API', scopes: { read: 'Read' } }))
      await gatehouse.addClient(
        {
          ...{ ...client, redirect_uris: [callback], scope: 'openid read', grant_types: ['authorization_code', device, exchange, ciba] },
          policy: { token_exchange: 'delegate' },
        },
        'secret',
      )
      const issuer = new URL(gatehouse.issuer)
      as = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, insecure))
    })
    beforeEach(() => gatehouse.advance(601))
    after(() => stage.close())

    test('oauth4webapi: a device', async () => {
      const asked = await oauth.deviceAuthorizationRequest(as, client, auth, { scope: 'openid' }, insecure)
      const waiting = await oauth.processDeviceAuthorizationResponse(as, client, asked)
      const browser = gatehouse.browser()
      await browser.open(waiting.verification_uri)
      await browser.submit('device', { user_code: waiting.user_code })
      await browser.submit('sign-in', { ...alice })
      await browser.submit('consent', { answer: 'allow' })
      const response = await oauth.deviceCodeGrantRequest(as, client, auth, waiting.device_code, insecure)
      const tokens = await oauth.processDeviceCodeResponse(as, client, response)
      assert.equal(oauth.getValidatedIdTokenClaims(tokens)?.sub, stage.subject)
    })

    test('oauth4webapi: a person is asked', async () => {
      const ask = { scope: 'openid', login_hint: alice.username }
      const response = await oauth.backchannelAuthenticationRequest(as, client, auth, ask, insecure)
      const { auth_req_id: id } = await oauth.processBackchannelAuthenticationResponse(as, client, response)
      await stage.answered(linkIn(await stage.sink.next()), 'allow')
      const granted = await oauth.backchannelAuthenticationGrantRequest(as, client, auth, id, insecure)
      const tokens = await oauth.processBackchannelAuthenticationGrantResponse(as, client, granted)
      assert.equal(oauth.getValidatedIdTokenClaims(tokens)?.sub, stage.subject)
    })

    test('oauth4webapi: a token is exchanged', async () => {
      const app = application(gatehouse, { id: 'everything', secret: 'secret' })
      const { access_token } = await app.tokens(gatehouse.browser(), { scope: 'read', resource: api })
      const fields = { subject_token: access_token, subject_token_type: accessToken, resource: api }
      const response = await oauth.genericTokenEndpointRequest(as, client, auth, exchange, fields, insecure)
      const { scope, issued_token_type } = await oauth.processGenericTokenEndpointResponse(as, client, response)
      assert.deepEqual([scope, issued_token_type], ['read', accessToken])
    })

    test('oauth4webapi and openid-client: an application registers itself', async () => {
      const metadata = { redirect_uris: [callback], client_name: 'Registered' }
      const response = await oauth.dynamicClientRegistrationRequest(as, metadata, insecure)
      const made = await oauth.processDynamicClientRegistrationResponse(response)
      assert.ok(await gatehouse.root.store.clientsAdmin.find(made.client_id))
      const config = await oidc.dynamicClientRegistration(new URL(gatehouse.issuer), metadata, undefined, {
        execute: [oidc.allowInsecureRequests],
      })
      const { client_id: id, client_secret: secret } = config.clientMetadata() as { client_id: string; client_secret: string }
      const tokens = await application(gatehouse, { id, secret }).tokens(gatehouse.browser())
      assert.equal(typeof tokens.id_token, 'string')
    })
  })
