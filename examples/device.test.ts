/** The example device, run as a newcomer runs it. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import { testApp } from '../test/app.ts'

test('the example device registers, shows a code, and greets who allowed it', async () => {
  const gatehouse = await testApp('sqlite')
  try {
    await gatehouse.addAccount({ username: 'ada', claims: { name: 'Ada' } }, 'a long password')
    const env = { ...process.env, ISSUER: gatehouse.issuer }
    const child = spawn(process.execPath, [join(import.meta.dirname, 'device.ts')], { env, stdio: ['ignore', 'pipe', 'inherit'] })
    const exited = once(child, 'exit')
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
    const [, uri] = /or open (\S+)/.exec(String((await lines.next()).value))!
    const browser = gatehouse.browser()
    await browser.open(uri!)
    await browser.submit('device', { user_code: new URL(uri!).searchParams.get('user_code')! })
    await browser.submit('sign-in', { username: 'ada', password: 'a long password' })
    await browser.submit('consent', { answer: 'allow' })
    assert.equal((await lines.next()).value, 'Hello, Ada!')
    assert.deepEqual(await exited, [0, null])
  } finally {
    await gatehouse.close()
  }
})
