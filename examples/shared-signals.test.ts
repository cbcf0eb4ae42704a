/** The example of the guide on shared signals, run as it stands there. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import { testApp } from '../test/app.ts'

test('the example makes a stream, and gets what happens', async () => {
  const gatehouse = await testApp('sqlite', {}, undefined, Date.now) // the example has the clock of this machine
  await gatehouse.app.tenants.set('', { shared_signals: true })
  await gatehouse.addClient({ client_id: 'signals', scope: 'ssf.manage', grant_types: ['client_credentials'] }, 'secret')
  const env = { ...process.env, ISSUER: gatehouse.issuer, CLIENT_ID: 'signals', CLIENT_SECRET: 'secret' }
  const child = spawn(process.execPath, [join(import.meta.dirname, 'shared-signals.ts')], { env, stdio: ['ignore', 'pipe', 'inherit'] })
  try {
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
    const [, id] = /^Stream (\S+)/.exec(String((await lines.next()).value))!
    await gatehouse.root.recordAudit([{ act: 'user.password', outcome: 'success', target: 'ada' }], undefined)
    const subject = { format: 'iss_sub', iss: gatehouse.issuer, sub: 'ada' }
    assert.equal((await lines.next()).value, `credential-change ${JSON.stringify(subject)}`)
    while ((await gatehouse.root.store.eventStreams.waiting(id!, 1)).length > 0) await new Promise((next) => setImmediate(next))
  } finally {
    const exited = once(child, 'exit')
    child.kill()
    await exited
    await gatehouse.close()
  }
})
