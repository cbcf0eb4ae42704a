/** The example that answers in place of a person, as a conformance test uses it. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import { freePort, testApp } from '../test/app.ts'
import { application, call } from '../test/journeys/application.ts'

const grant_type = 'urn:openid:params:grant-type:ciba'

test('automated_ciba_approval_url: requests are allowed and refused without a person, one after the other', async () => {
  const gatehouse = await testApp('sqlite')
  const port = await freePort()
  const env = { ...process.env, ISSUER: gatehouse.issuer, PORT: String(port), LOGIN: 'ada', PASSWORD: 'a long password' }
  const child = spawn(process.execPath, [join(import.meta.dirname, 'automatic-approval.ts')], { env, stdio: ['ignore', 'pipe', 'inherit'] })
  const exited = once(child, 'exit')
  try {
    await gatehouse.addAccount({ username: 'ada', email: 'ada@example.com' }, 'a long password')
    await gatehouse.addClient({ client_id: 'bank', grant_types: [grant_type], response_types: [], scope: 'openid' }, 'secret')
    const bank = application(gatehouse, { id: 'bank', secret: 'secret' })
    const [line] = await once(createInterface({ input: child.stdout }), 'line')
    const [, template] = /^automated_ciba_approval_url: (\S+)$/.exec(line)!
    const approve = (id: string, action: string) => call(template!.replace('{auth_req_id}', id).replace('{action}', action))
    const mails = async () => (await call(`${gatehouse.issuer}/mails`)).text.split('/backchannel_authentication/approve?').length
    async function ask(): Promise<string> {
      const before = await mails()
      const { body } = await bank.post('/backchannel_authentication', { scope: 'openid', login_hint: 'ada' })
      while ((await mails()) === before) await new Promise((resolve) => setImmediate(resolve))
      return body.auth_req_id
    }
    const poll = async (auth_req_id: string) => (await bank.post('/token', { grant_type, auth_req_id })).body.error

    const unanswered = await ask()
    for (const [action, error] of [
      ['allow', undefined],
      ['deny', 'access_denied'],
      ['allow', undefined],
    ] as const) {
      const id = await ask()
      assert.deepEqual(await approve(id, action).then(({ status, text }) => [status, text]), [
        200,
        `request-${action === 'allow' ? 'allowed' : 'refused'}\n`,
      ])
      assert.equal(await poll(id), error)
    }
    assert.equal(await poll(unanswered), 'authorization_pending')
    assert.equal((await approve(unanswered, 'whatever')).status, 400)
  } finally {
    child.kill()
    await exited
    await gatehouse.close()
  }
})
