/** Clients that are told of an answer — OpenID Connect CIBA Core §10.2. */
import assert from 'node:assert/strict'
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, beforeEach, suite, test } from 'node:test'
import { metadataOf } from '../../src/protocol/change-client.ts'
import type { Engine } from '../app.ts'
import { engines } from '../postgres.ts'
import { type Application, application } from './application.ts'
import { type CibaStage, cibaStage, usual } from './ciba-stage.ts'

for (const engine of Object.keys(engines) as Engine[]) {
  suite(`notifications of clients, on ${engine}`, () => {
    let stage: CibaStage
    let pinged: Application
    let receiver: Server
    const received: { path: string | undefined; headers: IncomingHttpHeaders; body: string }[] = []
    let answerWith: number
    before(async () => {
      stage = await cibaStage(engine)
      receiver = createServer((request, response) => {
        let body = ''
        request.on('data', (part) => {
          body += part
        })
        request.on('end', () => {
          received.push({ path: request.url, headers: request.headers, body })
          response.writeHead(answerWith).end()
        })
      })
      await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve))
      const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/ping`
      const ping = { backchannel_token_delivery_mode: 'ping', backchannel_client_notification_endpoint: url }
      await stage.gatehouse.addClient({ ...usual, ...ping, client_id: 'pinged' }, 'secret')
      pinged = application(stage.gatehouse, { id: 'pinged', secret: 'secret' })
    })
    beforeEach(() => {
      answerWith = 204
      stage.gatehouse.advance(601)
    })
    after(async () => {
      await stage.close()
      receiver.close()
    })

    const notification = { client_notification_token: 'token-of-the-client-0123456789' }
    test('ping: the client is told of each answer, and fetches its tokens', async () => {
      for (const [answer, outcome] of [
        ['allow', undefined],
        ['deny', 'access_denied'],
      ] as const) {
        received.length = 0
        const { id, link } = await stage.begin(notification, pinged)
        await stage.gatehouse.app.deliverDue()
        assert.equal(received.length, 0)
        await stage.answered(link, answer)
        await stage.gatehouse.app.deliverDue()
        await told()
        assert.equal(received.length, 1)
        const { headers, body } = received[0]!
        assert.deepEqual(
          [headers.authorization, headers['content-type'], body],
          [`Bearer ${notification.client_notification_token}`, 'application/json', JSON.stringify({ auth_req_id: id })],
        )
        assert.equal(await stage.error(id, pinged), outcome)
      }
    })

    test('ping: a client that is down is told later, one that refuses is not told again, and of an unanswered request it is told at its end', async () => {
      received.length = 0
      answerWith = 503
      const { link } = await stage.begin(notification, pinged)
      await stage.answered(link, 'allow')
      await stage.gatehouse.app.deliverDue()
      await told()
      answerWith = 401
      while (received.length < 2) {
        stage.gatehouse.advance(31)
        await stage.gatehouse.app.deliverDue()
        await new Promise((resolve) => setImmediate(resolve)) // the first attempt may still be noting that it failed
      }
      assert.equal(received.length, 2)
      stage.gatehouse.advance(300)
      await stage.gatehouse.app.deliverDue()
      assert.equal(received.length, 2)
      const events = await stage.gatehouse.root.store.audit.search({ act: 'notification.lost', limit: 1, newestFirst: true })
      assert.equal(events[0]?.detail?.['reason'], '401')
      answerWith = 200
      const { id } = await stage.begin({ ...notification, requested_expiry: '10' }, pinged)
      stage.gatehouse.advance(11)
      await stage.gatehouse.app.deliverDue()
      assert.deepEqual([received.length, await stage.error(id, pinged)], [3, 'expired_token'])
    })

    test('hole 5: a client is told where it is registered now, and not at all once it is gone', async () => {
      const { clientsAdmin } = stage.gatehouse.root.store
      const before = metadataOf((await clientsAdmin.find('pinged'))!)
      const moved = `${before.backchannel_client_notification_endpoint}/moved`
      const begun = async () => {
        received.length = 0
        return (await stage.begin(notification, pinged)).link
      }
      const link = await begun()
      await clientsAdmin.replace({ ...before, backchannel_client_notification_endpoint: moved })
      await stage.answered(link, 'allow')
      await stage.gatehouse.app.deliverDue()
      await told()
      assert.equal(received[0]?.path, '/ping/moved')
      await begun()
      await clientsAdmin.remove('pinged', stage.gatehouse.now())
      stage.gatehouse.advance(700) // past the end of the request, of which the client would be told
      await stage.gatehouse.app.deliverDue()
      assert.equal(received.length, 0)
    })

    /** Delivery runs after the answer, and may have been begun by the server itself. */
    async function told() {
      while (received.length === 0) await new Promise((resolve) => setImmediate(resolve))
    }
  })
}
