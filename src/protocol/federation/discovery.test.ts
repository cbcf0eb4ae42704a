/** Discovery over real listeners: chains that are found, superiors that are down, slow or hostile — OpenID Federation 1.0 §10. */
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { type Entity, federation, sendStatement, usualChain } from '../../../test/federation.ts'
import { remote } from '../../outbound/remote.ts'
import { discover } from './discovery.ts'
import type { TrustAnchors } from './trust-chain.ts'

let time = 1_800_000_000
const now = () => time
const world = federation(now)
const deps = { remote: remote({ allowedAddresses: ['127.0.0.1', '::1'], ca: undefined }), now }
after(() => world.close())

const trusting = (anchor: Entity): TrustAnchors => new Map([[anchor.id, [anchor.jwk]]])
const metadata = { openid_relying_party: { client_name: 'RP' } }

const usual = () => usualChain(world)

test('a chain is found through two intermediates, each statement asked for once', async () => {
  const { anchor, second, first, rp, anchors } = await usual()
  let counted = 0
  const count = async () => void counted++
  const { chain, isEntity, deadEnds } = await discover({ ...deps, anchors, count }, rp.id)
  assert.ok(chain && isEntity)
  assert.equal(counted, 6, 'each request but the first')
  assert.deepEqual(
    chain.statements.map(({ iss, sub }) => [iss, sub]),
    [
      [rp.id, rp.id],
      [first.id, rp.id],
      [second.id, first.id],
      [anchor.id, second.id],
      [anchor.id, anchor.id],
    ],
  )
  assert.deepEqual(deadEnds, [])
  const configuration = '/.well-known/openid-federation'
  assert.deepEqual(
    [rp, first, second, anchor].map(({ requests }) => requests),
    [[configuration], [configuration, '/fetch'], [configuration, '/fetch'], [configuration, '/fetch']],
  )
})

test('whom it asks is told what it takes', async () => {
  const { rp, anchors } = await usual()
  let accept: string | undefined
  rp.answers.set('/.well-known/openid-federation', (req, res) => {
    accept = req.headers.accept
    sendStatement(res, rp.configurationJwt())
  })
  await discover({ ...deps, anchors }, rp.id)
  assert.equal(accept, 'application/entity-statement+jwt')
})

test('of several chains the shortest is taken, and a dead end does no harm', async () => {
  const { anchor, first, anchors } = await usual()
  const gone = { ...(await world.entity()), id: 'http://localhost:1' }
  const rp = await world.entity({ superiors: [gone, first, anchor], metadata })
  const found = await discover({ ...deps, anchors }, rp.id)
  assert.equal(found.chain?.statements.length, 3)
  const withoutAnchor = await world.entity({ superiors: [gone, first], metadata })
  const longer = await discover({ ...deps, anchors }, withoutAnchor.id)
  assert.equal(longer.chain?.statements.length, 5)
  assert.deepEqual(
    longer.deadEnds.map(({ path }) => path),
    [[withoutAnchor.id, gone.id]],
  )
})

test('superiors that name one another lead nowhere, and end', async () => {
  const anchor = await world.entity()
  const one = await world.entity()
  const other = await world.entity({ superiors: [one] })
  one.configuration = { authority_hints: [other.id] }
  other.about.set(one.id, { jwks: { keys: [one.jwk] } })
  const rp = await world.entity({ superiors: [one], metadata })
  const { chain, fault, isEntity } = await discover({ ...deps, anchors: trusting(anchor) }, rp.id)
  assert.equal(chain, undefined)
  assert.equal(isEntity, true)
  assert.equal(fault?.description, 'no superior of the entity leads to a trust anchor of this server')
})

