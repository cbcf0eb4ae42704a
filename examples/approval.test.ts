/** The example of an approval, run as a newcomer runs it. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import { testApp } from '../test/app.ts'
import { linkIn, mailSink } from '../test/mail-sink.ts'

test('the example asks, and learns who approved', async () => {
  const sink = await mailSink()
  const gatehouse = await testApp('sqlite', { MAIL_SMTP_URL: sink.url, MAIL_FROM: 'id@example.org' })
  try {
    const subject = await gatehouse.addAccount({ username: 'ada', email: 'ada@example.com' }, 'a long password')
    const grant_types = ['urn:openid:params:grant-type:ciba']
    await gatehouse.addClient({ client_id: 'help-desk', grant_types, response_types: [], scope: 'openid profile' }, 'secret')
    const env = { ...process.env, ISSUER: gatehouse.issuer, CLIENT_SECRET: 'secret' }
    const path = join(import.meta.dirname, 'approval.ts')
    const child = spawn(process.execPath, [path, 'ada@example.com'], { env, stdio: ['ignore', 'pipe', 'inherit'] })
    const exited = once(child, 'exit')
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
    const [, message] = /shows (HD-\d{4})/.exec(String((await lines.next()).value))!
    const browser = gatehouse.browser()
    await browser.open(linkIn(await sink.next()))
    const page = await browser.submit('sign-in', { username: 'ada', password: 'a long password' })
    assert.ok(page.html.includes(message!))
    await browser.submit('consent', { answer: 'allow' })
    assert.equal((await lines.next()).value, `Approved by ${subject}`)
    assert.deepEqual(await exited, [0, null])
  } finally {
    await gatehouse.close()
    await sink.close()
  }
})
