/** When a key set is fetched, how long it is used, and what is no key set. */
import assert from 'node:assert/strict'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, suite, test } from 'node:test'
import { keySets } from './key-sets.ts'
import { remote } from './remote.ts'

const noon = 1_800_000_000
const key = (kid: string) => ({ kty: 'EC', crv: 'P-256', x: 'x', y: 'y', kid })

suite('key sets of others', () => {
  const closing: (() => void)[] = []
  after(() => {
    for (const close of closing) close()
  })

  /** A server whose answer the test sets, asked by key sets of its own. */
  async function set() {
    const it = { asked: 0, now: noon, failures: [] as string[], answer: (response: ServerResponse): void => void response.end() }
    const server = createServer((_, response) => {
      it.asked++
      it.answer(response)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    closing.push(() => {
      server.closeAllConnections()
      server.close()
    })
    const guarded = remote({ allowedAddresses: ['127.0.0.0/8'], ca: undefined })
    const sets = keySets({ remote: guarded, now: () => it.now, failed: (_, error) => it.failures.push((error as Error).message) })
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/keys`
    const kids = (keys: readonly { kid?: unknown }[]) => keys.map(({ kid }) => kid).join(' ')
    const serve = (names: string[], cacheControl?: string) => {
      it.answer = (response) =>
        response
          .writeHead(200, cacheControl === undefined ? {} : { 'cache-control': cacheControl })
          .end(JSON.stringify({ keys: names.map(key) }))
    }
    const at = async (path = '') => kids(await sets.at(url + path))
    return Object.assign(it, { url, serve, at, anew: async () => kids(await sets.anew(url)), sets })
  }

  const lifetimes: [header: string | undefined, seconds: number][] = [
    [undefined, 300],
    ['no-store', 300],
    ['max-age=1', 300],
    ['public, max-age=3600', 3600],
    ['public, s-maxage=7, Max-Age="600"', 600],
    ['max-age=999999999', 86_400],
    ['max-age=x', 300],
  ]
  for (const [header, seconds] of lifetimes)
    test(`with Cache-Control ${header} it is fetched again after ${seconds} seconds`, async () => {
      const it = await set()
      it.serve(['a'], header)
      assert.equal(await it.at(), 'a')
      it.serve(['b'], header)
      it.now += seconds - 1
      assert.equal(await it.at(), 'a')
      it.now += 1
      assert.equal(await it.at(), 'b')
      assert.equal(it.asked, 2)
    })

  test('it is fetched anew when something fits no key, once in 30 seconds', async () => {
    const it = await set()
    it.serve(['a'])
    assert.equal(await it.anew(), 'a')
    it.serve(['a', 'b'])
    it.now += 29
    for (let i = 0; i < 5; i++) assert.equal(await it.anew(), 'a')
    it.now += 1
    assert.equal(await it.anew(), 'a b')
    assert.equal(await it.at(), 'a b')
    assert.equal(it.asked, 2)
    it.now -= 3600
    assert.equal(await it.anew(), 'a b')
    assert.equal(it.asked, 3, 'also when the clock was set back')
  })

  test('many who ask at once share one request', async () => {
    const it = await set()
    it.serve(['a'])
    const [first, ...rest] = await Promise.all([
      ...Array.from({ length: 20 }, () => it.at()),
      ...Array.from({ length: 20 }, () => it.anew()),
    ])
    assert.deepEqual(new Set([first, ...rest]), new Set(['a']))
    assert.equal(it.asked, 1)
  })

  test('it is used for a day while its server is down, which is asked once in 30 seconds', async () => {
    const it = await set()
    it.serve(['a'])
    assert.equal(await it.at(), 'a')
    it.answer = (response) => void response.destroy()
    it.now += 300
    for (let i = 0; i < 3; i++) assert.equal(await it.at(), 'a')
    assert.equal(it.asked, 2)
    it.now += 86_399
    assert.equal(await it.at(), 'a')
    it.now += 30
    assert.equal(await it.at(), '')
    it.now += 30
    it.serve(['b'])
    assert.equal(await it.at(), 'b')
  })

  const unusable: [name: string, answer: (response: ServerResponse) => void, why: RegExp][] = [
    ['no such page', (response) => response.writeHead(404).end('{"keys":[]}'), /has status 404/],
    ['a redirect', (response) => response.writeHead(302, { location: '/other' }).end(), /has status 302/],
    ['no JSON', (response) => response.end('<html>'), /is no set of at most 100 keys/],
    ['a list', (response) => response.end('[]'), /is no set/],
    ['null', (response) => response.end('null'), /is no set/],
    ['keys that are no list', (response) => response.end('{"keys":{}}'), /is no set/],
    ['too many keys', (response) => response.end(JSON.stringify({ keys: Array.from({ length: 101 }, () => ({})) })), /is no set/],
    ['a name twice', (response) => response.end('{"keys":[],"keys":[]}'), /is no set/],
    ['too long', (response) => response.end(`{"keys":[],"x":"${'x'.repeat(65_536)}"}`), /more than 65536 bytes/],
  ]
  for (const [name, answer, why] of unusable)
    test(`no set: ${name}`, async () => {
      const it = await set()
      it.answer = answer
      for (let i = 0; i < 3; i++) assert.equal(await it.at(), '')
      assert.equal(it.asked, 1, 'an address that gives nothing is left alone for a while')
      assert.match(it.failures.join('\n'), why)
    })

  test('of what it holds only public keys count', async () => {
    const it = await set()
    it.answer = (response) => response.end(JSON.stringify({ keys: [key('a'), { ...key('b'), d: 'secret' }, 'text', null, []] }))
    assert.equal(await it.at(), 'a')
  })

  test('a thousand sets are remembered, and the one that was not used for longest is forgotten', async () => {
    const it = await set()
    it.serve(['a'], 'max-age=3600')
    await it.at('?0')
    await it.at('?1')
    await it.at('?0')
    for (let i = 2; i <= 1000; i++) await it.at(`?${i}`)
    assert.equal(it.asked, 1001)
    await it.at('?0')
    assert.equal(it.asked, 1001)
    await it.at('?1')
    assert.equal(it.asked, 1002)
  })

  test('an address that this server may not reach gives nothing', async () => {
    const failures: string[] = []
    const guarded = remote({ allowedAddresses: [], ca: undefined })
    const sets = keySets({ remote: guarded, now: () => noon, failed: (_, error) => failures.push((error as Error).message) })
    for (const url of ['https://127.0.0.1/keys', 'http://8.8.8.8/keys', 'https://[::1]/keys', 'file:///keys'])
      assert.deepEqual(await sets.at(url), [])
    assert.equal(failures.length, 4)
  })
})
