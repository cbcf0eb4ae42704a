import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { after, test } from 'node:test'
import type { Check } from './check.ts'
import { accepted, demand, denied, NotApplicable } from './expect.ts'
import { judge } from './judge.ts'
import { metadata } from './metadata.ts'
import { random } from './random.ts'

/** Refuses `/no`, never answers `/never`, accepts the rest. */
const server = createServer((request, response) => {
  if (request.url !== '/never') response.writeHead(request.url === '/no' ? 400 : 200).end()
}).listen(0, '127.0.0.1')
await once(server, 'listening')
after(() => {
  server.closeAllConnections()
  server.close()
})
const issuer = `http://127.0.0.1:${(server.address() as { port: number }).port}`
const target = { name: 'test', issuer, people: [], clients: {}, resources: [], pages: { steps: [] } }

function verdictOn(run: Check['run'], more: Partial<Check> = {}) {
  const check = { id: 'a/b', clause: 'RFC 1 §1', level: 'MUST', title: 'Something holds', run, ...more } as const
  const signal = new AbortController().signal
  return judge(check, { target, metadata: metadata({ issuer }), seed: 's', allowLoad: true, timeout: 5, signal })
}

test('a clause that is kept passes, one that is broken fails, and one that is only recommended warns', async () => {
  const broken: Check['run'] = async () => demand(false, 'it is not so')
  assert.equal((await verdictOn(async ({ get }) => void accepted(await get(`${issuer}/`)))).verdict, 'pass')
  assert.deepEqual((await verdictOn(broken)).reasons, ['it is not so'])
  assert.equal((await verdictOn(broken)).verdict, 'fail')
  assert.equal((await verdictOn(broken, { level: 'SHOULD' })).verdict, 'warn')
  assert.equal((await verdictOn(async ({ warn }) => warn('it is old'))).verdict, 'warn')
})

test('what the server does not offer, and what the target does not name, does not apply', async () => {
  const pass: Check['run'] = async () => {}
  assert.equal((await verdictOn(pass, { needs: ['introspection'] })).verdict, 'not applicable')
  assert.equal((await verdictOn(async ({ app }) => void app('web'))).verdict, 'not applicable')
  assert.equal((await verdictOn(async () => Promise.reject(new NotApplicable('not here')))).verdict, 'not applicable')
})

test('a server that refuses everything passes nothing', async () => {
  const refusals: Check['run'] = async ({ get }) => denied(await get(`${issuer}/no`))
  const both: Check['run'] = async ({ get }) => {
    denied(await get(`${issuer}/no`))
    accepted(await get(`${issuer}/yes`))
  }
  assert.equal((await verdictOn(refusals)).verdict, 'fail')
  assert.equal((await verdictOn(both)).verdict, 'pass')
})

test('a check has its time, and a fault in it is told as what it is', async () => {
  const slow = await verdictOn(async ({ get }) => void (await get(`${issuer}/never`)), { seconds: 0.2 })
  assert.equal(slow.verdict, 'fail')
  assert.match(slow.reasons[0]!, /before the time of the check was over/)
  assert.equal(slow.exchanges[0]?.failure, 'did not answer before the time of the check was over')
  const faulty = await verdictOn(async () => Promise.reject(new TypeError('no such thing')))
  assert.match(faulty.reasons[0]!, /failed unexpectedly: no such thing/)
})

test('the same seed gives the same values, and each check its own', () => {
  const first = (seed: string, check: string) => random(seed, check).text()
  assert.equal(first('a', 'x'), first('a', 'x'))
  assert.equal(new Set([first('a', 'x'), first('b', 'x'), first('a', 'y')]).size, 3)
})
