/** The example API, run as a newcomer runs it, beside a Gatehouse with its demo clients. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { after, before, suite, test } from 'node:test'
import { addDemoData, demo } from '../src/demo-data.ts'
import { random } from '../src/platform.ts'
import { freePort, type TestApp, testApp } from '../test/app.ts'

suite('the example API', () => {
  let gatehouse: TestApp
  let api: string
  let stop: () => Promise<unknown>
  let said: string
  before(async () => {
    gatehouse = await testApp('sqlite')
    await addDemoData(gatehouse.root, random)
    const port = await freePort()
    api = `http://localhost:${port}`
    const env = { ...process.env, PORT: String(port), ISSUER: gatehouse.issuer }
    const child = spawn(process.execPath, [join(import.meta.dirname, 'api.ts')], { env, stdio: ['ignore', 'pipe', 'inherit'] })
    stop = async () => {
      const exited = child.exitCode === null ? once(child, 'exit') : undefined
      child.kill()
      await exited
    }
    const lines = createInterface({ input: child.stdout })
    said = ''
    for await (const line of lines) {
      said += `${line}\n`
      if (line.includes('without a token')) break // a port may have a 401 in it
    }
  })
  after(async () => {
    await stop()
    await gatehouse.close()
  })

  const tokenOf = async (scope?: string): Promise<string> => {
    const { client_id, secret } = demo.machine
    const headers = { authorization: `Basic ${Buffer.from(`${client_id}:${secret}`).toString('base64')}` }
    const body = new URLSearchParams({ grant_type: 'client_credentials', ...(scope === undefined ? {} : { scope }) })
    const response = await fetch(`${gatehouse.issuer}/token`, { method: 'POST', headers, body })
    return ((await response.json()) as { access_token: string }).access_token
  }
  const call = (method: string, token: string | undefined, body?: object) =>
    fetch(`${api}/notes`, {
      method,
      headers: { 'content-type': 'application/json', ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) },
      body: body === undefined ? null : JSON.stringify(body),
    })

  test('says how to call it, with the credentials that the demo machine has', () => {
    assert.ok(said.includes(`-u ${demo.machine.client_id}:${demo.machine.secret} `), said)
    assert.ok(said.includes(`${gatehouse.issuer}/token`))
  })

  test('takes the token of the demo machine', async () => {
    const token = await tokenOf()
    const made = await call('POST', token, { text: 'Hello' })
    assert.deepEqual([made.status, await made.json()], [201, { by: 'demo-machine', text: 'Hello' }])
    const read = await call('GET', token)
    assert.deepEqual([read.status, await read.json()], [200, [{ by: 'demo-machine', text: 'Hello' }]])
  })

  test('wants the scope of each call', async () => {
    const refused = await call('POST', await tokenOf('read'), { text: 'Hello' })
    assert.equal(refused.status, 403)
    assert.match(refused.headers.get('www-authenticate') ?? '', /error="insufficient_scope".*scope="write"/)
  })

  test('tells a stranger where to get a token', async () => {
    const refused = await call('GET', undefined)
    assert.equal(refused.status, 401)
    const [, metadataUrl = ''] = /resource_metadata="([^"]+)"/.exec(refused.headers.get('www-authenticate') ?? '') ?? []
    const metadata = (await (await fetch(metadataUrl)).json()) as Record<string, unknown>
    assert.deepEqual(metadata['authorization_servers'], [gatehouse.issuer])
    assert.deepEqual(metadata['scopes_supported'], ['read', 'write'])
    assert.equal(metadata['resource'], api)
  })

  test('reads no body of a stranger', async () => assert.equal((await call('POST', undefined, { text: 7 })).status, 401))
})
