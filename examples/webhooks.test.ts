/** The example of the guide on webhooks, run as it stands there. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import { newWebhookSecret, signWebhook } from '../src/crypto/webhook-secret.ts'
import { random } from '../src/platform.ts'
import { freePort, testApp } from '../test/app.ts'
import { asked } from '../test/journeys/json.ts'

test('the example handles each event once, and refuses what is not signed, changed, old or signed by another', async () => {
  const gatehouse = await testApp('sqlite', {}, undefined, Date.now) // the example has the clock of this machine
  const [secret, other] = [newWebhookSecret(random), newWebhookSecret(random)]
  const env = { ...process.env, PORT: String(await freePort()), WEBHOOK_SECRET: secret }
  const child = spawn(process.execPath, [join(import.meta.dirname, 'webhooks.ts')], { env, stdio: ['ignore', 'pipe', 'inherit'] })
  try {
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
    const [, url] = /Register (\S+)/.exec(String((await lines.next()).value))!
    const { store, webhooks, recordAudit } = gatehouse.root
    const declared = { name: 'crm', url: url!, events: ['user.*'], enabled: true }
    await store.webhooks.add(declared, webhooks.seal('crm', secret))
    await recordAudit([{ act: 'user.create', outcome: 'success', target: 'ada' }], undefined)
    await gatehouse.app.deliverDue()
    assert.equal((await lines.next()).value, 'user.create ada')

    const removed = JSON.stringify({ type: 'user.remove', data: { target: { type: 'user', id: 'eve' } } })
    const asking = JSON.stringify({ type: 'backchannel_authentication.request', data: { url: 'https://id.example/approve' } })
    const now = Math.floor(Date.now() / 1000)
    const send = async (by: string, how: { timestamp?: number; id?: string; body?: string; sent?: string } = {}) => {
      const { timestamp = now, id = 'message', body = removed, sent = body } = how
      const signature = signWebhook(by, { id, timestamp, body })
      const headers = { 'webhook-id': id, 'webhook-timestamp': String(timestamp), 'webhook-signature': signature }
      return (await asked(url!, 'POST', {}, headers, sent)).status
    }
    assert.equal(await send(other), 400)
    assert.equal(await send(secret, { sent: `${removed} ` }), 400)
    assert.equal(await send(secret, { timestamp: now - 400 }), 400)
    assert.equal((await asked(url!, 'POST', {})).status, 400)
    assert.equal(await send(secret), 204)
    assert.equal(await send(secret), 204, 'the same message again is answered, and not handled')
    assert.equal(await send(secret, { id: 'another' }), 204)
    assert.deepEqual([(await lines.next()).value, (await lines.next()).value], ['user.remove eve', 'user.remove eve'])
    assert.equal(await send(secret, { id: 'question', body: asking }), 204)
    assert.equal((await lines.next()).value, 'backchannel_authentication.request https://id.example/approve')
  } finally {
    const exited = once(child, 'exit')
    child.kill()
    await exited
    await gatehouse.close()
  }
})
