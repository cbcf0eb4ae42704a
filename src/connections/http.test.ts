/** How the OAuth library sees the answers of a provider. */
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, suite, test } from 'node:test'
import * as oauth from 'oauth4webapi'
import { remote } from '../outbound/remote.ts'
import { throughGuard } from './http.ts'

suite('an answer of a provider', () => {
  const answer = { status: 200, headers: {}, body: '' }
  const asked = { method: '', body: '' }
  const server = createServer(async (request, response) => {
    Object.assign(asked, { method: request.method, body: Buffer.concat(await request.toArray()).toString() })
    response.writeHead(answer.status, answer.headers).end(answer.body)
  })
  const fetch = throughGuard(remote({ allowedAddresses: ['127.0.0.0/8'], ca: undefined }))[oauth.customFetch]
  const ask = (method: string, body?: unknown) =>
    fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`, { method, headers: {}, body })
  before(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)))
  after(() => server.close())

  const error = '{ "error": "invalid_grant" }'
  const rows: [method: string, status: number, body: string, seen: number][] = [
    ['POST', 200, error, 400],
    ['POST', 200, `\n${error}`, 400],
    ['GET', 200, error, 200],
    ['POST', 201, error, 201],
    ['POST', 503, error, 503],
    ['POST', 200, `[${error}]`, 200],
    ['POST', 200, '{ "error": null }', 200],
    ['POST', 200, '{ "access_token": "x", "error": "none" }', 200],
    ['GET', 204, '', 204],
    ['GET', 205, '', 205],
    ['GET', 304, '', 304],
    ['GET', 600, '', 502],
  ]
  for (const [method, status, body, seen] of rows)
    test(`${method} ${status} ${JSON.stringify(body)} is ${seen}`, async () => {
      Object.assign(answer, { status, headers: {}, body })
      const found = await ask(method)
      assert.deepEqual([found.status, await found.text()], [seen, body])
    })

  test('is of a status that there is, and is bounded in size and time', async () => {
    for (const [status, seen] of [
      [199, 502],
      [200, 200],
      [599, 599],
      [600, 502],
    ] as const) {
      const bounded: unknown[] = []
      const request = async ({ maxBytes, timeout }: { maxBytes?: number; timeout?: number }) => {
        bounded.push({ maxBytes, timeout })
        return { status, headers: {}, body: '' }
      }
      const found = await throughGuard({ request } as never)[oauth.customFetch]('https://sso.example/', { method: 'GET', headers: {} })
      assert.deepEqual([found.status, bounded], [seen, [{ maxBytes: 262_144, timeout: 10 }]])
    }
  })

  test('has its kind and its challenge, and no other header', async () => {
    const headers = { 'content-type': 'application/json', 'www-authenticate': 'Bearer error="invalid_token"', 'x-other': 'x' }
    Object.assign(answer, { status: 401, headers, body: '{}' })
    const { 'x-other': _, ...kept } = headers
    assert.deepEqual(Object.fromEntries((await ask('GET')).headers), kept)
  })

  test('is asked for with the body of the library', async () => {
    Object.assign(answer, { status: 200, headers: {}, body: '' })
    await ask('POST', new URLSearchParams({ grant_type: 'refresh_token' }))
    assert.deepEqual(asked, { method: 'POST', body: 'grant_type=refresh_token' })
    for (const nothing of [undefined, null]) {
      await ask('GET', nothing)
      assert.deepEqual(asked, { method: 'GET', body: '' })
    }
  })
})
