/** `gatehouse clients logout-test`: what an application is sent, and what is said of each way in which it answers. */
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { commandLine } from '../../test/command-line.ts'
import { receiver } from '../../test/receiver.ts'

const shell = await commandLine()
const remote = await receiver()
after(async () => {
  await remote.close()
  await shell.remove()
})
const logoutEvent = 'http://schemas.openid.net/event/backchannel-logout'

async function tested(id: string, address: string) {
  await shell.json(`clients create --client-id ${id} --redirect-uris https://app.example/ --backchannel-logout-uri ${address}`)
  return shell.gatehouse(`clients logout-test ${id}`)
}

test('an application that accepts logout tokens is sent one of a session that does not exist', async () => {
  const url = `${remote.url}/shop`
  assert.equal((await tested('shop', url)).out, `${url} answered 200: it accepts logout tokens.\n`)
  assert.deepEqual(await shell.json('clients logout-test shop'), { client_id: 'shop', status: 200 })
  const sent = remote.received.map(({ body, headers }) => {
    assert.equal(headers['content-type'], 'application/x-www-form-urlencoded')
    const [head, claims] = (new URLSearchParams(body).get('logout_token') ?? '').split('.').slice(0, 2)
    return [head, claims].map((part) => JSON.parse(Buffer.from(part ?? '', 'base64url').toString()))
  })
  assert.deepEqual(
    sent.map(([head, { aud, sub, events }]) => [head.typ, aud, sub, events]),
    Array(2).fill(['logout+jwt', 'shop', 'logout-test', { [logoutEvent]: {} }]),
  )
  assert.equal(new Set(sent.flatMap(([, { jti, sid }]) => [jti, sid])).size, 4)
})

const refused: [id: string, address: string, said: string][] = [
  ['wrong', '/wrong', 'answered 400: an application answers 200 to a valid logout token\n'],
  ['moved', '/moved', 'answered 302: an application answers 200 to a valid logout token\n'],
  ['gone', '/gone', 'cannot be reached: '],
]
for (const [id, path, said] of refused)
  test(`an application that is ${id} is found out, and the command fails`, async () => {
    remote.answers.set('/wrong', (response) => response.writeHead(400).end())
    remote.answers.set('/moved', (response) => response.writeHead(302, { location: `${remote.url}/shop` }).end())
    remote.answers.set('/gone', (response) => response.destroy())
    const { status, out, err } = await tested(id, `${remote.url}${path}`)
    assert.deepEqual([status, out], [1, ''])
    assert.ok(err.startsWith(`error: ${remote.url}${path} ${said}`), err)
  })

test('an application without an address for logout tokens is told how to give it one', async () => {
  await shell.json('clients create --client-id without --redirect-uris https://app.example/')
  const { status, err } = await shell.gatehouse('clients logout-test without')
  assert.deepEqual([status, err], [1, 'error: client without has no backchannel_logout_uri: set --backchannel-logout-uri\n'])
})
