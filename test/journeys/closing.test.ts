/** The end of a server: what is in flight is answered, and nothing keeps it waiting. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { Agent, request } from 'node:http'
import { test } from 'node:test'
import { testApp } from '../app.ts'

test('a request in flight on a keep-alive connection is answered, and then the server ends', { timeout: 20_000 }, async () => {
  const gatehouse = await testApp('sqlite')
  await gatehouse.addClient(
    { client_id: 'job', grant_types: ['client_credentials'], access_token_signed_response_alg: 'RS256' },
    'job-secret',
  )
  const agent = new Agent({ keepAlive: true })
  const ask = request(`${gatehouse.issuer}/token`, {
    method: 'POST',
    agent,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  })
  const answered = once(ask, 'response')
  ask.setHeader('authorization', `Basic ${btoa('job:job-secret')}`)
  ask.write('grant_type=client_cred') // not yet all of it: the request is in flight
  await once(ask, 'socket').then(([socket]) => (socket.connecting ? once(socket, 'connect') : undefined))
  const ready = await fetch(`${gatehouse.issuer}/readyz`)
  assert.equal(ready.status, 200)
  const closed = gatehouse.close()
  ask.end('entials')
  const [response] = await answered
  assert.equal(response.statusCode, 200)
  assert.equal(response.headers.connection, 'close')
  response.resume()
  await closed
  agent.destroy()
})

test('a request that comes at the end on an idle connection is answered, and the last on it', { timeout: 20_000 }, async () => {
  const gatehouse = await testApp('sqlite')
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const ask = async () => {
    const asked = request(`${gatehouse.issuer}/.well-known/openid-configuration`, { agent }).end()
    const [response] = await once(asked, 'response')
    await once(response.resume(), 'end')
    return { status: response.statusCode, connection: response.headers.connection, reused: asked.reusedSocket }
  }
  await ask()
  const closed = gatehouse.close()
  assert.deepEqual(await ask(), { status: 200, connection: 'close', reused: true })
  await assert.rejects(ask, { code: 'ECONNREFUSED' })
  await closed
  agent.destroy()
})
