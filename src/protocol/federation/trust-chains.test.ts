/** Trust chains that are remembered or given, how many are looked for at one time, and how long one may be — OpenID Federation 1.0 §10.4. */
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { federation, signer, usualChain } from '../../../test/federation.ts'
import { remote } from '../../outbound/remote.ts'
import { TooMany, Unavailable } from '../errors.ts'
import { readConfiguration, readStatement } from './entity-statement.ts'
import { verifyChain } from './trust-chain.ts'
import { trustChains } from './trust-chains.ts'

let time = 1_800_000_000
const now = () => time
const world = federation(now)
const deps = { remote: remote({ allowedAddresses: ['127.0.0.1', '::1'], ca: undefined }), now }
after(() => world.close())
const usual = () => usualChain(world)

test('a chain is remembered until it expires, and its lack for a minute', async () => {
  const { first, rp, anchors } = await usual()
  const chains = trustChains(deps)
  const asked = () => rp.requests.length
  first.about.get(rp.id)!['exp'] = time + 600
  assert.equal((await chains.find(anchors, rp.id)).chain?.expiresAt, time + 600)
  time += 599
  await chains.find(anchors, rp.id)
  assert.equal(asked(), 1)
  time += 1
  assert.equal((await chains.find(anchors, rp.id)).chain, undefined, 'its superior still sends what has expired')
  assert.equal(asked(), 2)
  delete first.about.get(rp.id)!['exp']
  time += 59
  assert.equal((await chains.find(anchors, rp.id)).chain, undefined)
  assert.equal(asked(), 2)
  time += 1
  assert.ok((await chains.find(anchors, rp.id)).chain)
  assert.equal((await chains.find(new Map(), rp.id)).chain, undefined, 'with other anchors it is looked for again')
  const before = asked()
  await chains.find(anchors, rp.id)
  assert.equal(asked(), before)
  chains.forget(anchors, rp.id)
  await chains.find(anchors, rp.id)
  assert.equal(asked(), before + 1)
})

/** With a chain that is good for a week. */
async function lasting(): ReturnType<typeof usual> {
  const all = await usual()
  const exp = time + 7 * 86_400
  for (const entity of [all.rp, all.first, all.second, all.anchor]) {
    entity.configuration = { exp }
    for (const statement of entity.about.values()) statement['exp'] = exp
  }
  return all
}

test('a chain that lives long is looked for again after a day', async () => {
  const all = await lasting()
  const chains = trustChains(deps)
  for (const [seconds, expected] of [
    [0, 1],
    [86_399, 1],
    [1, 2],
  ] as const) {
    time += seconds
    assert.ok((await chains.find(all.anchors, all.rp.id)).chain)
    assert.equal(all.rp.requests.length, expected)
  }
})

test('1000 entities are remembered, those that were found last', async () => {
  const { rp, anchors } = await usual()
  const chains = trustChains(deps)
  await chains.find(anchors, rp.id)
  const others = async (from: number, to: number) => {
    for (let i = from; i < to; i++) await chains.find(anchors, `https://10.0.0.1/${i}`)
  }
  await others(0, 999)
  await chains.find(anchors, rp.id)
  assert.equal(rp.requests.length, 1)
  await others(999, 1000)
  await chains.find(anchors, rp.id)
  assert.equal(rp.requests.length, 2)
})

test('an entity that is found again is forgotten after those that were found before', async () => {
  const { rp, anchors } = await lasting()
  const chains = trustChains(deps)
  await chains.find(anchors, rp.id)
  for (let i = 0; i < 999; i++) await chains.find(anchors, `https://10.0.0.1/${i}`)
  time += 86_400
  await chains.find(anchors, rp.id)
  await chains.find(anchors, 'https://10.0.0.1/999')
  await chains.find(anchors, rp.id)
  assert.equal(rp.requests.length, 2)
})

