/** The example of the guide on signing out, run as it stands there. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import { freePort, testApp } from '../test/app.ts'
import { alice, application, call, callback, claimsOf, encode } from '../test/journeys/application.ts'

test('the example ends its session when the person signs out, and refuses what is no logout token', async () => {
  const gatehouse = await testApp('sqlite', {}, undefined, Date.now) // the example has the clock of this machine
  const port = await freePort()
  const env = { ...process.env, ISSUER: gatehouse.issuer, PORT: String(port), CLIENT_ID: 'shop' }
  const child = spawn(process.execPath, [join(import.meta.dirname, 'logout.ts')], { env, stdio: ['ignore', 'pipe', 'inherit'] })
  try {
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
    const [, uri] = /Register (\S+)/.exec(String((await lines.next()).value))!
    await gatehouse.addClient({ client_id: 'shop', redirect_uris: [callback], backchannel_logout_uri: uri }, 'secret')
    await gatehouse.addAccount({ username: alice.username }, alice.password)
    const browser = gatehouse.browser()
    const { id_token } = await application(gatehouse, { id: 'shop', secret: 'secret' }).tokens(browser)
    for (const wrong of ['', 'x', id_token]) assert.equal((await call(uri!, { body: encode({ logout_token: wrong }) })).status, 400)
    await browser.open(`/logout?${encode({ id_token_hint: id_token })}`)
    assert.equal((await lines.next()).value, `Session ${claimsOf(id_token).sid} has ended`)
  } finally {
    const exited = once(child, 'exit')
    child.kill()
    await exited
    await gatehouse.close()
  }
})
