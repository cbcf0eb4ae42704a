/** Federations at the administration API: entities, trust chains, federation keys, trust marks. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { type Engine, type TestApp, testApp } from '../app.ts'
import { type Entity, type Federation, federation } from '../federation.ts'
import { engines } from '../postgres.ts'
import { claimsOf, fetched, joined } from './federation-setup.ts'
import { asked, bearer } from './json.ts'

for (const engine of Object.keys(engines) as Engine[])
  suite(`${engine}: administering a federation`, () => {
    let gatehouse: TestApp
    let world: Federation
    let anchor: Entity
    let middle: Entity
    let rp: Entity
    let token: string
    before(async () => {
      gatehouse = await testApp(engine)
      await gatehouse.addAccount({ username: 'root', email: 'root@example.com', role: 'superadmin' }, 'a long password')
      await signIn()
      world = federation(gatehouse.now)
      anchor = await world.entity()
      middle = await world.entity({ superiors: [anchor] })
      rp = await world.entity({ superiors: [middle], metadata: { openid_relying_party: { client_name: 'RP' } } })
    })
    after(async () => {
      await world.close()
      await gatehouse.close()
    })

    const signIn = async () => {
      const login = await asked(`${gatehouse.issuer}/api/v1/auth/login`, 'POST', { email: 'root', password: 'a long password' })
      token = login.body.access_token
    }
    const admin = (method: string, path: string, body?: object) =>
      asked(`${gatehouse.issuer}/api/v1/admin/federation${path}`, method, body, bearer(token))
    const named = (id: string) => encodeURIComponent(id)

    test('a tenant that takes part in no federation has no keys for one', async () => {
      for (const [method, path, body] of [
        ['GET', '/keys', undefined],
        ['POST', '/keys/rotate', {}],
        ['DELETE', '/keys/x', undefined],
        ['POST', '/trust-mark-delegations', { trust_mark_type: 'https://type.example', entity_id: 'https://issuer.example' }],
      ] as const) {
        const answer = await admin(method, path, body)
        assert.deepEqual([answer.status, answer.body.detail], [404, 'this tenant takes part in no federation'], path)
      }
      await joined(gatehouse)
    })

    test('entities are added, changed, listed by page and removed; what does not fit their role is named', async () => {
      const put = (entity: object) => admin('POST', '/entities', entity)
      const wrong: [entity: object, field: string][] = [
        [{ role: 'friend', entity_id: 'https://a.example' }, 'role'],
        [{ role: 'superior', entity_id: 'a.example' }, 'entity_id'],
        [{ role: 'anchor', entity_id: 'https://a.example' }, 'jwks'],
        [{ role: 'superior', entity_id: 'https://a.example', constraints: {} }, 'constraints'],
        [{ role: 'superior', entity_id: 'https://a.example', colour: 'red' }, 'colour'],
      ]
      for (const [entity, field] of wrong) {
        const { status, body } = await put(entity)
        assert.deepEqual([status, body.errors[0].field], [422, field])
      }
      for (const n of [1, 2, 3]) assert.equal((await put({ role: 'superior', entity_id: `https://${n}.example` })).status, 200)
      const first = await admin('GET', '/entities?role=superior&limit=2')
      assert.deepEqual(
        first.body.items.map((one: { entity_id: string }) => one.entity_id),
        ['https://1.example', 'https://2.example'],
      )
      const next = await admin('GET', `/entities?role=superior&limit=2&after=${named(first.body.next)}`)
      assert.deepEqual([next.body.items.length, next.body.next], [1, null])
      for (const n of [1, 2, 3]) assert.equal((await admin('DELETE', `/entities/superior/${named(`https://${n}.example`)}`)).status, 204)
      assert.equal((await admin('DELETE', `/entities/superior/${named('https://1.example')}`)).status, 404)
      assert.equal((await admin('DELETE', `/entities/friend/${named('https://1.example')}`)).status, 404)
    })

    test('a trust chain is shown with its statements and metadata, or with every way that led nowhere', async () => {
      const chain = async (id: string) => (await admin('GET', `/chains/${named(id)}`)).body
      const none = await chain(rp.id)
      assert.deepEqual([none.chain, none.dead_ends.length], [null, 0])
      const trusted = { role: 'anchor', entity_id: anchor.id, jwks: { keys: [anchor.jwk] } }
      assert.equal((await admin('POST', '/entities', trusted)).status, 200)
      const { chain: found, dead_ends } = await chain(rp.id)
      assert.deepEqual([found.subject, found.anchor, found.statements.length, dead_ends], [rp.id, anchor.id, 4, []])
      assert.deepEqual(found.metadata, { openid_relying_party: { client_name: 'RP' } })
      middle.answers.set('/fetch', (_, res) => res.writeHead(404).end())
      gatehouse.advance(3601)
      await signIn()
      const lost = await chain(rp.id)
      assert.deepEqual([lost.chain, lost.dead_ends[0].path], [null, [rp.id, middle.id]])
      const answer = await admin('GET', `/chains/${named('https://x.example?y')}`)
      assert.deepEqual([answer.status, answer.body.detail], [422, 'the id must be an https URL without query and fragment'])
    })

    test('federation keys are listed, rotated and revoked', async () => {
      const states = async () => (await admin('GET', '/keys')).body.items.map(({ state }: { state: string }) => state)
      assert.deepEqual(await states(), ['active'])
      const { status, body } = await admin('POST', '/keys/rotate', {})
      assert.deepEqual([status, body.made, await states()], [201, true, ['active', 'next']])
      assert.deepEqual((await admin('POST', '/keys/rotate', {})).body, { id: body.id, made: false })
      assert.equal((await admin('DELETE', `/keys/${body.id}`)).status, 204)
      assert.deepEqual([(await admin('DELETE', `/keys/${body.id}`)).status, await states()], [404, ['active']])
    })

    test('trust marks are issued, listed by page, revoked and delegated', async () => {
      const type = 'https://type.example/certified'
      const issue = (entity_id: string, more = {}) => admin('POST', '/trust-marks', { trust_mark_type: type, entity_id, ...more })
      const made = await issue('https://a.example', { expires_in: 3600 })
      assert.deepEqual([made.status, made.body.revoked_at], [201, null])
      assert.equal(Date.parse(made.body.expires_at) - Date.parse(made.body.issued_at), 3_600_000)
      assert.equal((await issue('https://b.example')).body.expires_at, null)
      assert.equal((await issue('nobody')).status, 422)
      const first = await admin('GET', '/trust-marks?limit=1')
      assert.deepEqual([first.body.items[0].entity_id, typeof first.body.next], ['https://a.example', 'string'])
      const next = await admin('GET', `/trust-marks?limit=1&after=${named(first.body.next)}`)
      assert.deepEqual([next.body.items[0].entity_id, next.body.next], ['https://b.example', null])
      const { status } = await fetched(
        `${gatehouse.issuer}/federation/trust-mark?trust_mark_type=${named(type)}&sub=${named('https://a.example')}`,
      )
      assert.equal(status, 200)
      const revoke = () => admin('DELETE', `/trust-marks/${named(type)}/${named('https://a.example')}`)
      assert.deepEqual([(await revoke()).status, (await revoke()).status], [204, 404])
      const delegated = await admin('POST', '/trust-mark-delegations', { trust_mark_type: type, entity_id: 'https://issuer.example' })
      assert.equal(delegated.status, 201)
      const { iss, sub, trust_mark_type, exp } = claimsOf(delegated.body.delegation)
      assert.deepEqual([iss, sub, trust_mark_type, exp], [gatehouse.issuer, 'https://issuer.example', type, undefined])
    })
  })