/** What an entity does in place of what it should, and what the chain is refused with. */
const hostile: [name: string, change: (all: Awaited<ReturnType<typeof usual>>) => void, problem: RegExp][] = [
  ['a superior that is down', ({ first }) => first.answers.set('/fetch', (req) => req.socket.destroy()), /socket hang up|ECONNRESET/],
  ['a superior that does not know the entity', ({ first, rp }) => first.about.delete(rp.id), /a superior has no federation_fetch_endpoint/],
  [
    'a superior that answers 404',
    ({ first }) => first.answers.set('/fetch', (_, res) => res.writeHead(404).end()),
    /status 404, or is no application\/entity-statement\+jwt/,
  ],
  [
    'another content type',
    ({ first, rp }) =>
      first.answers.set('/fetch', (_, res) => res.writeHead(200, { 'content-type': 'text/plain' }).end(first.statementJwt(rp.id))),
    /is no application\/entity-statement\+jwt/,
  ],
  [
    'a redirect to somewhere else',
    ({ first }) => first.answers.set('/fetch', (_, res) => res.writeHead(302, { location: 'http://localhost:1/' }).end()),
    /status 302/,
  ],
  [
    'a statement without end',
    ({ first }) => first.answers.set('/fetch', (_, res) => sendStatement(res, 'A'.repeat(70_000))),
    /more than 65536 bytes/,
  ],
  [
    'a statement about another entity',
    ({ first, second }) => {
      first.about.set(second.id, { jwks: { keys: [second.jwk] } })
      first.answers.set('/fetch', (_, res) => sendStatement(res, first.statementJwt(second.id)))
    },
    /a superior answered with a statement about or of another entity/,
  ],
  [
    'the configuration of another entity',
    ({ first, second }) => first.answers.set('/.well-known/openid-federation', (_, res) => sendStatement(res, second.configurationJwt())),
    /an entity configuration is not about the entity that publishes it/,
  ],
  [
    'a statement in place of a configuration',
    ({ first, rp }) => first.answers.set('/.well-known/openid-federation', (_, res) => sendStatement(res, first.statementJwt(rp.id))),
    /an entity configuration must have the same iss and sub/,
  ],
  [
    'a fetch endpoint on an address of ours',
    ({ first }) => {
      first.configuration = { metadata: { federation_entity: { federation_fetch_endpoint: 'https://169.254.169.254/fetch' } } }
    },
    /169\.254\.169\.254 is not at a public https address/,
  ],
  [
    'a superior that is not where it says',
    ({ second }) => {
      second.configuration = { exp: time - 1 }
    },
    /an entity statement has expired/,
  ],
]

for (const [name, change, problem] of hostile)
  test(`${name} gives no chain`, async () => {
    const all = await usual()
    change(all)
    const { chain, deadEnds, isEntity } = await discover({ ...deps, anchors: all.anchors }, all.rp.id)
    assert.equal(chain, undefined)
    assert.equal(isEntity, true)
    assert.match(deadEnds.map((end) => end.problem).join('\n'), problem)
  })

test('what publishes no configuration is no entity', async () => {
  const { anchors } = await usual()
  const nobody = await world.entity()
  nobody.answers.set('/.well-known/openid-federation', (_, res) => res.writeHead(404).end())
  for (const id of [nobody.id, 'http://localhost:1', 'https://10.0.0.1'])
    assert.deepEqual(
      (({ chain, isEntity, fault }) => [chain, isEntity, fault])(await discover({ ...deps, anchors }, id)),
      [undefined, false, undefined],
      id,
    )
})

test('a search ends after 10 seconds, however slow the superiors are', async () => {
  const { anchor, anchors } = await usual()
  const slow = await Promise.all(
    Array.from({ length: 15 }, async () => {
      const superior = await world.entity()
      superior.answers.set('/.well-known/openid-federation', (_, res) => {
        time += 2
        res.writeHead(404).end()
      })
      return superior
    }),
  )
  const rp = await world.entity({ superiors: [...slow, anchor].toReversed(), metadata })
  anchor.about.delete(rp.id)
  const { chain, deadEnds } = await discover({ ...deps, anchors }, rp.id)
  assert.equal(chain, undefined)
  assert.equal(slow.filter(({ requests }) => requests.length > 0).length, 5)
  assert.match(deadEnds.at(-1)!.problem, /the trust chain takes too long, or too many requests, to find/)
})

test('a search asks for 40 statements at most, however many superiors there are', async () => {
  const anchor = await world.entity()
  const tops = await Promise.all(Array.from({ length: 20 }, () => world.entity()))
  const middles = await Promise.all(Array.from({ length: 20 }, () => world.entity({ superiors: tops })))
  const rp = await world.entity({ superiors: middles, metadata })
  const { chain } = await discover({ ...deps, anchors: trusting(anchor) }, rp.id)
  assert.equal(chain, undefined)
  assert.ok([rp, ...middles, ...tops].flatMap(({ requests }) => requests).length <= 41)
})

test('superiors that all name one another do not multiply the paths that are followed', async () => {
  const all = await Promise.all(Array.from({ length: 5 }, () => world.entity()))
  for (const one of all) {
    for (const other of all) one.about.set(other.id, { jwks: { keys: [other.jwk] } })
    one.configuration = { authority_hints: [...all.filter((other) => other !== one).map(({ id }) => id), 'http://localhost:1'] }
  }
  const rp = await world.entity({ superiors: all, metadata })
  const { chain, deadEnds } = await discover({ ...deps, anchors: trusting(await world.entity()) }, rp.id)
  assert.equal(chain, undefined)
  const paths = Object.groupBy(deadEnds, ({ path }) => path.length)
  assert.deepEqual(
    Object.entries(paths).map(([length, ends]) => [Number(length), ends!.length]),
    [3, 4, 5, 6, 7].map((length) => [length, length === 3 ? 5 : 20]),
    'each path ends once at the superior that is down',
  )
})