test('those who ask at once share one search, and there are no more than 32 at one time', async () => {
  const { anchor, rp, anchors } = await usual()
  const chains = trustChains(deps)
  const found = await Promise.all(Array.from({ length: 50 }, () => chains.find(anchors, rp.id)))
  assert.ok(found.every(({ chain }) => chain?.anchor === anchor.id))
  assert.equal(rp.requests.length, 1)
  const many = await Promise.allSettled(Array.from({ length: 40 }, (_, i) => chains.find(anchors, `${rp.id}/${i}`)))
  const refused = many.filter((one) => one.status === 'rejected')
  assert.equal(refused.length, 8)
  assert.ok(refused.every(({ reason }) => reason instanceof Unavailable))
})

test('of those searches one network can have 8 at one time, and no more than it may', async () => {
  const { rp, anchors } = await usual()
  const chains = trustChains(deps)
  const by = (network: string) => ({ network, count: async () => {} })
  const many = (network: string, more = '', length = 10) =>
    Array.from({ length }, (_, i) => chains.find(anchors, `${rp.id}/${network}/${more}${i}`, by(network)))
  const found = await Promise.allSettled([...many('192.0.2.1'), ...many('2001:db8::/64')])
  const refused = found.flatMap((one, i) => (one.status === 'rejected' ? [[i, (one.reason as Error).message]] : []))
  const message = 'too many searches for trust chains from one address at one time'
  assert.deepEqual(
    refused,
    [8, 9, 18, 19].map((i) => [i, message]),
  )
  const again = await Promise.allSettled(many('192.0.2.1', 'again', 8))
  assert.ok(again.every(({ status }) => status === 'fulfilled'))
  const stop = new TooMany('too many flows from one address', 60)
  const limited = { network: '192.0.2.3', count: () => Promise.reject(stop) }
  await assert.rejects(chains.find(anchors, rp.id, limited), stop)
  assert.ok((await chains.find(anchors, rp.id, by('192.0.2.4'))).chain, 'and that it was refused is not remembered')
  const configuration = readConfiguration(rp.configurationJwt(), time)
  await assert.rejects(chains.withConfiguration(anchors, configuration, limited), stop)
})

test('a chain that is given is taken if it is valid and of the entity', async () => {
  const { anchor, second, first, rp, anchors } = await usual()
  const jwts = [rp.configurationJwt(), first.statementJwt(rp.id), second.statementJwt(first.id), anchor.statementJwt(second.id)]
  const chains = trustChains(deps)
  assert.equal(chains.given(anchors, rp.id, jwts)?.subject, rp.id)
  assert.equal(chains.given(anchors, rp.id, [...jwts, anchor.configurationJwt()])?.subject, rp.id)
  assert.equal(chains.given(anchors, first.id, jwts), undefined)
  assert.equal(chains.given(anchors, rp.id, jwts.slice(0, 2)), undefined)
  assert.equal(chains.given(anchors, rp.id, ['x', 1, null]), undefined)
  const configuration = readConfiguration(rp.configurationJwt(), time)
  assert.equal(chains.given(anchors, rp.id, jwts, configuration)?.statements[0], configuration)
  assert.equal(chains.given(anchors, rp.id, [rp.statementJwt(first.id), ...jwts.slice(1)], configuration), undefined)
  assert.equal([rp, first, second, anchor].flatMap(({ requests }) => requests).length, 0)
})

test('a chain has 10 statements at most', () => {
  const chainOf = (length: number) => {
    const all = Array.from({ length }, (_, i) => ({ id: `https://${i}.example`, key: signer() }))
    const statements = all.map(({ id, key }, i) => {
      const below = all[i - 1] ?? all[0]!
      const hints = i === 0 ? { authority_hints: [all[1]!.id] } : {}
      const claims = { iss: id, sub: below.id, iat: time, exp: time + 60, jwks: { keys: [below.key.jwk] }, ...hints }
      return readStatement(key.sign('entity-statement+jwt', claims), time)
    })
    const { id, key } = all.at(-1)!
    return verifyChain(statements, new Map([[id, [key.jwk as never]]]))
  }
  assert.equal(chainOf(10).statements.length, 10)
  assert.throws(() => chainOf(11), /a trust chain must have 1 to 10 entity statements/)
})
