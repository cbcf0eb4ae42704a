/** A tenant as anchor and issuer of trust marks: what its subordinates and everybody else are told — OpenID Federation 1.0 §7, §8. */
import assert from 'node:assert/strict'
import type { ServerResponse } from 'node:http'
import { after, before, suite, test } from 'node:test'
import { decodeProtectedHeader } from 'jose'
import { discover } from '../../src/protocol/federation/discovery.ts'
import type { Tenant } from '../../src/tenant.ts'
import { type Engine, type TestApp, testApp } from '../app.ts'
import { type Entity, type Federation, federation, sendStatement } from '../federation.ts'
import { engines } from '../postgres.ts'
import { encode, type Fields } from './application.ts'
import { claimsOf, fetched, joined, usual } from './federation-setup.ts'

for (const engine of Object.keys(engines) as Engine[])
  suite(`${engine}: a tenant as superior`, () => {
    let gatehouse: TestApp
    let tenant: Tenant
    let world: Federation
    let rp: Entity
    const type = 'https://trust.example/certified'
    const ask = (path: string, fields: Fields = {}) => fetched(`${gatehouse.issuer}/federation/${path}?${encode(fields)}`)
    const ownKeys = async () => (await fetched(`${gatehouse.issuer}/.well-known/openid-federation`)).claims['jwks'].keys
    before(async () => {
      gatehouse = await testApp(engine)
      tenant = await joined(gatehouse)
      world = federation(gatehouse.now)
      rp = await world.entity({ metadata: { openid_relying_party: { client_name: 'RP', scope: 'openid email' } } })
      rp.configuration = { authority_hints: [gatehouse.issuer] }
      await tenant.store.federation.put({
        ...{ ...usual, role: 'subordinate', entity_id: rp.id, entity_types: ['openid_relying_party'], jwks: { keys: [rp.jwk] as never } },
        metadata_policy: { openid_relying_party: { scope: { subset_of: ['openid'] } } },
        constraints: { max_path_length: 0 },
      })
      const other = {
        role: 'subordinate',
        entity_id: 'https://other.example',
        intermediate: true,
        jwks: { keys: [rp.jwk] as never },
      } as const
      await tenant.store.federation.put({ ...usual, ...other })
      await tenant.store.federation.put({ ...usual, role: 'anchor', entity_id: gatehouse.issuer, jwks: { keys: await ownKeys() } })
    })
    after(async () => {
      await world.close()
      await gatehouse.close()
    })

    test('§2.12: fetch answers with a statement about a subordinate, and with errors for others', async () => {
      const { status, type, claims } = await ask('fetch', { sub: rp.id })
      assert.deepEqual([status, type], [200, 'application/entity-statement+jwt'])
      assert.deepEqual([claims['iss'], claims['sub'], claims['jwks']], [gatehouse.issuer, rp.id, { keys: [rp.jwk] }])
      assert.deepEqual(claims['metadata_policy'], { openid_relying_party: { scope: { subset_of: ['openid'] } } })
      assert.deepEqual(claims['constraints'], { max_path_length: 0 })
      const rows: [Fields, number, string, string][] = [
        [{ sub: 'https://nobody.example' }, 404, 'not_found', 'sub is no subordinate of this issuer'],
        [
          { sub: gatehouse.issuer },
          400,
          'invalid_request',
          'sub must be a subordinate; this issuer speaks of itself in its entity configuration',
        ],
        [{ sub: 'nobody' }, 400, 'invalid_request', 'sub must be an entity identifier'],
        [{}, 400, 'invalid_request', 'sub is missing'],
      ]
      for (const [fields, ...expected] of rows) {
        const { status, body } = await ask('fetch', fields)
        assert.deepEqual([status, body.error, body.error_description], expected)
      }
    })

    test('§2.12: a chain through this server is found, and its policy holds', async () => {
      const { remote } = tenant.ctx
      const { chain, deadEnds } = await discover(
        { remote, now: gatehouse.now, anchors: new Map([[gatehouse.issuer, await ownKeys()]]) },
        rp.id,
      )
      assert.ok(chain, JSON.stringify(deadEnds))
      assert.equal(chain.metadata['openid_relying_party']?.['scope'], 'openid')
    })

    test('§2.12: list names the subordinates, filtered', async () => {
      assert.deepEqual((await ask('list')).body.toSorted(), [rp.id, 'https://other.example'].toSorted())
      assert.deepEqual((await ask('list', { entity_type: 'openid_relying_party' })).body, [rp.id])
      assert.deepEqual((await ask('list', { entity_type: ['openid_relying_party', 'openid_provider'] })).body, [])
      assert.deepEqual((await ask('list', { intermediate: 'true' })).body, ['https://other.example'])
      assert.deepEqual((await ask('list', { trust_marked: 'true' })).body, [])
    })

    test('trust marks are handed out, listed and judged, until they are revoked, replaced or expire', async () => {
      const status = async (mark: string) => {
        const body = new URLSearchParams({ trust_mark: mark })
        const answer = await fetched(`${gatehouse.issuer}/federation/trust-mark-status`, { method: 'POST', body })
        return answer.claims['status'] ?? answer.body.error_description
      }
      const mark = async () => (await ask('trust-mark', { trust_mark_type: type, sub: rp.id })).text
      const issue = (id: string, expiresAt?: number) =>
        tenant.store.trustMarks.issue({ id, type, subject: rp.id, issuedAt: gatehouse.now(), expiresAt })
      const none = await ask('trust-mark', { trust_mark_type: type, sub: rp.id })
      assert.deepEqual([none.status, none.body.error_description], [404, 'sub has no such trust mark of this issuer'])
      await issue('one', gatehouse.now() + 30 * 86_400)
      const first = await mark()
      assert.equal(decodeProtectedHeader(first).typ, 'trust-mark+jwt')
      const { iss, sub, trust_mark_type, exp } = claimsOf(first)
      assert.deepEqual([iss, sub, trust_mark_type, exp], [gatehouse.issuer, rp.id, type, gatehouse.now() + 7 * 86_400])
      assert.equal(await status(first), 'active')
      assert.deepEqual((await ask('trust-mark-list', { trust_mark_type: type })).body, [rp.id])
      assert.deepEqual((await ask('list', { trust_mark_type: type })).body, [rp.id])
      assert.equal(await status(`${first.slice(0, -4)}AAAA`), 'invalid')
      assert.equal(await status(rp.sign('trust-mark+jwt', { ...claimsOf(first), iss: rp.id })), 'trust_mark is none that this issuer knows')
      assert.equal(await status('x'), 'trust_mark is none that this issuer knows')
      gatehouse.advance(7 * 86_400)
      assert.equal(await status(first), 'expired')
      await issue('two')
      assert.equal(await status(first), 'revoked', 'another took its place')
      const second = await mark()
      await tenant.store.trustMarks.revoke(type, rp.id, gatehouse.now())
      assert.equal(await status(second), 'revoked')
      rp.configuration = { ...rp.configuration, trust_marks: [{ trust_mark_type: type, trust_mark: second }] }
      await tenant.store.federation.put({ ...usual, role: 'trust_mark_issuer', entity_id: gatehouse.issuer, trust_mark_types: [type] })
      const resolved = await ask('resolve', { sub: rp.id, trust_anchor: gatehouse.issuer })
      assert.deepEqual([resolved.status, resolved.claims['trust_marks']], [200, undefined], 'although it has not expired')
      assert.deepEqual((await ask('trust-mark-list', { trust_mark_type: type })).body, [])
      await issue('three')
    })

    test('§2.12: resolve answers with the chain, the metadata after policies, and trust marks that the anchor accepts', async () => {
      const { text: mark } = await ask('trust-mark', { trust_mark_type: type, sub: rp.id })
      const foreign = rp.sign('trust-mark+jwt', { iss: rp.id, sub: rp.id, trust_mark_type: type, iat: gatehouse.now() })
      rp.configuration = { ...rp.configuration, trust_marks: [mark, foreign].map((jwt) => ({ trust_mark_type: type, trust_mark: jwt })) }
      gatehouse.advance(86_400) // its configuration is looked for again
      const { status, type: media, claims, body } = await ask('resolve', { sub: rp.id, trust_anchor: gatehouse.issuer })
      assert.deepEqual([status, media], [200, 'application/resolve-response+jwt'], JSON.stringify(body))
      assert.deepEqual(
        claims['trust_chain'].map((jwt: string) => [claimsOf(jwt)['iss'], claimsOf(jwt)['sub']]),
        [
          [rp.id, rp.id],
          [gatehouse.issuer, rp.id],
          [gatehouse.issuer, gatehouse.issuer],
        ],
      )
      const ends = claims['trust_chain'].map((jwt: string) => claimsOf(jwt)['exp'])
      const { iss, sub, iat, exp } = claims
      assert.deepEqual([iss, sub, iat, exp], [gatehouse.issuer, rp.id, gatehouse.now(), Math.min(...ends)])
      assert.deepEqual(claims['metadata'].openid_relying_party, { client_name: 'RP', scope: 'openid' })
      assert.deepEqual(claims['trust_marks'], [{ trust_mark_type: type, trust_mark: mark }])
      for (const [entity_type, left] of [
        ['openid_provider', []],
        ['openid_relying_party', ['openid_relying_party']],
        [['openid_provider', 'openid_relying_party'], ['openid_relying_party']],
      ] as const) {
        const narrowed = await ask('resolve', { sub: rp.id, trust_anchor: gatehouse.issuer, entity_type })
        assert.deepEqual(Object.keys(narrowed.claims['metadata']), left, String(entity_type))
      }
      const rows: [Fields, string, string][] = [
        [{ sub: rp.id }, 'invalid_trust_anchor', 'trust_anchor is missing, or no trust anchor of this server'],
        [
          { sub: rp.id, trust_anchor: 'https://other.example' },
          'invalid_trust_anchor',
          'trust_anchor is missing, or no trust anchor of this server',
        ],
        [{ sub: 'http://localhost:1', trust_anchor: gatehouse.issuer }, 'not_found', 'sub publishes no entity configuration'],
      ]
      for (const [fields, ...expected] of rows) {
        const { body } = await ask('resolve', fields)
        assert.deepEqual([body.error, body.error_description], expected)
      }
    })

    test('one address can have few servers asked: each request of a search for an entity, or for an issuer of its trust marks, counts', async () => {
      const limited = await testApp(engine, { LIMITS_FLOWS_PER_ADDRESS: '9' })
      const others = federation(limited.now)
      const anchor = await others.entity({})
      const middle = await others.entity({ superiors: [anchor] })
      const leaf = await others.entity({ superiors: [middle] })
      const { store } = await joined(limited)
      await store.federation.put({ ...usual, role: 'anchor', entity_id: anchor.id, jwks: { keys: [anchor.jwk] as never } })
      const resolved = async (sub = leaf.id) =>
        (await fetched(`${limited.issuer}/federation/resolve?${encode({ sub, trust_anchor: anchor.id })}`)).status
      const next = () => limited.advance(901)
      assert.equal(await resolved(), 200)
      const asked = () => [anchor, middle, leaf].flatMap(({ requests }) => requests).length
      assert.equal(asked(), 5, 'of 9')
      for (const status of [200, 200, 200, 200, 429]) assert.equal(await resolved(), status, 'what is known costs one')
      assert.equal(asked(), 5)

      next()
      const silent = await Promise.all(Array.from({ length: 12 }, () => others.entity({})))
      for (const one of silent) one.answers.set('/.well-known/openid-federation', (_, res) => res.writeHead(404).end())
      const amplifier = await others.entity({})
      amplifier.configuration = { authority_hints: silent.map(({ id }) => id) }
      assert.equal(await resolved(amplifier.id), 429)
      assert.equal(silent.flatMap(({ requests }) => requests).length, 8, 'and no more, however many superiors it names')

      next()
      anchor.configuration = { trust_mark_issuers: { [type]: [] } }
      limited.advance(3601)
      const marks = silent.map(({ id: iss }) =>
        leaf.sign('trust-mark+jwt', { iss, sub: leaf.id, trust_mark_type: type, iat: limited.now() }),
      )
      leaf.configuration = { trust_marks: marks.map((jwt) => ({ trust_mark_type: type, trust_mark: jwt })) }
      const before = silent.flatMap(({ requests }) => requests).length
      assert.equal(await resolved(), 429)
      assert.equal(silent.flatMap(({ requests }) => requests).length - before, 4, '5 requests for the entity, and 4 for issuers')
      await others.close()
      await limited.close()
    })

    test('who shares a search with an address that may ask no further gets an answer all the same', async () => {
      const limited = await testApp(engine, { LIMITS_FLOWS_PER_ADDRESS: '5', TRUSTED_PROXIES: '127.0.0.1,::1' })
      const entities = federation(limited.now)
      const anchor = await entities.entity({})
      const middle = await entities.entity({ superiors: [anchor] })
      const leaf = await entities.entity({ superiors: [middle] })
      const { store } = await joined(limited)
      await store.federation.put({ ...usual, role: 'anchor', entity_id: anchor.id, jwks: { keys: [anchor.jwk] as never } })
      const resolved = async (from: string, sub = leaf.id) => {
        const url = `${limited.issuer}/federation/resolve?${encode({ sub, trust_anchor: anchor.id })}`
        return (await fetched(url, { headers: { 'x-forwarded-for': from } })).status
      }
      assert.equal(await resolved('192.0.2.1', 'http://localhost:1'), 404)
      const { promise: asked, resolve: isAsked } = Promise.withResolvers<ServerResponse>()
      leaf.answers.set('/.well-known/openid-federation', (_req, res) => {
        leaf.answers.clear()
        isAsked(res)
      })
      const first = resolved('192.0.2.1')
      const held = await asked
      const others = ['192.0.2.2', '192.0.2.3'].map((from) => resolved(from))
      sendStatement(held, leaf.configurationJwt())
      assert.deepEqual(await Promise.all([first, ...others]), [429, 200, 200])
      await entities.close()
      await limited.close()
    })

    test('its entity configuration says where all this is', async () => {
      const { claims } = await fetched(`${gatehouse.issuer}/.well-known/openid-federation`)
      assert.deepEqual(
        Object.keys(claims['metadata'].federation_entity).toSorted(),
        ['fetch', 'historical_keys', 'list', 'resolve', 'trust_mark', 'trust_mark_list', 'trust_mark_status']
          .map((name) => `federation_${name}_endpoint`)
          .concat('organization_name'),
      )
    })
  })
