/** Clients that are sent their tokens — OpenID Connect CIBA Core §10.3.1, §12. */
import assert from 'node:assert/strict'
import { after, before, beforeEach, suite, test } from 'node:test'
import { createRemoteJWKSet, jwtVerify } from 'jose'
import { metadataOf } from '../../src/protocol/change-client.ts'
import { leftHalfHash } from '../../src/protocol/codec/digest.ts'
import type { Engine } from '../app.ts'
import { engines } from '../postgres.ts'
import { type Receiver, receiver } from '../receiver.ts'
import { type TwoNodes, twoNodes } from '../two-nodes.ts'
import { type Application, application } from './application.ts'
import { type CibaStage, cibaStage, usual } from './ciba-stage.ts'

const notification = { client_notification_token: 'token-of-the-client-0123456789' }
const pushedTo = (url: string) => ({
  ...usual,
  client_id: 'pushed',
  backchannel_token_delivery_mode: 'push',
  backchannel_client_notification_endpoint: `${url}/tokens`,
})

for (const engine of Object.keys(engines) as Engine[]) {
  suite(`pushed tokens, on ${engine}`, () => {
    let stage: CibaStage
    let endpoint: Receiver
    let pushed: Application
    before(async () => {
      stage = await cibaStage(engine)
      endpoint = await receiver()
      await stage.gatehouse.addClient(pushedTo(endpoint.url), 'secret')
      pushed = application(stage.gatehouse, { id: 'pushed', secret: 'secret' })
    })
    beforeEach(() => {
      endpoint.received.length = 0
      endpoint.answers.clear()
      stage.gatehouse.advance(1201)
    })
    after(async () => {
      await stage.close()
      await endpoint.close()
    })

    const down = () => endpoint.answers.set('/tokens', (response) => response.writeHead(503).end())
    /** Delivery runs after the answer, and may have been begun by the server itself. */
    async function bodies(count: number) {
      await stage.gatehouse.app.deliverDue()
      while (endpoint.received.length < count) await new Promise((resolve) => setImmediate(resolve))
      return endpoint.received.map(({ body }) => JSON.parse(body))
    }
    /** The next attempt at what could not be delivered. */
    async function again(count: number) {
      while (endpoint.received.length < count) {
        stage.gatehouse.advance(31)
        await stage.gatehouse.app.deliverDue()
        await new Promise((resolve) => setImmediate(resolve)) // the first attempt may still be noting that it failed
      }
      return endpoint.received.map(({ body }) => JSON.parse(body))
    }

    test('the tokens are pushed, bound to the request by the ID token, and cannot be asked for', async () => {
      const { id, body, link } = await stage.begin({ ...notification, scope: 'openid profile offline_access' }, pushed)
      assert.deepEqual([body.expires_in, 'interval' in body], [600, false])
      const refused = (await stage.poll(id, pushed)).body
      assert.deepEqual(
        [refused.error, refused.error_description],
        ['unauthorized_client', 'this client is sent its tokens, and cannot ask for them: its delivery mode is push'],
      )
      await stage.gatehouse.app.deliverDue()
      assert.equal(endpoint.received.length, 0)
      await stage.answered(link, 'allow')
      const [sent] = await bodies(1)
      const { headers } = endpoint.received[0]!
      assert.deepEqual(
        [headers['authorization'], headers['content-type']],
        [`Bearer ${notification.client_notification_token}`, 'application/json'],
      )
      assert.deepEqual(
        [sent.auth_req_id, sent.token_type, sent.expires_in, sent.scope],
        [id, 'Bearer', 3600, 'openid profile offline_access'],
      )
      const keys = createRemoteJWKSet(new URL(`${stage.gatehouse.issuer}/.well-known/jwks.json`))
      const { payload } = await jwtVerify(sent.id_token, keys, {
        ...{ issuer: stage.gatehouse.issuer, audience: 'pushed' },
        currentDate: new Date(stage.gatehouse.now() * 1000),
      })
      const halfHash = (text: string) => leftHalfHash('RS256', text)
      assert.deepEqual(
        [
          payload.sub,
          payload['at_hash'],
          payload['urn:openid:params:jwt:claim:rt_hash'],
          payload['urn:openid:params:jwt:claim:auth_req_id'],
        ],
        [stage.subject, halfHash(sent.access_token), halfHash(sent.refresh_token), id],
      )
      assert.equal((await pushed.post('/introspect', { token: sent.access_token })).body.active, true)
      assert.equal((await pushed.refresh(sent.refresh_token)).status, 200)
      await stage.gatehouse.app.deliverDue()
      assert.equal(endpoint.received.length, 1)
    })

    test('without offline_access there is no refresh token, and no hash of one', async () => {
      const { link } = await stage.begin(notification, pushed)
      await stage.answered(link, 'allow')
      const [sent] = await bodies(1)
      const claims = JSON.parse(Buffer.from(sent.id_token.split('.')[1], 'base64url').toString())
      assert.deepEqual([sent.refresh_token, claims['urn:openid:params:jwt:claim:rt_hash']], [undefined, undefined])
    })

    test('a client that was down gets the same tokens later, with what is left of their lifetime', async () => {
      const { link } = await stage.begin({ ...notification, scope: 'openid offline_access' }, pushed)
      down()
      await stage.answered(link, 'allow')
      await bodies(1)
      endpoint.answers.clear()
      const [first, second] = await again(2)
      assert.deepEqual({ ...second, expires_in: 0 }, { ...first, expires_in: 0 })
      assert.ok(second.expires_in < first.expires_in, `${second.expires_in}`)
      assert.equal((await pushed.post('/introspect', { token: second.access_token })).body.active, true)
    })

    test('hole 5: tokens go where the client is registered now, and nowhere once it wants none', async () => {
      const { clientsAdmin } = stage.gatehouse.root.store
      const before = metadataOf((await clientsAdmin.find('pushed'))!)
      const { id, link } = await stage.begin(notification, pushed)
      await clientsAdmin.replace({ ...before, backchannel_client_notification_endpoint: `${endpoint.url}/moved` })
      await stage.answered(link, 'allow')
      assert.deepEqual([(await bodies(1))[0].auth_req_id, endpoint.received[0]?.path], [id, '/moved'])
      const waiting = await stage.begin(notification, pushed)
      await clientsAdmin.replace({ ...before, backchannel_token_delivery_mode: 'ping' })
      await stage.answered(waiting.link, 'allow')
      await stage.gatehouse.app.deliverDue()
      await clientsAdmin.replace(before)
      stage.gatehouse.advance(31)
      await stage.gatehouse.app.deliverDue()
      assert.equal(endpoint.received.length, 1)
    })

    test('errors are pushed: refused, unanswered, ended before it was delivered', async () => {
      const denied = await stage.begin(notification, pushed)
      await stage.answered(denied.link, 'deny')
      assert.deepEqual(await bodies(1), [{ auth_req_id: denied.id, error: 'access_denied', error_description: 'the person refused' }])
      const unanswered = await stage.begin({ ...notification, requested_expiry: '10' }, pushed)
      stage.gatehouse.advance(11)
      const [, late] = await bodies(2)
      assert.deepEqual([late.auth_req_id, late.error], [unanswered.id, 'expired_token'])
    })

    test('what the person allowed and then ended gives no tokens, whichever way it ended', async () => {
      const { store } = stage.gatehouse.root
      const ofPeople = {
        session: () => store.sessions.end({ subject: stage.subject }),
        grant: async () => {
          for (const { id } of await store.grantsAdmin.list({ limit: 100 })) await store.grants.revoke(id, stage.gatehouse.now())
        },
      }
      const { clientsAdmin } = store
      const metadata = metadataOf((await clientsAdmin.find('pushed'))!)
      const endings: Record<string, () => Promise<unknown>> = {
        ...ofPeople,
        'grant type': () => clientsAdmin.replace({ ...metadata, grant_types: ['refresh_token'] }),
      }
      for (const [what, end] of Object.entries(endings)) {
        stage.gatehouse.advance(1201)
        const id = await allowedButUnsent()
        await end()
        endpoint.received.length = 0
        endpoint.answers.clear()
        const sent = (await again(2)).find(({ auth_req_id }) => auth_req_id === id)
        assert.deepEqual([sent.error, sent.access_token], ['transaction_failed', undefined], what)
        if (what === 'grant type') assert.equal(sent.error_description, 'this client may not make backchannel requests any more')
        await clientsAdmin.replace(metadata)
      }
    })

    /** A client that has just not been there is not tried: the answer is stored, and no tokens are made yet. */
    async function allowedButUnsent() {
      endpoint.answers.set('/tokens', (response) => response.destroy())
      const earlier = await stage.begin(notification, pushed)
      await stage.answered(earlier.link, 'deny')
      await bodies(1)
      const { id, link } = await stage.begin(notification, pushed)
      await stage.answered(link, 'allow')
      await stage.gatehouse.app.deliverDue()
      return id
    }

    test('nothing is sent to a client that was disabled, or that asks for its tokens now', async () => {
      const { clientsAdmin } = stage.gatehouse.root.store
      const metadata = metadataOf((await clientsAdmin.find('pushed'))!)
      const { link } = await stage.begin(notification, pushed)
      down()
      await stage.answered(link, 'allow')
      await bodies(1)
      await clientsAdmin.setStatus('pushed', 'disabled')
      stage.gatehouse.advance(31)
      await stage.gatehouse.app.deliverDue()
      assert.equal(endpoint.received.length, 1)
      await clientsAdmin.setStatus('pushed', 'active')
      const polling = await stage.begin(notification, pushed)
      await clientsAdmin.replace({ ...metadata, backchannel_token_delivery_mode: 'poll' })
      await stage.answered(polling.link, 'allow')
      await stage.gatehouse.app.deliverDue()
      assert.equal(endpoint.received.length, 1)
      assert.equal(await stage.error(polling.id, pushed), undefined)
    })
  })

  suite(`pushed tokens of two nodes, on ${engine}`, () => {
    let nodes: TwoNodes
    let stage: CibaStage
    let endpoint: Receiver
    before(async () => {
      stage = await cibaStage(engine, async (env) => {
        nodes = await twoNodes(engine, env)
        return nodes.one
      })
      endpoint = await receiver()
      await stage.gatehouse.addClient(pushedTo(endpoint.url), 'secret')
    })
    after(async () => {
      await nodes.close()
      await stage.sink.close()
      await endpoint.close()
    })

    test('one makes the tokens, and while the client is down only one of them tries', async () => {
      const pushed = application(stage.gatehouse, { id: 'pushed', secret: 'secret' })
      const { id, link } = await stage.begin(notification, pushed)
      await stage.answered(link, 'allow')
      await Promise.all([nodes.one, nodes.two].map(({ app }) => app.deliverDue()))
      while (endpoint.received.length === 0) await new Promise((resolve) => setImmediate(resolve))
      await Promise.all([nodes.one, nodes.two].map(({ app }) => app.deliverDue()))
      assert.deepEqual(
        endpoint.received.map(({ body }) => JSON.parse(body).auth_req_id),
        [id],
      )
    })
  })
}
