/** What is delivered with the answer to a request, and does not wait for the next round of the outbox. */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { type TestApp, testApp } from '../app.ts'
import { type Receiver, receiver } from '../receiver.ts'
import { application } from './application.ts'
import { cibaStage, usual } from './ciba-stage.ts'
import { asked, bearer } from './json.ts'

interface Started {
  gatehouse: TestApp
  /** After it, one message is to be delivered. */
  act(): Promise<void>
  close?(): Promise<void>
}

/** A server with a stream of events, whose verification is asked for by the one who may. */
async function stream({ url }: Receiver, by: 'receiver' | 'administrator'): Promise<Started> {
  const gatehouse = await testApp('sqlite')
  const { issuer } = gatehouse
  await gatehouse.app.tenants.set('', { shared_signals: true })
  const scope = 'ssf.manage admin:streams:write'
  await gatehouse.addClient({ client_id: 'client', scope, grant_types: ['client_credentials'] }, 'secret')
  const { root } = gatehouse
  const token = (aud: string) => {
    const claims = { iss: issuer, sub: 'client', client_id: 'client', jti: root.ctx.id(), iat: gatehouse.now(), exp: gatehouse.now() + 60 }
    return root.ctx.keys.sign('ES256', 'at+jwt', { ...claims, aud, scope })
  }
  const own = bearer(await token(issuer))
  const delivery = { method: 'urn:ietf:rfc:8935', endpoint_url: `${url}/events` }
  const { stream_id } = (await asked(`${issuer}/ssf/streams`, 'POST', { delivery }, own)).body
  return {
    gatehouse,
    async act() {
      const { status } =
        by === 'receiver'
          ? await asked(`${issuer}/ssf/verify`, 'POST', { stream_id }, own)
          : await asked(
              `${issuer}/api/v1/admin/event-streams/${stream_id}/verify`,
              'POST',
              {},
              bearer(await token(`${issuer}/api/v1/admin`)),
            )
      assert.equal(status, 204)
    },
  }
}

/** A server at which a client waits for the answer of a person. */
async function backchannel({ url }: Receiver, answer: 'allow' | 'deny'): Promise<Started> {
  const stage = await cibaStage('sqlite')
  const ping = { backchannel_token_delivery_mode: 'ping', backchannel_client_notification_endpoint: `${url}/ping` }
  await stage.gatehouse.addClient({ ...usual, ...ping, client_id: 'pinged' }, 'secret')
  const pinged = application(stage.gatehouse, { id: 'pinged', secret: 'secret' })
  const { link } = await stage.begin({ client_notification_token: 'token-of-the-client-0123456789' }, pinged)
  const { browser } = await stage.toConsent(link)
  return {
    gatehouse: stage.gatehouse,
    act: async () => void (await browser.submit('consent', { answer })),
    close: stage.sink.close,
  }
}

const table: [what: string, start: (remote: Receiver) => Promise<Started>][] = [
  ['a verification event that its receiver asks for', (remote) => stream(remote, 'receiver')],
  ['a verification event that an administrator asks for', (remote) => stream(remote, 'administrator')],
  ['that a person allowed a request', (remote) => backchannel(remote, 'allow')],
  ['that a person refused a request', (remote) => backchannel(remote, 'deny')],
]
suite('delivered at once', () => {
  for (const [what, start] of table)
    test(what, async (t) => {
      const remote = await receiver()
      t.after(remote.close)
      const { gatehouse, act, close } = await start(remote)
      t.after(() => close?.())
      assert.equal(remote.received.length, 0)
      await act()
      await gatehouse.close() // ends with what was begun
      assert.equal(remote.received.length, 1)
    })
})
